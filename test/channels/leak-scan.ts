/**
 * The end of each channel's story: every code, state, verifier and token of its sign-ins is searched for in all that the
 * gateway left, said and sent. What a host keeps of a chat's own messages is named by the caller, and in RISK.md part 4.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { CARD_IN_TRANSCRIPT, CREDENTIALS, foundIn } from "../e2e/leak-scan.ts";
import { findInDatabases } from "../support/sqlite-search.ts";
import { waitUntil } from "../support/wait.ts";
import type { ChatWorld } from "./chat-world.ts";

const UNDO = /\/codex-auth\/undo\.json$/;
/** Other gateways of this machine write it too. */
const PENDING = /^\/tmp\/openclaw\/codex-auth-pending\.json/;
const DATABASE = /\.sqlite(?:-wal|-shm)?$/;
/** What follows the state in a sign-in link, as it is, in HTML, in a form and in JSON. Nothing does in a callback URL. */
const AFTER_STATE_IN_LINK = /^(?:&|&amp;|%26|%26amp%3B|\\u0026)id_token_add_organizations/;

export interface Kept {
  /** Rows that have a code or a state that a person sent: `<file>:<table>:<key>`. */
  readonly rows?: RegExp;
  /** Rows that have what the bot sent, a card's link with its state among it. */
  readonly cards?: RegExp;
  /** Plain files that have a code or a state. */
  readonly files?: RegExp;
  /** The channel's package logs the text of each message; it masks codes and not states. */
  readonly logsStates?: true;
}

export function scanForLeaks(
  worldOf: () => ChatWorld,
  { rows = /$^/, cards = /$^/, files = /$^/, logsStates }: Kept = {},
): void {
  describe("after all of this", () => {
    let world: ChatWorld;
    let codes: readonly string[];
    let states: readonly string[];
    let verifiers: readonly string[];
    let tokens: readonly string[];
    const foundInRows = (needles: readonly string[]) => findInDatabases(world.gateway.stateDir, needles);
    const foundInFiles = async (needles: readonly string[]) =>
      (await world.gateway.findInState(needles)).map(({ file }) => file).filter((file) => !PENDING.test(file));

    beforeAll(async () => {
      world = worldOf();
      const { signIn, gateway, network, model } = world;
      // The agent's next turn must not bring any of it back from somewhere.
      await network.say(network.people.owner, "hello agent");
      await waitUntil("a turn of the agent", () => model.saw("hello agent").length > 0);
      await gateway.stop();
      codes = signIn.secrets().filter((secret) => secret.startsWith("ac_"));
      tokens = signIn.secrets().filter((secret) => !secret.startsWith("ac_"));
      states = signIn.states();
      const sent = signIn.tokenRequests().flatMap(({ body }) => body);
      verifiers = sent.filter(([name]) => name === "code_verifier").map(([, value]) => value);
    });

    it("there is something to find", () => {
      for (const secrets of [codes, states, verifiers, tokens]) expect(secrets.length).toBeGreaterThan(3);
    });

    it("a code or a state is only in rows and files that the host keeps of the chat", async () => {
      expect(foundInRows(codes).filter((place) => !rows.test(place))).toEqual([]);
      const ofStates = foundInRows(states).filter((place) => !rows.test(place));
      expect(ofStates.filter((place) => !CARD_IN_TRANSCRIPT.test(place) && !cards.test(place))).toEqual([]);
      const plain = (await foundInFiles([...codes, ...states])).filter((file) => !DATABASE.test(file));
      expect(plain.filter((file) => !files.test(file))).toEqual([]);
    });

    it("a verifier that was used is nowhere, and a token only in the store and the undo file", async () => {
      expect(await foundInFiles(verifiers)).toEqual([]);
      expect(foundInRows(tokens)).toEqual([CREDENTIALS]);
      const plain = (await foundInFiles(tokens)).filter((file) => !DATABASE.test(file));
      expect(plain.filter((file) => !UNDO.test(file))).toEqual([]);
    });

    it("no code, verifier or token has reached a model, and no state outside a link", () => {
      const bodies = world.model.requests.map(({ body }) => body);
      expect(bodies.length).toBeGreaterThan(0);
      expect(foundIn(bodies, [...codes, ...verifiers, ...tokens])).toEqual([]);
      expect(outsideLinks(bodies, states)).toEqual([]);
    });

    it("none of it is in the gateway's log", () => {
      const log = [world.gateway.logText()];
      expect(log[0]).toContain("codex-auth: profile saved");
      expect(foundIn(log, [...codes, ...verifiers, ...tokens])).toEqual([]);
      if (logsStates !== true) expect(foundIn(log, states)).toEqual([]);
    });

    it("the gateway has sent none of it to the network, except the state in a sign-in link", () => {
      const record = world.network.record();
      expect(record.length).toBeGreaterThan(0);
      expect(foundIn(record, [...codes, ...verifiers, ...tokens])).toEqual([]);
      expect(outsideLinks(record, states)).toEqual([]);
    });
  });
}

/** Whether the text has the state anywhere but in a sign-in link, in which something follows it. */
const isOutsideLink = (text: string, state: string) =>
  text
    .split(state)
    .slice(1)
    .some((rest) => !AFTER_STATE_IN_LINK.test(rest));

const outsideLinks = (texts: readonly string[], states: readonly string[]) =>
  states.filter((state) => texts.some((text) => isOutsideLink(text, state)));

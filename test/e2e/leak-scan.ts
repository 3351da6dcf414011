/**
 * The end of each world: every code, state, verifier and token of its sign-ins is searched for in everything that the
 * gateway left. The constants are the only places that may have one: the store itself, our own files, and the host's
 * own record of a chat (RISK.md part 4).
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { findInDatabases } from "../support/sqlite-search.ts";
import { PENDING_FILE } from "../support/stored-profiles.ts";
import { ALLOWED, GROUP_ID, linkOf, OWNER, PERSONAL, SECOND_OWNER, STRANGER, type World } from "../support/world.ts";

/** The next content of `PENDING_FILE`, while another gateway of this machine writes it. */
const PENDING_FILE_WRITTEN = /^\/tmp\/openclaw\/codex-auth-pending\.json\.\d+\.tmp$/;
export const CREDENTIALS = "state/openclaw.sqlite:config_machine_state:authProfiles.store";
/** Telegram's own copy of the messages that people sent; a native command leaves none. */
const MESSAGE_CACHE = "state/openclaw.sqlite:plugin_state_entries:telegram/telegram.message-cache";
/** It has Telegram's queue of incoming messages. The host empties a served row, whose bytes lie there until reused. */
const QUEUE_DATABASE = "state/openclaw.sqlite";
/** The web chat's own copy of a card, whose link has the state in it, and its search index. */
export const CARD_IN_TRANSCRIPT =
  /^agents\/\w+\/agent\/openclaw-agent\.sqlite:(?:transcript_events|session_transcript_fts)/;
/** What follows the state in a sign-in link. Nothing does in a callback URL. */
const AFTER_STATE_IN_LINK = "&id_token_add_organizations=";

export interface ScanOptions {
  /** The web chat's transcript has the cards that it showed. */
  readonly chat: "telegram" | "webchat" | "both";
  readonly connects: readonly string[];
}

/** Registers the scan as the last tests of a world's file. It stops the gateway. */
export function scanForLeaks(worldOf: () => World, { chat, connects }: ScanOptions): void {
  describe("after all of this", () => {
    let world: World;
    let codes: readonly string[];
    let states: readonly string[];
    let verifiers: readonly string[];
    let tokens: readonly string[];
    let waiting = "";
    let pasted: (secret: string) => boolean;
    const ownCard = chat === "telegram" ? /$^/ : CARD_IN_TRANSCRIPT;
    const databases = (needles: readonly string[]) => findInDatabases(world.gateway.stateDir, needles);
    const files = async (needles: readonly string[]) =>
      (await world.gateway.findInState(needles))
        .map(({ file }) => file)
        .filter((file) => !PENDING_FILE_WRITTEN.test(file));
    /** The files that are not databases: those are searched row by row. */
    const plainFiles = async (needles: readonly string[]) =>
      (await files(needles)).filter((file) => !/\.sqlite/.test(file));

    beforeAll(async () => {
      world = worldOf();
      const { signIn, telegram } = world;
      const link = linkOf(await telegram.ask(OWNER, "/codex_auth leak-scan"));
      waiting = new URL(signIn.approve(link, PERSONAL)).searchParams.get("state") ?? "";
      // The agent's next turns must not bring any of it back from somewhere.
      await telegram.ask(OWNER, "hello agent");
      if (chat !== "telegram") await (await world.gateway.client()).chat("hello agent");
      await world.gateway.stop();
      codes = signIn.secrets().filter((secret) => secret.startsWith("ac_"));
      tokens = signIn.secrets().filter((secret) => !secret.startsWith("ac_"));
      states = signIn.states().filter((state) => state !== waiting);
      const sent = signIn.tokenRequests().flatMap(({ body }) => body);
      verifiers = sent.filter(([name]) => name === "code_verifier").map(([, value]) => value);
      const chats = [OWNER.id, SECOND_OWNER.id, ALLOWED.id, STRANGER.id, GROUP_ID];
      const texts = chats
        .flatMap((id) => telegram.messages(id))
        .filter(({ from, text }) => from !== undefined && !text.startsWith("/"))
        .map(({ text }) => text);
      pasted = (secret) => texts.some((text) => text.includes(secret));
    });

    it("has signed in, so that there is something to find", () => {
      for (const secrets of [codes, states, verifiers, tokens]) expect(secrets.length).toBeGreaterThan(3);
      if (chat !== "webchat") expect(codes.filter(pasted).length).toBeGreaterThan(0);
    });

    it("a code that came by a command or the web chat is in no row and no file, except in freed bytes of the queue", async () => {
      const others = codes.filter((code) => !pasted(code));
      expect(databases(others)).toEqual([]);
      const queue = join(world.gateway.stateDir, QUEUE_DATABASE);
      expect((await files(others)).filter((file) => file !== queue)).toEqual([]);
    });

    it("a code or state in a plain Telegram message is only in the channel's own message cache", async () => {
      const secrets = [...codes, ...states].filter(pasted);
      expect(databases(secrets).filter((place) => place !== MESSAGE_CACHE && !ownCard.test(place))).toEqual([]);
      expect(await plainFiles(codes.filter(pasted))).toEqual([]);
    });

    it("a state is only in the link of a card that the web chat showed", async () => {
      const others = states.filter((state) => !pasted(state));
      expect(databases(others).filter((place) => !ownCard.test(place))).toEqual([]);
      expect((await plainFiles(states)).filter((file) => file !== PENDING_FILE)).toEqual([]);
    });

    it("a device id is nowhere, and a device code only in its card and in the channel's copy of a tapped card", async () => {
      const secrets = world.signIn.devices.secrets();
      const ids = secrets.filter((secret) => secret.startsWith("deviceauth_"));
      const bodies = world.modelBodies();
      expect(databases(ids)).toEqual([]);
      expect(databases(secrets).filter((place) => place !== MESSAGE_CACHE && !ownCard.test(place))).toEqual([]);
      expect(await plainFiles(secrets)).toEqual([]);
      expect(foundIn([...bodies, ...textsOfBot(world)], ids)).toEqual([]);
      if (chat === "telegram") expect(foundIn(bodies, secrets)).toEqual([]);
      expect(foundIn([world.gateway.logText()], secrets)).toEqual([]);
    });

    it("the state of a pending sign-in is only in the pending file, 0600 in 0700", async () => {
      expect(databases([waiting])).toEqual([]);
      expect(await plainFiles([waiting])).toEqual([PENDING_FILE]);
      expect(modesOf(PENDING_FILE)).toEqual([0o600, 0o700]);
    });

    it("a verifier that was used is nowhere", async () => {
      expect(await files(verifiers)).toEqual([]);
    });

    it("a token is only in the profile store, and for a day in the undo file if it was replaced, 0600 in 0700", async () => {
      expect(databases(tokens)).toEqual([CREDENTIALS]);
      const undo = join(world.gateway.stateDir, "codex-auth/undo.json");
      expect(new Set(await plainFiles(tokens))).toEqual(new Set([undo]));
      expect(modesOf(undo)).toEqual([0o600, 0o700]);
    });

    it("no code, verifier or token has reached a model, and no state outside a card's link", () => {
      const bodies = world.modelBodies();
      expect(bodies.length).toBeGreaterThan(0);
      expect(foundIn(bodies, [...codes, ...verifiers, ...tokens])).toEqual([]);
      expect(states.filter((state) => bodies.some((body) => isOutsideLink(body, state)))).toEqual([]);
    });

    it("none of it is in the gateway's log or on its terminal", () => {
      const log = world.gateway.logText();
      expect(log).toContain("codex-auth: profile saved");
      expect(foundIn([log], [...codes, ...states, waiting, ...verifiers, ...tokens])).toEqual([]);
    });

    it("the bot has said none of it, except the state in the link of a card", () => {
      const said = textsOfBot(world);
      expect(foundIn(said, [...codes, ...verifiers, ...tokens])).toEqual([]);
      const withoutLinks = said.map((text) => text.replaceAll(/\/oauth\/authorize\?[^\s"<\\]*/g, ""));
      expect(foundIn(withoutLinks, [...states, waiting])).toEqual([]);
    });

    it("neither the bot nor the audit log names the machine's folders", () => {
      const audited = readFileSync(join(world.gateway.stateDir, "codex-auth/audit.jsonl"), "utf8");
      expect(foundIn([...textsOfBot(world), audited], [world.gateway.stateDir])).toEqual([]);
    });

    it("the gateway has talked to no other host", () => {
      expect(world.proxy.connects.filter((target) => !connects.includes(target))).toEqual([]);
    });
  });
}

export const foundIn = (texts: readonly string[], needles: readonly string[]) =>
  needles.filter((needle) => texts.some((text) => text.includes(needle)));

const modesOf = (file: string) => [file, dirname(file)].map((path) => statSync(path).mode & 0o777);

const isOutsideLink = (body: string, state: string) =>
  body
    .split(state)
    .slice(1)
    .some((rest) => !rest.startsWith(AFTER_STATE_IN_LINK));

const textsOfBot = ({ telegram }: World) =>
  telegram.calls.filter(({ method }) => /^(?:send|edit)/.test(method)).map(({ fields }) => JSON.stringify(fields));

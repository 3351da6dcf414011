/**
 * Plants known codes, states, verifiers and tokens by signing in every way there is, then looks for them everywhere.
 * The lists below are the only places they may be; each is the store itself, our pending file, or the host's own record
 * of the chat (RISK.md part 4).
 */
import { readFileSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { findInDatabases } from "../support/sqlite-search.ts";
import { accountOf, createWorld, linkIn, linkOf, OWNER, PERSONAL, STUDIO, type World } from "../support/world.ts";

const PENDING_FILE = "/tmp/openclaw/codex-auth-pending.json";
const CREDENTIALS = "state/openclaw.sqlite:config_machine_state:authProfiles.store";
/** Telegram's own copy of the messages people sent; a native command leaves none. */
const MESSAGE_CACHE = "state/openclaw.sqlite:plugin_state_entries:telegram/telegram.message-cache";
/** The web chat's own copy of the card, whose link holds the state, and its search index. */
const CARD_IN_TRANSCRIPT = /^agents\/main\/agent\/openclaw-agent\.sqlite:(?:transcript_events|session_transcript_fts)/;

interface Planted {
  readonly codes: string[];
  readonly states: string[];
}

let world: World;
let databases: (needles: readonly string[]) => string[];
let files: (needles: readonly string[]) => Promise<string[]>;
const planted = {
  telegramCommand: { codes: [], states: [] } as Planted,
  telegramPaste: { codes: [], states: [] } as Planted,
  webchat: { codes: [], states: [] } as Planted,
  pending: { codes: [], states: [] } as Planted,
};
let verifiers: string[] = [];
let tokens: string[] = [];

function plant(kind: keyof typeof planted, address: string): string {
  const { searchParams } = new URL(address);
  const code = searchParams.get("code");
  if (code !== null) planted[kind].codes.push(code);
  planted[kind].states.push(searchParams.get("state") ?? "");
  return address;
}

const TWO = accountOf("two");

async function signInEveryWay(): Promise<void> {
  const { telegram, signIn, gateway, model } = world;
  const ask = (text: string) => telegram.ask(OWNER, text);
  const approve = (card: string, account = STUDIO) => signIn.approve(card, account);

  const byCommand = linkOf(await ask("/codex_auth one"));
  await ask(`/codex_auth_finish ${plant("telegramCommand", signIn.approve(byCommand, PERSONAL))}`);
  const profile = await telegram.press(OWNER, await ask("/codex_auth"), "one");
  const byTap = linkOf(await telegram.press(OWNER, profile, "Sign in again"));
  const address = plant("telegramPaste", approve(byTap));
  await ask(address);
  await ask(address);
  // Another account than the profile held: it waits in memory until the person says so.
  await ask("/codex_auth keep one");
  await ask(plant("telegramPaste", signIn.deny(linkOf(await ask("/codex_auth denied")))));

  const client = await gateway.client();
  const say = async (text: string) => (await client.chat(text, { timeoutMs: 40_000 })).text;
  await say(`/codex_auth_finish ${plant("webchat", approve(linkIn(await say("/codex_auth two")), TWO))}`);
  await say(plant("webchat", approve(linkIn(await say("/codex_auth two")), TWO)));
  for (const mode of ["token-exchange-user-error", "cloudflare-403", "html-200", "no-account-id", "reset"] as const) {
    const failing = plant("webchat", approve(linkIn(await say("/codex_auth two")), TWO));
    signIn.behave(mode);
    await say(failing);
  }
  plant("pending", approve(linkOf(await ask("/codex_auth three"))));
  // The agent's next turns must not bring any of it back from somewhere.
  await ask("hello agent");
  await say("hello agent");
  await model.waitForRequest(2);
}

beforeAll(async () => {
  world = await createWorld({ pluginDir: inject("pluginDir") });
  await signInEveryWay();
  const sent = world.signIn.tokenRequests().flatMap(({ body }) => body);
  verifiers = sent.filter(([name]) => name === "code_verifier").map(([, value]) => value);
  tokens = world.signIn.secrets().filter((secret) => !secret.startsWith("ac_"));
  await world.gateway.stop();
  databases = (needles) => findInDatabases(world.gateway.stateDir, needles);
  files = async (needles) => (await world.gateway.findInState(needles)).map(({ file }) => file);
});
afterAll(() => world?.close());

/** Files that are no database: those are searched row by row. */
const plainFiles = async (needles: readonly string[]) =>
  (await files(needles)).filter((file) => !/\.sqlite/.test(file));

describe("a code", () => {
  it("sent by Telegram's command is nowhere, not even in a database's free pages", async () => {
    expect(await files(planted.telegramCommand.codes)).toEqual([]);
  });

  it("sent as a plain Telegram message is only in the channel's own message cache", async () => {
    expect(new Set(databases(planted.telegramPaste.codes))).toEqual(new Set([MESSAGE_CACHE]));
    expect(await plainFiles(planted.telegramPaste.codes)).toEqual([]);
  });

  it("sent in the web chat is nowhere", async () => {
    expect(await files(planted.webchat.codes)).toEqual([]);
  });
});

describe("a state", () => {
  it("sent by Telegram's command is nowhere", async () => {
    expect(await files(planted.telegramCommand.states)).toEqual([]);
  });

  it("sent as a plain Telegram message is only in the channel's own message cache", () => {
    expect(new Set(databases(planted.telegramPaste.states))).toEqual(new Set([MESSAGE_CACHE]));
  });

  it("of the web chat is only in the card's own link", async () => {
    expect(databases(planted.webchat.states).filter((place) => !CARD_IN_TRANSCRIPT.test(place))).toEqual([]);
    expect(await plainFiles(planted.webchat.states)).toEqual([]);
  });

  it("of a waiting sign-in is only in the pending file, 0600 in 0700", async () => {
    expect(databases(planted.pending.states)).toEqual([]);
    expect(await plainFiles(planted.pending.states)).toEqual([PENDING_FILE]);
    expect(statSync(PENDING_FILE).mode & 0o777).toBe(0o600);
    expect(statSync("/tmp/openclaw").mode & 0o777).toBe(0o700);
  });
});

describe("a verifier", () => {
  it("that was used is nowhere", async () => {
    expect(verifiers.length).toBeGreaterThanOrEqual(9);
    expect(await files(verifiers)).toEqual([]);
  });
});

describe("a token", () => {
  it("is only in the gateway's own profile store, and what was replaced for a day in the undo file, 0600 in 0700", async () => {
    expect(databases(tokens)).toEqual([CREDENTIALS]);
    const undo = `${world.gateway.stateDir}/codex-auth/undo.json`;
    expect(new Set(await plainFiles(tokens))).toEqual(new Set([undo]));
    expect([undo, dirname(undo)].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o700]);
    expect((await files(tokens)).map((file) => basename(file))).toEqual(
      expect.not.arrayContaining(["auth-profiles.json", "gateway.log"]),
    );
  });
});

const codesAndTokens = () => [...Object.values(planted).flatMap(({ codes }) => codes), ...verifiers, ...tokens];
const everything = () => [...codesAndTokens(), ...Object.values(planted).flatMap(({ states }) => states)];

describe("nothing of all that", () => {
  it("reached the model", () => {
    expect(world.model.requests.length).toBeGreaterThanOrEqual(2);
    expect(everything().filter((secret) => world.model.saw(secret).length > 0)).toEqual([]);
  });

  it("is in the gateway's log or on its terminal", () => {
    const log = world.gateway.logText();
    expect(log).toContain("codex-auth: profile saved");
    expect(everything().filter((secret) => log.includes(secret))).toEqual([]);
  });

  it("was said by the bot, but for the state inside the link it gave once to the person who asked", () => {
    const said = world.telegram.calls.filter(({ method }) => /^(?:send|edit)/.test(method));
    const texts = said.map(({ fields }) => JSON.stringify(fields));
    expect(codesAndTokens().filter((secret) => texts.some((text) => text.includes(secret)))).toEqual([]);
    for (const state of [...planted.telegramCommand.states, ...planted.telegramPaste.states]) {
      expect(texts.filter((text) => text.includes(state))).toHaveLength(1);
    }
  });

  it("tells the machine's folders, by which a waiting sign-in knows its gateway", () => {
    const said = world.telegram.calls.map(({ fields }) => JSON.stringify(fields));
    const audited = readFileSync(`${world.gateway.stateDir}/codex-auth/audit.jsonl`, "utf8");
    expect([...said, audited].filter((text) => text.includes(world.gateway.stateDir))).toEqual([]);
  });

  it("went to any host but the sign-in server", () => {
    expect(new Set(world.proxy.connects)).toEqual(new Set(["auth.openai.com:443"]));
  });
});

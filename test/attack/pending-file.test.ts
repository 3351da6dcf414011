/** The file of waiting sign-ins, as anybody might have left it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, it } from "vitest";
import { statusScreen } from "../../src/interaction/screens.ts";
import {
  cancelSignIns,
  claimSignIn,
  pendingSignInsOf,
  polledSignInsOf,
  settleSignIn,
  addSignIn,
  type PendingDocument,
  type PendingSignIn,
} from "../../src/rules/pending-sign-ins.ts";
import { finishSignIn } from "../../src/actions/finish.ts";
import { readStatus } from "../../src/actions/overview.ts";
import type { Ports, PendingStore } from "../../src/actions/ports.ts";
import { Paste } from "../../src/rules/callback-url.ts";
import { createPendingStore, PENDING_FILE } from "../../src/store/pending-sign-ins.ts";
import { addressOf, createFakePorts, DANA } from "../fakes/fake-ports.ts";
import { toMarkdown, toPlainText } from "../support/english.ts";
import { makeTempDir, removeTempDir } from "../support/temp-dir.ts";
import {
  asText,
  assertLaws,
  bytesOf,
  canary,
  must,
  nearly,
  oddJson,
  refusable,
  requireSilence,
  variantOf,
} from "./law.ts";

const NOW_MS = createFakePorts().clock.nowMs();
/** One input in so many lives through a whole sign-in. */
const LIVED = 8;
const OTHER = { ...DANA, conversationId: "6666", senderId: "6666" };
const SECRETS = ["state", "verifier", "other state", "other verifier", "device id", "device code"].map((name) =>
  canary(name, 43),
);
const [STATE = "", VERIFIER = "", OTHER_STATE = "", OTHER_VERIFIER = "", DEVICE_ID = "", DEVICE_CODE = ""] = SECRETS;

const login = (name: string, extra: Partial<PendingSignIn>): PendingSignIn => ({
  binding: DANA,
  profileId: `openai:${name}`,
  profileName: name,
  storeId: "openai",
  askedName: name,
  stateDigest: createFakePorts().entropy.digest(STATE),
  state: STATE,
  codeVerifier: VERIFIER,
  redirectUri: "http://localhost:1455/auth/callback",
  createdAtMs: NOW_MS - 60_000,
  expiresAtMs: NOW_MS + 14 * 60_000,
  attempts: 0,
  ...extra,
});

const WAITING: PendingDocument = {
  version: 1,
  logins: [
    login("work", {}),
    login("code", {
      stateDigest: "code",
      senderId: "U0ABC",
      device: { deviceAuthId: DEVICE_ID, userCode: DEVICE_CODE, intervalMs: 5000 },
    }),
    login("home", { binding: OTHER, state: OTHER_STATE, codeVerifier: OTHER_VERIFIER, stateDigest: "other" }),
  ],
  receipts: [
    {
      binding: DANA,
      profileId: "openai:old",
      profileName: "old",
      stateDigest: "c",
      outcome: "failed",
      atMs: NOW_MS - 1,
      code: "device-code-off",
    },
    {
      binding: DANA,
      profileId: "openai:old",
      profileName: "old",
      stateDigest: "a",
      outcome: "saved",
      atMs: NOW_MS - 5,
    },
    { binding: OTHER, profileId: "openai:x", profileName: "x", stateDigest: "b", outcome: "claimed", atMs: NOW_MS - 9 },
  ],
};

/** Names are shown, whatever somebody wrote there. */
function shownIn({ logins, receipts }: PendingDocument): string {
  return [...logins, ...receipts].map(({ profileName }) => profileName).join("\n");
}

/** The pure life of a sign-in over what was read: each step answers, and what it makes can be written and read again. */
async function live(store: PendingStore): Promise<void> {
  const digest = createFakePorts().entropy.digest(STATE);
  const presented = { binding: DANA, stateDigest: digest };
  await store.update((document) => addSignIn(document, login("new", { stateDigest: "new" }), NOW_MS));
  const names = pendingSignInsOf(await store.read(), DANA, NOW_MS).map(({ profileName }) => profileName);
  must(names.includes("new"), "reads back what it wrote");
  await store.update((document) => claimSignIn(document, presented, NOW_MS));
  await store.update((document) => settleSignIn(document, digest, { outcome: "saved" }, NOW_MS));
  await store.update((document) => cancelSignIns(document, DANA, NOW_MS));
  must(pendingSignInsOf(await store.read(), DANA, NOW_MS).length === 0, "ends what is cancelled");
}

async function refuseAll(ports: Ports): Promise<void> {
  const pastes = ["hello", addressOf({ code: "x".repeat(20), state: "f".repeat(32) })];
  for (const paste of pastes) {
    // A person of whom nothing waits.
    const binding = { ...DANA, senderId: "1", conversationId: "1" };
    const request = { binding, pasted: new Paste(paste), isAllowed: () => true, ifOtherAccount: "ask" } as const;
    const answer = await finishSignIn(ports, request);
    must(answer.kind === "refused", "refuses whom nothing waits for");
    requireSilence(SECRETS, answer);
  }
}

const root = makeTempDir("attack-pending");
const folder = join(root, "tmp");
mkdirSync(folder, { mode: 0o700 });
const path = join(folder, PENDING_FILE);
const store = createPendingStore(folder);
afterAll(() => removeTempDir(root));

async function feed(input: string): Promise<void> {
  writeFileSync(path, bytesOf(input), { mode: 0o600 });
  const ports = { ...createFakePorts(), pending: store };
  const document = await refusable(SECRETS, () => store.read());
  await refuseAll(ports);
  const status = await readStatus(ports, DANA);
  if (status.kind === "status") {
    const screen = statusScreen(status);
    const known = document === undefined ? "" : shownIn(document);
    requireSilence(SECRETS, [toMarkdown(screen), toPlainText(screen), ports.log.lines], known);
  }
  const polled = document === undefined ? [] : polledSignInsOf(document, DANA.gateway, NOW_MS);
  must(
    polled.every(({ device }) => device.intervalMs >= 1000),
    "polls no code without a pause",
  );
  must(readFileSync(path).equals(bytesOf(input)), "writes nothing where it refuses");
  // Each write is one for certain, on the disk: not for every input.
  if (variantOf(input, LIVED) === 0) await refusable(SECRETS, () => live(store));
  must(readdirSync(folder).join() === PENDING_FILE, "leaves nothing beside the file", readdirSync(folder).join());
}

const SEEDS = [
  JSON.stringify(WAITING),
  JSON.stringify({ ...WAITING, receipts: [] }),
  JSON.stringify({ ...WAITING, logins: [] }),
  '{"version":1,"logins":[],"receipts":[]}',
];
const WORDS = [
  STATE,
  VERIFIER,
  "logins",
  "receipts",
  "claimed",
  "saved",
  "terminal",
  "binding",
  "expiresAtMs",
  "attempts",
  "device",
  "intervalMs",
  "code",
];

const loginNear = fc.oneof(...WAITING.logins.map((one) => nearly({ ...one })));
const receiptNear = fc.oneof(...WAITING.receipts.map((one) => nearly({ ...one })));

/** Each field right, missing or anything; and one in four with a field that nobody knows. */
const near = fc
  .record({
    version: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, oddJson),
    logins: fc.oneof({ weight: 8, arbitrary: fc.array(loginNear, { maxLength: 4 }) }, oddJson),
    receipts: fc.oneof({ weight: 8, arbitrary: fc.array(receiptNear, { maxLength: 4 }) }, oddJson),
    more: fc.option(oddJson, { freq: 4, nil: undefined }),
  })
  .map(asText);

describe("any content of the file of pending sign-ins", () => {
  it("is read or counts as none, prints no secret, and a refused request does not write it", async () => {
    await assertLaws({ seeds: SEEDS, words: WORDS, near }, 100, feed);
  });
});

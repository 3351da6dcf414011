import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { CLOCK_STEP_MS, SIGN_IN_TTL_MS, MAX_ATTEMPTS } from "../../src/rules/pending-sign-ins.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { finishSignIn, type FinishRequest } from "../../src/actions/finish.ts";
import { cancelPending } from "../../src/actions/overview.ts";
import type { ExchangeRefusal, Ports, PendingStore, SaveRefusal } from "../../src/actions/ports.ts";
import { createPendingStore, PENDING_FILE } from "../../src/store/pending-sign-ins.ts";
import {
  addressOf,
  brokenOAuth,
  brokenProfiles,
  createFakePorts,
  DANA,
  failing,
  OTHERS,
  THROWN,
  type FakePorts,
} from "../fakes/fake-ports.ts";
import { completionOf, startedLink } from "./requests.ts";
import { makeTempDir } from "../support/temp-dir.ts";

let ports: FakePorts;
beforeEach(() => {
  ports = createFakePorts();
});

const begin = (name = "work", binding = DANA, over: Ports = ports) => startedLink(over, name, binding);

/** A person has signed in and copied the address. */
const beginAndApprove = async (name = "work", binding = DANA) => ports.oauth.approve(await begin(name, binding));

const complete = (address: string, change: Partial<FinishRequest> = {}, over: Ports = ports) =>
  finishSignIn(over, completionOf(address, change));

const stateIn = (address: string) => new URL(address).searchParams.get("state") ?? "";
const isWaiting = () => ports.pending.document.logins.length === 1;
const notAllowed = () => false;

const NAMELESS = {
  kind: "saved",
  profileId: "openai:work",
  profileName: "work",
  accountId: "workspace-1",
  expiresAtMs: expect.any(Number),
  isSelectable: true,
  isUndoable: false,
  activation: "live",
};
const SAVED = { ...NAMELESS, email: "dana@example.com", plan: "plus" };
const refused = (code: string, more: object = {}) => ({ kind: "refused", code, isOver: false, ...more });
const over = (code: string, more: object = {}) => ({
  kind: "refused",
  code,
  profileName: "work",
  isOver: true,
  ...more,
});

describe("the callback URL of a pending sign-in", () => {
  it("saves the profile and says who signed in", async () => {
    expect(await complete(await beginAndApprove())).toEqual(SAVED);
  });

  it("saves for the profile and the agent that the sign-in was started for", async () => {
    const binding = { ...DANA, agentId: "second" };
    await complete(await beginAndApprove("work", binding), { binding });
    expect(ports.profiles.saves).toMatchObject([{ profileId: "openai:work", agentId: "second" }]);
  });

  it("saves the tokens, whose lifetime starts at the end of the exchange", async () => {
    const address = await beginAndApprove();
    const gate = ports.oauth.hold();
    const completing = complete(address);
    await gate.entered;
    ports.clock.move(5000);
    gate.open();
    await completing;
    const credential = ports.profiles.saves[0]?.credential;
    expect([credential?.access.reveal(), credential?.refresh.reveal()]).toEqual([
      "access-of-dana@example.com-canary",
      "refresh-of-dana@example.com-canary",
    ]);
    expect(credential).toMatchObject({ type: "oauth", provider: "openai", expires: ports.clock.nowMs() + 864_000_000 });
  });

  it("is accepted with the name of its profile", async () => {
    expect(await complete(await beginAndApprove(), { profileName: "work" as ProfileName })).toEqual(SAVED);
  });

  it("is accepted with the typed name if another profile replaces default", async () => {
    ports.profiles.has("openai:first");
    const result = await complete(await beginAndApprove("default"), { profileName: "default" as ProfileName });
    expect(result).toMatchObject({ kind: "saved", profileName: "first" });
  });

  it("is accepted inside a message", async () => {
    expect(await complete(`Here it is: ${await beginAndApprove()} thanks!`)).toEqual(SAVED);
  });

  it("is accepted until the last moment", async () => {
    const address = await beginAndApprove();
    ports.clock.move(SIGN_IN_TTL_MS - 1);
    expect(await complete(address)).toEqual(SAVED);
  });

  it.each([
    "http://127.0.0.1:1455/auth/callback",
    "http://[::1]:1455/auth/callback",
    "https://localhost:1455/auth/callback",
  ])("is exchanged with the registered redirect URI, though it was pasted as %s", async (target) => {
    const { searchParams } = new URL(await beginAndApprove());
    expect(await complete(addressOf(Object.fromEntries(searchParams), target))).toEqual(SAVED);
    expect(ports.oauth.exchanges).toMatchObject([{ redirectUri: "http://localhost:1455/auth/callback" }]);
  });

  it("says if the host's settings exclude the profile", async () => {
    ports.profiles.isSelectable = false;
    expect(await complete(await beginAndApprove())).toMatchObject({ kind: "saved", isSelectable: false });
  });

  it("leaves out what the account does not give", async () => {
    ports.oauth.plan = undefined;
    expect(await complete(await beginAndApprove())).toEqual(NAMELESS);
  });

  it("finishes its own sign-in among several", async () => {
    await begin("play");
    const address = await beginAndApprove("work");
    await begin("third");
    expect(await complete(address)).toEqual(SAVED);
    expect(ports.pending.document.logins.map((login) => login.profileName)).toEqual(["play", "third"]);
  });

  it("leaves a receipt with the outcome", async () => {
    await complete(await beginAndApprove());
    expect(ports.pending.document.receipts).toMatchObject([{ profileName: "work", outcome: "saved" }]);
  });
});

/** Of a sign-in that was replaced, and of the one that replaced it. */
const oldAndNew = async () => [await beginAndApprove(), await beginAndApprove()] as const;

describe("several callback URLs in one text", () => {
  it.each([
    { name: "the old one first", join: (old: string, now: string) => `${old}\n${now}` },
    { name: "the new one first", join: (old: string, now: string) => `${now} ${old}` },
    {
      name: "the new one in a link checker's",
      join: (old: string, now: string) => `${old}\nhttps://www.google.com/url?q=${encodeURIComponent(now)}&sa=D`,
    },
    { name: "both behind carets", join: (old: string, now: string) => `${old} ${now}`.replaceAll("&", "^&") },
  ])("finish the pending sign-in: $name", async ({ join: joined }) => {
    const [old, now] = await oldAndNew();
    expect(await complete(joined(old, now))).toEqual(SAVED);
    expect(ports.oauth.exchanges.map(({ code }) => code.reveal())).toEqual([new URL(now).searchParams.get("code")]);
  });

  it("finish the sign-in whose profile is named", async () => {
    const [work, play] = [await beginAndApprove("work"), await beginAndApprove("play")];
    expect(await complete(`${work}\n${play}`)).toEqual(refused("callback-ambiguous"));
    expect(await complete(`${work}\n${play}`, { profileName: "work" as ProfileName })).toEqual(SAVED);
  });

  it.each([
    {
      name: "two codes of the pending state",
      change: (url: string) => url.replace(/code=[^&]+/, "code=ac_other.other"),
    },
    {
      name: "another code in a link checker's parameter",
      change: (url: string) => {
        const other = url.replace(/code=[^&]+/, `code=ac_${"x".repeat(43)}.${"y".repeat(43)}`);
        return `https://www.google.com/url?q=${encodeURIComponent(other)}&sa=D`;
      },
    },
    {
      name: "a code and an error",
      change: (url: string) => url.replace(/code=[^&]+/, "error=access_denied"),
    },
  ])("are refused and keep the sign-in if they have $name", async ({ change }) => {
    const address = await beginAndApprove();
    expect(await complete(`${address}\n\n${change(address)}`)).toEqual(refused("callback-ambiguous"));
    expect(ports.oauth.exchanges).toEqual([]);
    expect(await complete(address)).toEqual(SAVED);
  });

  it("are refused and count no attempt if none is of a pending sign-in", async () => {
    const address = await beginAndApprove();
    const others = ["1", "2"].map((digit) => address.replace(stateIn(address), digit.repeat(32))).join("\n");
    for (let time = 0; time <= MAX_ATTEMPTS; time += 1) {
      expect(await complete(others)).toEqual(refused("callback-ambiguous"));
    }
    expect(await complete(address)).toEqual(SAVED);
  });
});

describe("an obstacle to saving", () => {
  it.each(["store-unreadable", "profile-not-codex", "undo-unwritable"] as const)(
    "is reported before the code is used, and the URL works later: %s",
    async (code) => {
      const address = await beginAndApprove();
      ports.profiles.inTheWay = code;
      expect(await complete(address)).toEqual(refused(code, { profileName: "work" }));
      expect(ports.oauth.exchanges).toEqual([]);
      ports.profiles.inTheWay = undefined;
      expect(await complete(address)).toEqual(SAVED);
    },
  );

  it("is another store than that of the start", async () => {
    const address = await beginAndApprove();
    const profiles = Object.create(ports.profiles, {
      isStore: { value: (storeId: string) => storeId === "openai /elsewhere" },
    }) as typeof ports.profiles;
    expect(await complete(address, {}, { ...ports, profiles })).toEqual(
      refused("login-of-other-store", { profileName: "work" }),
    );
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("is not a store that an older version did not record", async () => {
    const address = await beginAndApprove();
    await ports.pending.update((document) => {
      const logins = document.logins.map((login) => ({ ...login, storeId: undefined }));
      return { result: undefined, next: { ...document, logins } };
    });
    expect(await complete(address)).toEqual(SAVED);
  });
});

describe("the claim", () => {
  it("comes before the exchange: sign-in and verifier are gone while it runs", async () => {
    const address = await beginAndApprove();
    const verifier = ports.pending.document.logins[0]?.codeVerifier ?? "";
    const gate = ports.oauth.hold();
    const completing = complete(address);
    await gate.entered;
    expect(ports.pending.document).toMatchObject({ logins: [], receipts: [{ outcome: "claimed" }] });
    expect(ports.pending.text).not.toContain(verifier);
    expect(ports.pending.text).not.toContain(stateIn(address));
    gate.open();
    expect(await completing).toEqual(SAVED);
  });

  it("refuses a second paste during the exchange, without a second exchange", async () => {
    const address = await beginAndApprove();
    const gate = ports.oauth.hold();
    const first = complete(address);
    await gate.entered;
    expect(await complete(address)).toEqual(refused("login-already-used", { profileName: "work" }));
    expect(ports.oauth.exchanges).toHaveLength(1);
    gate.open();
    expect(await first).toEqual(SAVED);
  });

  /** The same race over the fake and over the file two gateways would share. */
  const STORES: readonly { readonly name: string; readonly open: () => { store: PendingStore; text: () => string } }[] =
    [
      { name: "the fake", open: () => ({ store: ports.pending, text: () => ports.pending.text }) },
      {
        name: "the real file",
        open: () => {
          const folder = makeTempDir("complete");
          onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
          return { store: createPendingStore(folder), text: () => readFileSync(join(folder, PENDING_FILE), "utf8") };
        },
      },
    ];

  it.each(STORES)("accepts one of eight parallel pastes, in $name", async ({ open }) => {
    const { store, text } = open();
    const shared = { ...ports, pending: store };
    const address = ports.oauth.approve(await begin("work", DANA, shared));
    const results = await Promise.all(Array.from({ length: 8 }, () => complete(address, {}, shared)));
    expect(results.filter((result) => result.kind === "saved")).toEqual([SAVED]);
    const others = results.filter((result) => result.kind !== "saved");
    expect(others).toEqual(Array.from({ length: 7 }, () => refused("login-already-used", { profileName: "work" })));
    expect([ports.oauth.exchanges.length, ports.profiles.saves.length]).toEqual([1, 1]);
    expect(text()).not.toContain(stateIn(address));
  });

  it("keeps parallel sign-ins of several profiles separate", async () => {
    const links = [await begin("a"), await begin("b"), await begin("c")];
    const addresses = links.map((link, at) => ports.oauth.approve(link, `person-${at}@example.com`));
    const results = await Promise.all(addresses.map((address) => complete(address)));
    expect(results).toMatchObject([{ profileName: "a" }, { profileName: "b" }, { profileName: "c" }]);
    expect(ports.profiles.saves.map((save) => save.profileId).toSorted()).toEqual(["openai:a", "openai:b", "openai:c"]);
  });
});

describe("a callback URL that is refused keeps the sign-in", () => {
  it.each([
    { name: "nothing", paste: () => "", code: "callback-empty" },
    {
      name: "a URL of another site",
      paste: (url: string) => url.replace("localhost:1455", "evil.example"),
      code: "callback-wrong-redirect",
    },
    { name: "a URL without its state", paste: (url: string) => url.replace(/&state=.*/, ""), code: "state-missing" },
    { name: "only a code", paste: (url: string) => new URL(url).searchParams.get("code") ?? "", code: "state-missing" },
  ])("$name, for which the pending file is not read", async ({ paste, code }) => {
    const address = await beginAndApprove();
    const { reads, updates } = ports.pending;
    expect(await complete(paste(address))).toEqual(refused(code));
    expect([ports.pending.reads, ports.pending.updates]).toEqual([reads, updates]);
    expect(await complete(address)).toEqual(SAVED);
  });

  it("the sign-in link itself", async () => {
    const link = await begin();
    expect(await complete(link.reveal())).toEqual(refused("callback-is-sign-in-link"));
    expect(isWaiting()).toBe(true);
  });

  const DAMAGED = [
    { name: "without a code", more: {}, code: "code-missing" },
    { name: "with a code cut short by an ellipsis", more: { code: "ac_abc…" }, code: "code-malformed" },
    { name: "with a line break in its code", more: { code: "ac_abc\r\nx" }, code: "code-malformed" },
    { name: "of another issuer", more: { code: "ac_x", iss: "https://evil.example" }, code: "callback-wrong-issuer" },
  ];

  it.each(DAMAGED)("the right state $name, which counts no attempt", async ({ more, code }) => {
    const address = await beginAndApprove();
    for (let time = 0; time <= MAX_ATTEMPTS; time += 1) {
      expect(await complete(addressOf({ ...more, state: stateIn(address) }))).toEqual(refused(code));
    }
    expect(ports.oauth.exchanges).toEqual([]);
    expect(await complete(address)).toEqual(SAVED);
  });

  it.each(DAMAGED)("an unknown state $name: the answer does not mention the damage", async ({ more }) => {
    await begin();
    expect(await complete(addressOf({ ...more, state: "0".repeat(32) }))).toEqual(refused("state-mismatch"));
  });

  it("an unknown state", async () => {
    const address = await beginAndApprove();
    expect(await complete(address.replace(stateIn(address), "0".repeat(32)))).toEqual(refused("state-mismatch"));
    expect(await complete(address)).toEqual(SAVED);
  });

  it("the right state with the name of another profile beside it", async () => {
    const address = await beginAndApprove();
    expect(await complete(address, { profileName: "play" as ProfileName })).toEqual(
      refused("login-of-other-profile", { profileName: "work" }),
    );
    expect(await complete(address)).toEqual(SAVED);
  });
});

describe("a callback URL that is too late", () => {
  it("is refused as expired", async () => {
    const address = await beginAndApprove();
    ports.clock.move(SIGN_IN_TTL_MS);
    expect(await complete(address)).toEqual(refused("login-expired", { profileName: "work" }));
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("is refused as expired if the clock was set back", async () => {
    const address = await beginAndApprove();
    ports.clock.move(-CLOCK_STEP_MS - 1);
    expect(await complete(address)).toEqual(refused("login-expired", { profileName: "work" }));
  });

  it("is refused as cancelled", async () => {
    const address = await beginAndApprove();
    await cancelPending(ports, DANA);
    expect(await complete(address)).toEqual(refused("login-cancelled", { profileName: "work" }));
  });

  it("is refused as replaced by a newer link, which still works", async () => {
    const old = await beginAndApprove();
    const newer = await beginAndApprove();
    expect(await complete(old)).toEqual(refused("login-replaced", { profileName: "work" }));
    expect(await complete(newer)).toEqual(SAVED);
  });

  it("is refused after too many wrong states", async () => {
    const address = await beginAndApprove();
    const wrong = address.replace(stateIn(address), "0".repeat(32));
    const results = [];
    for (let time = 0; time < MAX_ATTEMPTS; time += 1) results.push(await complete(wrong));
    expect(results.at(-1)).toEqual(refused("too-many-attempts"));
    expect(await complete(address)).toEqual(refused("too-many-attempts", { profileName: "work" }));
  });

  it("is refused if there never was a sign-in", async () => {
    expect(await complete(addressOf({ code: "ac_x", state: "0".repeat(32) }))).toEqual(refused("no-pending-login"));
    expect(ports.oauth.exchanges).toEqual([]);
  });
});

describe("another sender with the callback URL", () => {
  it.each(OTHERS)("gets the answer for no pending sign-in, and changes nothing: $name", async ({ binding }) => {
    const address = await beginAndApprove();
    const before = ports.pending.text;
    for (let time = 0; time <= MAX_ATTEMPTS; time += 1) {
      expect(await complete(address, { binding })).toEqual(refused("no-pending-login"));
    }
    expect([ports.pending.text, ports.oauth.exchanges]).toEqual([before, []]);
    expect(await complete(address)).toEqual(SAVED);
  });

  it.each(OTHERS)("cannot finish it with their own pending sign-in: $name", async ({ binding }) => {
    const address = await beginAndApprove();
    await begin("work", binding);
    expect(await complete(address, { binding })).toEqual(refused("state-mismatch"));
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("cannot use the code with their own state, because the verifier differs", async () => {
    const stranger = OTHERS[0]?.binding ?? DANA;
    const stolen = new URL(await beginAndApprove()).searchParams.get("code") ?? "";
    const own = await beginAndApprove("work", stranger);
    const mixed = addressOf({ code: stolen, state: stateIn(own) });
    expect(await complete(mixed, { binding: stranger })).toEqual(over("token-rejected"));
    expect(ports.profiles.saves).toEqual([]);
  });
});

describe("an answer of the sign-in page", () => {
  const ANSWERS: readonly { readonly error: string; readonly description?: string; readonly code: string }[] = [
    { error: "access_denied", code: "authorization-denied" },
    { error: "access_denied", description: "You have missing_codex_entitlement here", code: "workspace-not-entitled" },
    { error: "invalid_scope", code: "authorization-failed" },
    { error: "invalid_state", code: "authorization-failed" },
    { error: "server_error", description: "missing_codex_entitlement", code: "authorization-failed" },
    { error: "ACCESS_DENIED", code: "authorization-failed" },
    { error: "", code: "authorization-failed" },
  ];

  it.each(ANSWERS)("ends the sign-in: error '$error' with '$description'", async ({ error, description, code }) => {
    const address = ports.oauth.deny(await begin(), error, description);
    expect(await complete(address)).toEqual(over(code));
    expect(ports.pending.document.logins).toEqual([]);
  });

  it("wins over a code in the same URL", async () => {
    const address = `${ports.oauth.deny(await begin())}&code=ac_x`;
    expect(await complete(address)).toEqual(over("authorization-denied"));
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("ends no sign-in if the state is unknown", async () => {
    await begin();
    expect(await complete(addressOf({ error: "access_denied", state: "0".repeat(32) }))).toEqual(
      refused("state-mismatch"),
    );
    expect(isWaiting()).toBe(true);
  });

  it("ends no sign-in of another sender", async () => {
    const address = ports.oauth.deny(await begin());
    await complete(address, { binding: OTHERS[0]?.binding ?? DANA });
    expect(isWaiting()).toBe(true);
  });

  it("makes a later code useless", async () => {
    const link = await begin();
    await complete(ports.oauth.deny(link));
    expect(await complete(ports.oauth.approve(link))).toEqual(refused("login-already-used", { profileName: "work" }));
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("repeats no words of the server", async () => {
    const result = await complete(ports.oauth.deny(await begin(), "canary", "canary"));
    expect(JSON.stringify(result) + ports.log.lines.join()).not.toContain("canary");
  });
});

describe("a user who is no longer allowed", () => {
  it("is refused before the exchange", async () => {
    const address = await beginAndApprove();
    expect(await complete(address, { isAllowed: notAllowed })).toEqual(over("not-allowed"));
    expect([ports.oauth.exchanges, ports.profiles.saves]).toEqual([[], []]);
    expect(await complete(address)).toEqual(refused("login-already-used", { profileName: "work" }));
  });

  it("is refused before the write if ownership was lost during the exchange", async () => {
    const address = await beginAndApprove();
    const gate = ports.oauth.hold();
    let isOwner = true;
    const completing = complete(address, { isAllowed: () => isOwner });
    await gate.entered;
    isOwner = false;
    gate.open();
    expect(await completing).toEqual(over("not-allowed"));
    expect(ports.profiles.saves).toEqual([]);
  });
});

describe("an exchange that is refused", () => {
  const CODES: readonly ExchangeRefusal[] = [
    "token-rejected",
    "client-rejected",
    "region-unsupported",
    "provider-blocked",
    "provider-rate-limited",
    "provider-failed",
    "provider-timeout",
    "provider-unreachable",
    "provider-certificate",
    "token-response-invalid",
    "identity-missing",
  ];

  it.each(CODES)("ends the sign-in with %s, saves nothing, and is not repeated", async (code) => {
    ports.oauth.refuse(code);
    const address = await beginAndApprove();
    expect(await complete(address)).toEqual(over(code));
    expect(ports.profiles.saves).toEqual([]);
    expect(ports.pending.document).toMatchObject({ logins: [], receipts: [{ outcome: "failed" }] });
    expect(await complete(address)).toEqual(refused("login-already-used", { profileName: "work" }));
    expect(ports.oauth.exchanges).toHaveLength(1);
  });

  it("gives the time to wait", async () => {
    ports.oauth.refuse("provider-rate-limited", 17);
    expect(await complete(await beginAndApprove())).toEqual(over("provider-rate-limited", { retryAfterSeconds: 17 }));
  });
});

describe("a save that is refused", () => {
  const CODES: readonly SaveRefusal[] = [
    "store-locked",
    "store-unreadable",
    "store-migration-required",
    "store-write-failed",
    "not-allowed",
  ];

  it.each(CODES)("gives %s and ends the sign-in", async (code) => {
    ports.profiles.refuse(code);
    expect(await complete(await beginAndApprove())).toEqual(over(code));
    expect(ports.pending.document.receipts).toMatchObject([{ outcome: "failed" }]);
  });
});

describe("a port that throws", () => {
  const BROKEN: readonly {
    readonly port: string;
    readonly isOver: boolean;
    readonly break: (error: unknown) => Ports;
  }[] = [
    {
      port: "the pending file, at the claim",
      isOver: false,
      break: (error) => ({ ...ports, pending: { read: failing(error), update: failing(error) } }),
    },
    {
      port: "the exchange",
      isOver: true,
      break: (error) => ({
        ...ports,
        oauth: brokenOAuth(failing(error)),
      }),
    },
    {
      port: "the profile store",
      isOver: true,
      break: (error) => ({ ...ports, profiles: brokenProfiles(failing(error), async () => undefined) }),
    },
    {
      port: "the digest",
      isOver: false,
      break: (error) => ({
        ...ports,
        entropy: {
          bytes: (length) => ports.entropy.bytes(length),
          digest: () => {
            throw error;
          },
        },
      }),
    },
  ];
  const rows = BROKEN.flatMap((broken) => THROWN.map((thrown) => ({ ...broken, ...thrown })));

  it.each(rows)(
    "gives one of our codes and no secret: $port, $name",
    async ({ break: breakPorts, error, code, isOver }) => {
      const address = await beginAndApprove();
      const result = await complete(address, {}, breakPorts(error));
      expect(result).toEqual(isOver ? over(code) : refused(code));
      const text = inspect(result, { depth: null, showHidden: true }) + JSON.stringify(result) + ports.log.lines.join();
      const secrets = [...new URL(address).searchParams.values()].filter((value) => !value.includes("openid"));
      expect([...secrets, "canary"].filter((secret) => text.includes(secret))).toEqual([]);
    },
  );

  it.each(THROWN)("at the receipt changes neither a success nor a refusal: $name", async ({ error }) => {
    const withoutReceipt = (): Ports => {
      let edits = 0;
      const update: PendingStore["update"] = (edit) =>
        (edits += 1) === 1 ? ports.pending.update(edit) : failing(error)();
      return { ...ports, pending: { read: () => ports.pending.read(), update } };
    };
    expect(await complete(await beginAndApprove(), {}, withoutReceipt())).toEqual(SAVED);
    const address = await beginAndApprove();
    ports.oauth.refuse("region-unsupported");
    expect(await complete(address, {}, withoutReceipt())).toEqual(over("region-unsupported"));
    expect(ports.log.lines.join()).not.toContain("canary");
  });
});

describe("the log", () => {
  it("contains no code, state, verifier, token, account or URL", async () => {
    const address = await beginAndApprove();
    const verifier = ports.pending.document.logins[0]?.codeVerifier ?? "";
    await complete(address);
    await complete(address);
    await complete("http://localhost:1455/auth/callback?code=ac_lost");
    const text = ports.log.lines.join("\n");
    const secrets = [...new URL(address).searchParams.values(), verifier, "canary", "dana@", "localhost", "ac_"];
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});

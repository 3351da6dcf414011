import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { CLOCK_STEP_MS, SIGN_IN_TTL_MS, MAX_ATTEMPTS } from "../../src/rules/pending-sign-ins.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { finishSignIn, type FinishRequest } from "../../src/actions/finish.ts";
import { cancelPending } from "../../src/actions/overview.ts";
import type { ExchangeRefusal, Ports, PendingStore, SaveRefusal } from "../../src/actions/ports.ts";
import type { Secret } from "../../src/secret.ts";
import { createPendingStore, PENDING_FILE } from "../../src/store/pending-sign-ins.ts";
import {
  addressOf,
  brokenProfiles,
  createFakePorts,
  DANA,
  failing,
  OTHERS,
  THROWN,
  type FakePorts,
} from "../fakes/fake-ports.ts";
import { completionOf, startedLink } from "./requests.ts";

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
const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % (list.length || 1)];

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

describe("a right address", () => {
  it("saves the profile and says who signed in", async () => {
    expect(await complete(await beginAndApprove())).toEqual(SAVED);
  });

  it("saves for the profile and the agent that the sign-in was started for", async () => {
    const binding = { ...DANA, agentId: "second" };
    await complete(await beginAndApprove("work", binding), { binding });
    expect(ports.profiles.saves).toMatchObject([{ profileId: "openai:work", agentId: "second" }]);
  });

  it("saves the tokens of the exchange, which expire from its end on", async () => {
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

  it("is taken with the name of its profile beside it", async () => {
    expect(await complete(await beginAndApprove(), { profileName: "work" as ProfileName })).toEqual(SAVED);
  });

  it("is taken with the name that was typed, where another profile stands in for default", async () => {
    ports.profiles.has("openai:first");
    const result = await complete(await beginAndApprove("default"), { profileName: "default" as ProfileName });
    expect(result).toMatchObject({ kind: "saved", profileName: "first" });
  });

  it("is taken in the middle of a message", async () => {
    expect(await complete(`Here it is: ${await beginAndApprove()} thanks!`)).toEqual(SAVED);
  });

  it("is taken in the last moment", async () => {
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

  it("says where the host's own settings leave the profile out", async () => {
    ports.profiles.isSelectable = false;
    expect(await complete(await beginAndApprove())).toMatchObject({ kind: "saved", isSelectable: false });
  });

  it("leaves out what the account does not tell", async () => {
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

  it("leaves a receipt of what became of it", async () => {
    await complete(await beginAndApprove());
    expect(ports.pending.document.receipts).toMatchObject([{ profileName: "work", outcome: "saved" }]);
  });
});

describe("what stands in the way of a save", () => {
  it.each(["store-unreadable", "profile-not-codex", "undo-unwritable"] as const)(
    "is told before the code is spent, and the address works once it is gone: %s",
    async (code) => {
      const address = await beginAndApprove();
      ports.profiles.inTheWay = code;
      expect(await complete(address)).toEqual(refused(code, { profileName: "work" }));
      expect(ports.oauth.exchanges).toEqual([]);
      ports.profiles.inTheWay = undefined;
      expect(await complete(address)).toEqual(SAVED);
    },
  );

  it("is another store than the one that the sign-in was started for", async () => {
    const address = await beginAndApprove();
    const profiles = Object.create(ports.profiles, {
      storeId: { value: "openai /elsewhere" },
    }) as typeof ports.profiles;
    expect(await complete(address, {}, { ...ports, profiles })).toEqual(
      refused("login-of-other-store", { profileName: "work" }),
    );
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("is no store at all for a sign-in of an older version, which kept no note of one", async () => {
    const address = await beginAndApprove();
    await ports.pending.update((document) => {
      const logins = document.logins.map((login) => ({ ...login, storeId: undefined }));
      return { result: undefined, next: { ...document, logins } };
    });
    expect(await complete(address)).toEqual(SAVED);
  });
});

describe("the claim", () => {
  it("comes before the exchange: while that runs, the login and its verifier are gone", async () => {
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

  it("answers a second paste while the first is still being exchanged, without a second exchange", async () => {
    const address = await beginAndApprove();
    const gate = ports.oauth.hold();
    const first = complete(address);
    await gate.entered;
    expect(await complete(address)).toEqual(refused("login-already-used", { profileName: "work" }));
    expect(ports.oauth.exchanges).toHaveLength(1);
    gate.open();
    expect(await first).toEqual(SAVED);
  });

  it("answers a paste after success", async () => {
    const address = await beginAndApprove();
    await complete(address);
    expect(await complete(address)).toEqual(refused("login-already-used", { profileName: "work" }));
  });

  /** The same race over the fake and over the file two gateways would share. */
  const STORES: readonly { readonly name: string; readonly open: () => { store: PendingStore; text: () => string } }[] =
    [
      { name: "the fake", open: () => ({ store: ports.pending, text: () => ports.pending.text }) },
      {
        name: "the real file",
        open: () => {
          const folder = mkdtempSync(join(tmpdir(), "codex-auth-complete-"));
          onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
          return { store: createPendingStore(folder), text: () => readFileSync(join(folder, PENDING_FILE), "utf8") };
        },
      },
    ];

  it.each(STORES)("lets one of many parallel pastes through, over $name", async ({ open }) => {
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

  it("keeps parallel sign-ins of several profiles apart", async () => {
    const links = [await begin("a"), await begin("b"), await begin("c")];
    const addresses = links.map((link, at) => ports.oauth.approve(link, `person-${at}@example.com`));
    const results = await Promise.all(addresses.map((address) => complete(address)));
    expect(results).toMatchObject([{ profileName: "a" }, { profileName: "b" }, { profileName: "c" }]);
    expect(ports.profiles.saves.map((save) => save.profileId).toSorted()).toEqual(["openai:a", "openai:b", "openai:c"]);
  });
});

describe("an address that cannot be taken keeps the sign-in", () => {
  const UNREADABLE: readonly {
    readonly name: string;
    readonly paste: (address: string) => string;
    readonly code: string;
  }[] = [
    { name: "nothing", paste: () => "", code: "callback-empty" },
    { name: "a word", paste: () => "done", code: "callback-not-found" },
    { name: "too much", paste: (address) => address + "a".repeat(9000), code: "callback-too-long" },
    {
      name: "an address of another site",
      paste: (address) => address.replace("localhost:1455", "evil.example"),
      code: "callback-wrong-redirect",
    },
    {
      name: "the loopback as a user name",
      paste: (address) => address.replace("localhost:1455", "localhost:1455@evil.example"),
      code: "callback-wrong-redirect",
    },
    {
      name: "an address without its state",
      paste: (address) => address.replace(/&state=.*/, ""),
      code: "state-missing",
    },
    {
      name: "an address with two states",
      paste: (address) => `${address}&state=abcdefgh`,
      code: "callback-duplicate-parameter",
    },
    {
      name: "an address with two codes",
      paste: (address) => `${address}&code=ac_x`,
      code: "callback-duplicate-parameter",
    },
    { name: "a bare code", paste: (address) => new URL(address).searchParams.get("code") ?? "", code: "state-missing" },
  ];

  it.each(UNREADABLE)("$name", async ({ paste, code }) => {
    const address = await beginAndApprove();
    const { reads, updates } = ports.pending;
    expect(await complete(paste(address))).toEqual(refused(code));
    // Not even looked up: such a text belongs to nobody's sign-in.
    expect([ports.pending.reads, ports.pending.updates]).toEqual([reads, updates]);
    expect(await complete(address)).toEqual(SAVED);
  });

  it("the sign-in link itself", async () => {
    const link = await begin();
    expect(await complete(link.reveal())).toEqual(refused("callback-is-sign-in-link"));
    expect(isWaiting()).toBe(true);
  });

  const DAMAGED: readonly {
    readonly name: string;
    readonly paste: (state: string) => string;
    readonly code: string;
  }[] = [
    { name: "without a code", paste: (state) => addressOf({ state }), code: "code-missing" },
    {
      name: "with a code cut short by an ellipsis",
      paste: (state) => addressOf({ code: "ac_abc…", state }),
      code: "code-malformed",
    },
    {
      name: "with a line break in its code",
      paste: (state) => addressOf({ code: "ac_abc\r\nx", state }),
      code: "code-malformed",
    },
    {
      name: "of another issuer",
      paste: (state) => addressOf({ code: "ac_x", state, iss: "https://evil.example" }),
      code: "callback-wrong-issuer",
    },
  ];

  it.each(DAMAGED)("the right state, but $name", async ({ paste, code }) => {
    const address = await beginAndApprove();
    expect(await complete(paste(stateIn(address)))).toEqual(refused(code));
    expect(ports.oauth.exchanges).toEqual([]);
    expect(await complete(address)).toEqual(SAVED);
  });

  it.each(DAMAGED)("however often, without counting against it: $name", async ({ paste, code }) => {
    const address = await beginAndApprove();
    const results = [];
    for (let time = 0; time <= MAX_ATTEMPTS; time += 1) results.push(await complete(paste(stateIn(address))));
    expect(new Set(results.map((result) => (result.kind === "refused" ? result.code : "")))).toEqual(new Set([code]));
    expect(isWaiting()).toBe(true);
  });

  it.each(DAMAGED)("a stranger's state, $name: nothing of the damage is told", async ({ paste }) => {
    await begin();
    expect(await complete(paste("0".repeat(32)))).toEqual(refused("state-mismatch"));
  });

  it("a state of nobody", async () => {
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

describe("an address that is too late", () => {
  it("is told that it has expired", async () => {
    const address = await beginAndApprove();
    ports.clock.move(SIGN_IN_TTL_MS);
    expect(await complete(address)).toEqual(refused("login-expired", { profileName: "work" }));
  });

  it("is told so after the clock was set back, too", async () => {
    const address = await beginAndApprove();
    ports.clock.move(-CLOCK_STEP_MS - 1);
    expect(await complete(address)).toEqual(refused("login-expired", { profileName: "work" }));
  });

  it("is told that it was cancelled", async () => {
    const address = await beginAndApprove();
    await cancelPending(ports, DANA);
    expect(await complete(address)).toEqual(refused("login-cancelled", { profileName: "work" }));
  });

  it("is told that a newer link replaced it, and the newer one still works", async () => {
    const old = await beginAndApprove();
    const newer = await beginAndApprove();
    expect(await complete(old)).toEqual(refused("login-replaced", { profileName: "work" }));
    expect(await complete(newer)).toEqual(SAVED);
  });

  it("is told that too many wrong states have ended it", async () => {
    const address = await beginAndApprove();
    const wrong = address.replace(stateIn(address), "0".repeat(32));
    const results = [];
    for (let time = 0; time < MAX_ATTEMPTS; time += 1) results.push(await complete(wrong));
    expect(results.at(-1)).toEqual(refused("too-many-attempts"));
    expect(await complete(address)).toEqual(refused("too-many-attempts", { profileName: "work" }));
  });

  it("is told that nothing waits, where nothing ever did", async () => {
    expect(await complete(addressOf({ code: "ac_x", state: "0".repeat(32) }))).toEqual(refused("no-pending-login"));
  });

  it("never reaches the sign-in server", async () => {
    const address = await beginAndApprove();
    ports.clock.move(SIGN_IN_TTL_MS);
    await complete(address);
    await complete(addressOf({ code: "ac_x", state: "0".repeat(32) }));
    expect(ports.oauth.exchanges).toEqual([]);
  });
});

describe("somebody else with the right address", () => {
  it.each(OTHERS)("is answered as if nothing waited: $name", async ({ binding }) => {
    expect(await complete(await beginAndApprove(), { binding })).toEqual(refused("no-pending-login"));
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it.each(OTHERS)("ends nothing, and the person can still finish: $name", async ({ binding }) => {
    const address = await beginAndApprove();
    const before = ports.pending.text;
    for (let time = 0; time <= MAX_ATTEMPTS; time += 1) await complete(address, { binding });
    expect(ports.pending.text).toBe(before);
    expect(await complete(address)).toEqual(SAVED);
  });

  it.each(OTHERS)("cannot finish it with a sign-in of their own waiting: $name", async ({ binding }) => {
    const address = await beginAndApprove();
    await begin("work", binding);
    expect(await complete(address, { binding })).toEqual(refused("state-mismatch"));
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("cannot use a code with their own state: the verifier does not fit", async () => {
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

  it("is believed before a code that stands beside it", async () => {
    const address = `${ports.oauth.deny(await begin())}&code=ac_x`;
    expect(await complete(address)).toEqual(over("authorization-denied"));
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("ends nothing with a state of nobody", async () => {
    await begin();
    expect(await complete(addressOf({ error: "access_denied", state: "0".repeat(32) }))).toEqual(
      refused("state-mismatch"),
    );
    expect(isWaiting()).toBe(true);
  });

  it("ends nothing for somebody else", async () => {
    const address = ports.oauth.deny(await begin());
    await complete(address, { binding: OTHERS[0]?.binding ?? DANA });
    expect(isWaiting()).toBe(true);
  });

  it("lets no later code through", async () => {
    const link = await begin();
    await complete(ports.oauth.deny(link));
    expect(await complete(ports.oauth.approve(link))).toEqual(refused("login-already-used", { profileName: "work" }));
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("keeps the server's words to itself", async () => {
    const result = await complete(ports.oauth.deny(await begin(), "canary", "canary"));
    expect(JSON.stringify(result) + ports.log.lines.join()).not.toContain("canary");
  });
});

describe("a person who may no longer", () => {
  it("is refused before the exchange", async () => {
    const address = await beginAndApprove();
    expect(await complete(address, { isAllowed: notAllowed })).toEqual(over("not-allowed"));
    expect([ports.oauth.exchanges, ports.profiles.saves]).toEqual([[], []]);
  });

  it("is refused before the write, where the right was lost during the exchange", async () => {
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

  it("has used the sign-in up", async () => {
    const address = await beginAndApprove();
    await complete(address, { isAllowed: notAllowed });
    expect(await complete(address)).toEqual(refused("login-already-used", { profileName: "work" }));
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

  it.each(CODES)("ends the sign-in with %s and saves nothing", async (code) => {
    ports.oauth.refuse(code);
    expect(await complete(await beginAndApprove())).toEqual(over(code));
    expect(ports.profiles.saves).toEqual([]);
    expect(ports.pending.document).toMatchObject({ logins: [], receipts: [{ outcome: "failed" }] });
  });

  it.each(CODES)("is not tried again after %s, whoever pastes the address again", async (code) => {
    ports.oauth.refuse(code);
    const address = await beginAndApprove();
    await complete(address);
    expect(await complete(address)).toEqual(refused("login-already-used", { profileName: "work" }));
    expect(ports.oauth.exchanges).toHaveLength(1);
  });

  it("passes on how long to wait", async () => {
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

  it.each(CODES)("is told as %s, and the sign-in is over", async (code) => {
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
      break: (error) => ({ ...ports, oauth: { buildAuthorizationRequest: failing(error), exchange: failing(error) } }),
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

  it.each(rows)("is answered by a code of ours: $port, $name", async ({ break: breakPorts, error, code, isOver }) => {
    const address = await beginAndApprove();
    expect(await complete(address, {}, breakPorts(error))).toEqual(isOver ? over(code) : refused(code));
  });

  it.each(rows)(
    "tells nothing of what it threw, nor of what was pasted: $port, $name",
    async ({ break: breakPorts, error }) => {
      const address = await beginAndApprove();
      const result = await complete(address, {}, breakPorts(error));
      const text = inspect(result, { depth: null, showHidden: true }) + JSON.stringify(result) + ports.log.lines.join();
      const secrets = [...new URL(address).searchParams.values()].filter((value) => !value.includes("openid"));
      expect([...secrets, "canary"].filter((secret) => text.includes(secret))).toEqual([]);
    },
  );

  it.each(THROWN)("at the receipt: what was saved is still told, after $name", async ({ error }) => {
    const address = await beginAndApprove();
    let edits = 0;
    const pending: PendingStore = {
      read: () => ports.pending.read(),
      update: (edit) => ((edits += 1) === 1 ? ports.pending.update(edit) : failing(error)()),
    };
    expect(await complete(address, {}, { ...ports, pending })).toEqual(SAVED);
    expect(ports.log.lines.join()).not.toContain("canary");
  });

  it.each(THROWN)("at the receipt: what was refused is still told, after $name", async ({ error }) => {
    const address = await beginAndApprove();
    ports.oauth.refuse("region-unsupported");
    let edits = 0;
    const pending: PendingStore = {
      read: () => ports.pending.read(),
      update: (edit) => ((edits += 1) === 1 ? ports.pending.update(edit) : failing(error)()),
    };
    expect(await complete(address, {}, { ...ports, pending })).toEqual(over("region-unsupported"));
  });
});

describe("the log", () => {
  it("holds nothing of code, state, verifier, tokens, account or address", async () => {
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

describe("any order of events", () => {
  const event = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("begin" as const),
        who: fc.nat(2),
        name: fc.constantFrom("work", "play"),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("approve" as const), link: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("deny" as const), link: fc.nat(9) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("paste" as const), who: fc.nat(2), address: fc.nat(9) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("mix" as const), who: fc.nat(2), code: fc.nat(9), state: fc.nat(9) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), who: fc.nat(2) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("time" as const),
        byMs: fc.constantFrom(1000, SIGN_IN_TTL_MS / 2, SIGN_IN_TTL_MS, -SIGN_IN_TTL_MS),
      }),
    },
  );

  it("saves a profile only for the person who began it, with a code of its own link, once and in time", async () => {
    let savedInAll = 0;
    const people = [DANA, ...OTHERS.map((other) => other.binding)];
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40, size: "max" }), async (events) => {
        const world = createFakePorts();
        const links: { link: Secret; who: number; name: string; atMs: number }[] = [];
        const addresses: { text: string; link: number }[] = [];
        const savedLinks: number[] = [];
        for (const each of events) {
          const binding = people["who" in each ? each.who : 0] ?? DANA;
          switch (each.kind) {
            case "begin":
              links.push({
                link: await begin(each.name, binding, world),
                who: each.who,
                name: each.name,
                atMs: world.clock.nowMs(),
              });
              break;
            case "approve":
            case "deny": {
              const chosen = pick(links, each.link);
              if (chosen === undefined) break;
              const text = each.kind === "approve" ? world.oauth.approve(chosen.link) : world.oauth.deny(chosen.link);
              addresses.push({ text, link: links.indexOf(chosen) });
              break;
            }
            case "paste":
            case "mix": {
              const from = pick(addresses, each.kind === "paste" ? each.address : each.state);
              if (from === undefined) break;
              const code = new URL(
                pick(addresses, each.kind === "mix" ? each.code : each.address)?.text ?? "",
              ).searchParams.get("code");
              const text =
                each.kind === "paste" || code === null ? from.text : addressOf({ code, state: stateIn(from.text) });
              const result = await complete(text, { binding }, world);
              if (result.kind !== "saved") break;
              const link = links[from.link];
              expect(people[link?.who ?? -1]).toEqual(binding);
              expect(result.profileName).toBe(link?.name);
              const ageMs = world.clock.nowMs() - (link?.atMs ?? 0);
              expect(ageMs >= 0 && ageMs < SIGN_IN_TTL_MS).toBe(true);
              savedLinks.push(from.link);
              break;
            }
            case "cancel":
              await cancelPending(world, binding);
              break;
            case "time":
              world.clock.move(each.byMs);
              break;
          }
        }
        savedInAll += savedLinks.length;
        expect(new Set(savedLinks).size).toBe(savedLinks.length);
        expect(world.profiles.saves).toHaveLength(savedLinks.length);
        const states = world.oauth.exchanges.map((grant) => grant.state.reveal());
        expect(new Set(states).size).toBe(states.length);
      }),
      { numRuns: 150 },
    );
    // Else the law had nothing to judge.
    expect(savedInAll).toBeGreaterThan(20);
  });
});

import { describe, expect, it } from "vitest";
import type { Caller } from "../../src/commands/access.ts";
import { answer } from "../../src/commands/answer.ts";
import type { Intent } from "../../src/commands/arguments.ts";
import { CodexAuthError } from "../../src/errors.ts";
import { BUTTON_VERBS, CHAT_VERBS } from "../../src/rules/commands.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { toPlainText } from "../support/english.ts";
import { REFUSALS, SENTENCES } from "../support/english.ts";
import type { Ports } from "../../src/actions/ports.ts";
import { Secret } from "../../src/secret.ts";
import { Paste } from "../../src/rules/callback-url.ts";
import { CANARY, notAllowed, savedIn } from "../handlers/fake-handler.ts";
import { createFakePorts, DANA, failing, type FakePorts } from "../fakes/fake-ports.ts";

const WORK = "work" as ProfileName;

function createCaller(extra: Partial<Caller> = {}): Caller {
  return {
    binding: DANA,
    isOwner: true,
    privacy: "private",
    ownerEntry: `telegram:${DANA.senderId}`,
    keepsCallbackUrl: true,
    senderId: DANA.senderId,
    canBeTold: () => Promise.resolve(true),
    isAllowed: () => true,
    ...extra,
  };
}

interface Row {
  readonly intent: Intent;
  readonly begins: string;
}

/** Every intent there is, each with what its answer begins with when a sign-in for `work` waits. */
const INTENTS: readonly Row[] = [
  { intent: { verb: "page", page: 1 }, begins: SENTENCES["selector.title"] },
  { intent: { verb: "new" }, begins: "To create a profile" },
  { intent: { verb: "pick", name: WORK }, begins: "Sign in again to profile work" },
  { intent: { verb: "code", name: WORK }, begins: "Sign in with a code: profile work" },
  { intent: { verb: "code" }, begins: "Sign in with a code: profile work" },
  { intent: { verb: "link", name: WORK }, begins: "Sign in again to profile work" },
  { intent: { verb: "finish", pasted: new Paste("hello") }, begins: SENTENCES["refusal.callback-not-found"] },
  { intent: { verb: "finish" }, begins: "To finish a sign-in" },
  { intent: { verb: "status" }, begins: SENTENCES["status.title"] },
  { intent: { verb: "status", name: "nobody" as ProfileName }, begins: "There is no profile named nobody." },
  { intent: { verb: "cancel" }, begins: "Cancelled: work." },
  { intent: { verb: "cancel", name: "nobody" as ProfileName }, begins: "There is no profile named nobody." },
  { intent: { verb: "show", name: WORK }, begins: "Codex profile work: signed in" },
  { intent: { verb: "prefer", name: WORK }, begins: "work is now the default profile." },
  { intent: { verb: "signout", name: WORK, isSure: false }, begins: "Sign out work?" },
  { intent: { verb: "signout", name: WORK, isSure: true }, begins: "Signed out: work is no longer" },
  { intent: { verb: "undo", name: WORK }, begins: "Undone: profile work" },
  { intent: { verb: "retry", name: WORK }, begins: "work is not in cooldown" },
  { intent: { verb: "revive", name: WORK }, begins: "No renewal of work has failed" },
  { intent: { verb: "quiet", name: WORK }, begins: "There will be no more messages about the usage of work" },
  { intent: { verb: "use", name: WORK }, begins: "This chat uses work" },
  { intent: { verb: "unuse" }, begins: "This profile is not set for this chat." },
  { intent: { verb: "keep", name: WORK }, begins: "No sign-in waits for this choice" },
  { intent: { verb: "usage" }, begins: SENTENCES["usage.title"] },
  { intent: { verb: "usage", name: WORK }, begins: SENTENCES["usage.title"] },
  { intent: { verb: "why" }, begins: "The next message in this chat uses work." },
  { intent: { verb: "log" }, begins: SENTENCES["log.none"] },
  { intent: { verb: "audit" }, begins: SENTENCES["audit.none"] },
  { intent: { verb: "close" }, begins: SENTENCES["close.done"] },
  { intent: { verb: "help" }, begins: SENTENCES["help.title"] },
  { intent: { verb: "refuse", code: "bad-selector" }, begins: "This is not a valid profile name." },
  { intent: { verb: "refuse", code: "reserved-word" }, begins: "This word is a command" },
];

async function textOf(ports: Ports, intent: Intent, caller = createCaller()): Promise<string> {
  return toPlainText(await answer(() => Promise.resolve(ports), caller, intent));
}

/** The answer to somebody for whom nothing may be loaded. */
async function refusalOf(intent: Intent, extra: Partial<Caller>): Promise<string> {
  return toPlainText(await answer(() => Promise.reject(new Error("loaded")), createCaller(extra), intent));
}

interface Waiting {
  readonly ports: FakePorts;
  /** What the browser shows at the end of the sign-in that waits. */
  readonly address: string;
}

/** One profile, `work`, which was replaced before, and a sign-in for it that waits for its address. */
async function createWaiting(): Promise<Waiting> {
  const ports = createFakePorts();
  ports.profiles.has("openai:work");
  ports.profiles.undoable.add("openai:work");
  const card = await textOf(ports, { verb: "pick", name: WORK });
  const link = card.split("\n\n").find((line) => line.startsWith("https://")) ?? "";
  return { ports, address: ports.oauth.approve(new Secret(link)) };
}

describe("an answer", () => {
  it("is tried for every intent below", () => {
    expect(new Set(INTENTS.map(({ intent }) => intent.verb))).toEqual(
      new Set([...CHAT_VERBS, ...BUTTON_VERBS, "refuse"]),
    );
  });

  it.each(INTENTS)("to $intent.verb is its own screen", async ({ intent, begins }) => {
    const { ports } = await createWaiting();
    expect((await textOf(ports, intent)).startsWith(begins)).toBe(true);
  });

  it.each(INTENTS)("to $intent.verb of a user who is not an owner loads nothing", async ({ intent }) => {
    expect(await refusalOf(intent, { isOwner: false })).toBe(notAllowed(`telegram:${DANA.senderId}`));
  });

  it.each(INTENTS)("to $intent.verb in a group loads nothing", async ({ intent }) => {
    expect(await refusalOf(intent, { privacy: "group" })).toBe(
      REFUSALS["not-private"].replace("{command}", "/codex_auth"),
    );
  });

  it("is the same for a stranger in a group and elsewhere", async () => {
    const status: Intent = { verb: "status" };
    const inGroup = await refusalOf(status, { isOwner: false, privacy: "group" });
    expect(inGroup).toBe(await refusalOf(status, { isOwner: false }));
  });
});

/** Lets one call of a port fail from now on. */
function breakCall({ ports }: Waiting, method: string, error: Error): void {
  const [port, name] = method.split(".") as ["pending" | "profiles" | "oauth", string];
  Object.assign(ports[port], { [name]: failing(error) });
}

describe("an answer over a port that fails", () => {
  const METHODS = [
    "pending.read",
    "pending.update",
    "profiles.list",
    "profiles.save",
    "profiles.prefer",
    "profiles.remove",
    "profiles.undo",
    "oauth.buildAuthorizationRequest",
    "oauth.authorizationUrlOf",
    "oauth.requestDeviceCode",
    "oauth.exchange",
  ];

  it.each(METHODS)("is still an answer, to every intent, and repeats nothing of the error: %s", async (method) => {
    for (const { intent } of INTENTS) {
      const waiting = await createWaiting();
      breakCall(waiting, method, new TypeError(`${CANARY} in a message`));
      expect(await textOf(waiting.ports, intent)).not.toContain(CANARY);
      expect(await textOf(waiting.ports, finishWith(waiting.address))).not.toContain(CANARY);
    }
  });

  it.each([
    { method: "profiles.list", intent: { verb: "page", page: 1 }, code: "store-unreadable" },
    { method: "profiles.list", intent: { verb: "new" }, code: "store-migration-required" },
    { method: "profiles.list", intent: { verb: "pick", name: WORK }, code: "store-locked" },
    { method: "profiles.list", intent: { verb: "show", name: WORK }, code: "store-unreadable" },
    { method: "profiles.list", intent: { verb: "signout", name: WORK, isSure: false }, code: "store-locked" },
    { method: "profiles.prefer", intent: { verb: "prefer", name: WORK }, code: "store-locked" },
    { method: "profiles.remove", intent: { verb: "signout", name: WORK, isSure: true }, code: "undo-unwritable" },
    { method: "profiles.undo", intent: { verb: "undo", name: WORK }, code: "store-migration-required" },
    { method: "pending.read", intent: { verb: "status" }, code: "pending-insecure" },
    { method: "pending.update", intent: { verb: "cancel" }, code: "pending-locked" },
    { method: "pending.update", intent: { verb: "pick", name: WORK }, code: "pending-unwritable" },
  ] as const)("to $intent.verb says what is wrong: $code", async ({ method, intent, code }) => {
    const waiting = await createWaiting();
    breakCall(waiting, method, new CodexAuthError(code));
    const [beginning = ""] = REFUSALS[code].split("{");
    expect((await textOf(waiting.ports, intent)).startsWith(beginning)).toBe(true);
  });
});

it("names the variable of the proxy in force, and one that nothing reads as it is written", async () => {
  const { ports, address } = await createWaiting();
  const facts = { variable: "https_proxy", noProxy: "NO_PROXY" } as const;
  ports.oauth.exchange = async () => ({ kind: "refused", code: "region-unsupported", ...facts });
  const text = await textOf(ports, finishWith(address));
  expect(text).toContain("Set https_proxy to a proxy in a supported country.");
  expect(text).toContain("NO_PROXY contains a semicolon");
  ports.oauth.requestDeviceCode = async () => ({ kind: "refused", code: "provider-blocked", ...facts });
  expect(await textOf(ports, { verb: "code", name: WORK })).toContain("a proxy (https_proxy)");
});

const refuseOwner = () => false;

it("reads the store itself for the Refresh button, and may show a recent list otherwise", async () => {
  const { ports } = await createWaiting();
  ports.profiles.recentList = async () => [];
  expect(await textOf(ports, { verb: "page", page: 1 })).toContain(SENTENCES["selector.empty"]);
  expect(await textOf(ports, { verb: "page", page: 1, isFresh: true })).toContain(SENTENCES["selector.title"]);
});

function finishWith(text: string, profileName?: ProfileName): Intent {
  const named = profileName === undefined ? {} : { name: profileName };
  return { verb: "finish", pasted: new Paste(text), ...named };
}

const statusOf = (ports: Ports, name: string) => textOf(ports, { verb: "status", name: name as ProfileName });

describe("the status of one profile", () => {
  it("has only its own sign-in", async () => {
    const { ports } = await createWaiting();
    await textOf(ports, { verb: "pick", name: "team" as ProfileName });
    const text = await statusOf(ports, "work");
    expect(text).toContain("• work: waiting for the callback URL");
    expect(text).toContain("Cancel it: /codex_auth cancel work");
    expect(text).not.toContain("team");
  });

  it("says that it has none, and which other profiles have one", async () => {
    const { ports } = await createWaiting();
    ports.profiles.has("openai:home");
    const others = "Pending sign-ins to other profiles: work. See them: /codex_auth status";
    const begins = "There is no profile named nobody.";
    expect(await statusOf(ports, "nobody")).toBe(`${begins} To see all profiles, type /codex_auth\n\n${others}`);
    expect(await statusOf(ports, "home")).toBe(
      [SENTENCES["status.title"], "No sign-in to home is pending.", others, "Sign in: /codex_auth home"].join("\n\n"),
    );
  });
});

describe("the answer to a word that is nearly a command", () => {
  const STAUTS = "stauts" as ProfileName;

  it("starts the sign-in and asks whether the command was meant", async () => {
    const { ports } = await createWaiting();
    const text = await textOf(ports, { verb: "pick", name: STAUTS });
    expect(text).toContain("Sign in to the new profile stauts\n\nDid you mean /codex_auth status?");
    expect(ports.pending.document.logins.map(({ profileName }) => profileName)).toContain("stauts");
  });

  it("does not ask if the profile exists", async () => {
    const { ports } = await createWaiting();
    ports.profiles.has("openai:stauts");
    expect(await textOf(ports, { verb: "pick", name: STAUTS })).not.toContain("Did you mean");
  });

  it("asks with the refusal if a profile follows", async () => {
    const { ports } = await createWaiting();
    const text = await textOf(ports, { verb: "refuse", code: "bad-selector", near: "show" });
    expect(text).toContain("Did you mean /codex_auth show <profile>?");
  });
});

describe("the answer to a name that the grammar would not create", () => {
  it.each([
    { name: "status", code: "reserved-word" },
    { name: "my team", code: "bad-selector" },
  ] as const)("starts nothing if no such profile is stored: $name", async ({ name, code }) => {
    const { ports } = await createWaiting();
    const [beginning = ""] = REFUSALS[code].split("{");
    expect((await textOf(ports, { verb: "pick", name: name as ProfileName })).startsWith(beginning)).toBe(true);
    expect(ports.pending.document.logins.length).toBe(1);
  });

  it.each(["status", "my team"])("signs in again to the profile that is stored: %s", async (name) => {
    const { ports } = await createWaiting();
    ports.profiles.has(`openai:${name}`);
    const text = await textOf(ports, { verb: "pick", name: name as ProfileName });
    expect(text).toContain(`Sign in again to profile ${name}`);
  });
});

/** The intents that read or change one profile that is there. */
const MANAGING = [
  { verb: "show", name: WORK },
  { verb: "prefer", name: WORK },
  { verb: "signout", name: WORK, isSure: false },
  { verb: "signout", name: WORK, isSure: true },
] as const;

describe("the answer about a profile", () => {
  it.each(MANAGING)(
    "that is not there names it, and the way to those that are: $verb, sure: $isSure",
    async (intent) => {
      const ports = createFakePorts();
      ports.profiles.has("openai:team");
      expect(await textOf(ports, intent)).toBe("There is no profile named work. To see all profiles, type /codex_auth");
      expect((await ports.profiles.list("main")).map(({ profileId }) => profileId)).toEqual(["openai:team"]);
    },
  );

  it("to sign out only asks, until it is sure", async () => {
    const { ports } = await createWaiting();
    await textOf(ports, { verb: "signout", name: WORK, isSure: false });
    expect(await ports.profiles.list("main")).toHaveLength(1);
    await textOf(ports, { verb: "signout", name: WORK, isSure: true });
    expect(await ports.profiles.list("main")).toEqual([]);
  });

  it("that was signed out can be undone with the suggested command", async () => {
    const { ports } = await createWaiting();
    const before = await ports.profiles.list("main");
    const text = await textOf(ports, { verb: "signout", name: WORK, isSure: true });
    expect(text).toContain("Undo within 24 hours: /codex_auth undo work");
    expect(await textOf(ports, { verb: "undo", name: WORK })).toContain("Undone: profile work");
    expect(await ports.profiles.list("main")).toEqual(before);
  });

  it("with nothing to put back says so, and how long things are kept", async () => {
    const { ports } = await createWaiting();
    await textOf(ports, { verb: "undo", name: WORK });
    expect(await textOf(ports, { verb: "undo", name: WORK })).toContain("There is nothing to undo for work");
  });

  it.each([
    { intent: { verb: "prefer", name: WORK } },
    { intent: { verb: "signout", name: WORK, isSure: true } },
    { intent: { verb: "undo", name: WORK } },
  ] as const)("is a refusal if the user is no longer an owner at the write: $intent.verb", async ({ intent }) => {
    const { ports } = await createWaiting();
    const before = await ports.profiles.list("main");
    const text = await textOf(ports, intent, createCaller({ isAllowed: refuseOwner }));
    expect(text).toContain("Only an owner of this gateway");
    expect(await ports.profiles.list("main")).toEqual(before);
    expect([ports.profiles.preferred, ports.profiles.undoable.has("openai:work")]).toEqual([undefined, true]);
  });
});

describe("the answer to a pasted callback URL", () => {
  it("names profile and account once they are saved", async () => {
    const { ports, address } = await createWaiting();
    expect(await textOf(ports, finishWith(address))).toContain(
      "Signed in: profile work now uses dana@example.com (plan: plus).",
    );
    expect(savedIn(ports)).toEqual(["openai:work"]);
  });

  it("that is wrong says that the sign-in is still pending", async () => {
    const { ports } = await createWaiting();
    expect(await textOf(ports, finishWith("hello"))).toContain("You still have a pending sign-in");
  });

  it("without a pending sign-in says how to start", async () => {
    const text = await textOf(createFakePorts(), finishWith("hello"));
    expect(text).toContain("Start again: /codex_auth");
    expect(text).not.toContain("You still have a pending sign-in");
  });

  it("for another profile names the one it belongs to", async () => {
    const { ports, address } = await createWaiting();
    const text = await textOf(ports, finishWith(address, "team" as ProfileName));
    expect(text).toContain("belongs to the sign-in for work");
    expect(ports.oauth.exchanges.length).toBe(0);
  });

  it("is a refusal without an exchange if the user is no longer an owner", async () => {
    const { ports, address } = await createWaiting();
    const text = await textOf(ports, finishWith(address), createCaller({ isAllowed: refuseOwner }));
    expect(text).toContain("Only an owner of this gateway");
    expect({ exchanges: ports.oauth.exchanges.length, saved: savedIn(ports) }).toEqual({ exchanges: 0, saved: [] });
  });

  it("used before says that it has signed in the profile", async () => {
    const { ports, address } = await createWaiting();
    await textOf(ports, finishWith(address));
    const text = await textOf(ports, finishWith(address));
    expect(text).toContain("It has already signed in profile work");
    expect(text).not.toContain("Start again");
    expect(ports.oauth.exchanges.length).toBe(1);
  });

  it("that the server turned down says why, and how to start again", async () => {
    const { ports, address } = await createWaiting();
    ports.oauth.refuse("provider-rate-limited", 300);
    const text = await textOf(ports, finishWith(address));
    expect(text).toContain("Wait 5 min, then start again.");
    expect(text).toContain("Start again: /codex_auth work");
  });
});

import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { terminalBinding, type Binding } from "../../src/rules/binding.ts";
import { SIGN_IN_TTL_MS } from "../../src/rules/pending-sign-ins.ts";
import type { PendingStore } from "../../src/actions/ports.ts";
import { startWithCode } from "../../src/actions/device.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { finishSignIn } from "../../src/actions/finish.ts";
import type { Secret } from "../../src/secret.ts";
import type { TerminalWord } from "../../src/rules/commands.ts";
import type { TerminalRequest } from "../../src/terminal/arguments.ts";
import type { TerminalAnswer, TerminalContext } from "../../src/terminal/context.ts";
import { FakeLive } from "./fake-live.ts";
import { runRequest } from "../../src/terminal/run.ts";
import { addressOf, createFakePorts, DANA, type FakePorts } from "../fakes/fake-ports.ts";
import { completionOf, startedLink } from "../actions/requests.ts";

const skill = JSON.parse(readFileSync(new URL("../../skill.json", import.meta.url), "utf8")) as { version: string };

const HERE = terminalBinding(DANA.gateway, "main");

let ports: FakePorts;
let asked: string[];
let input: string;
beforeEach(() => {
  ports = createFakePorts();
  asked = [];
  input = "";
});

function contextOf(binding: Binding = HERE): TerminalContext {
  return {
    binding,
    pendingPorts: async () => {
      asked.push("pending");
      return { clock: ports.clock, log: ports.log, pending: ports.pending, parked: ports.parked };
    },
    ports: async () => {
      asked.push("host");
      return ports;
    },
    readStandardInput: async () => {
      asked.push("input");
      return input;
    },
    live: new FakeLive(),
  };
}

type Options = Partial<Omit<TerminalRequest, "profileName">> & { readonly profileName?: string };

function run(verb: TerminalWord, options: Options = {}, context = contextOf()): Promise<TerminalAnswer> {
  return runRequest(context, { verb, queueApply: false, json: false, ...options } as TerminalRequest);
}

/** The link of a sign-in that was started here. */
async function start(profileName?: string, context = contextOf()): Promise<Secret> {
  const answer = await run("start", profileName === undefined ? {} : { profileName }, context);
  if (answer.kind !== "started") throw new Error(answer.kind);
  return answer.authorizationUrl;
}

const startInChat = (name: string, binding = DANA) => startedLink(ports, name, binding);

const finishInChat = (address: string, binding = DANA) => finishSignIn(ports, completionOf(address, { binding }));

async function signIn(profileName: string, options: Options = {}, email?: string): Promise<TerminalAnswer> {
  return run("finish", { callbackUrl: ports.oauth.approve(await start(profileName), email), ...options });
}

describe("the ports that are built", () => {
  const CASES: readonly {
    readonly verb: TerminalWord;
    readonly options?: Options;
    readonly expected: readonly string[];
  }[] = [
    { verb: "help", expected: [] },
    { verb: "version", expected: [] },
    { verb: "status", expected: ["pending"] },
    { verb: "status", options: { profileName: "work" }, expected: ["pending", "host"] },
    { verb: "cancel", expected: ["pending"] },
    { verb: "cancel", options: { profileName: "work" }, expected: ["pending", "host"] },
    { verb: "list", expected: ["host"] },
    { verb: "start", expected: ["host"] },
    { verb: "undo", expected: ["host"] },
    { verb: "log", expected: ["host"] },
    { verb: "audit", expected: ["host"] },
    { verb: "finish", options: { callbackUrl: "x" }, expected: ["host"] },
    { verb: "finish", options: { callbackUrl: "-" }, expected: ["input", "host"] },
  ];

  it.each(CASES)("by $verb: $expected", async ({ verb, options, expected }) => {
    await run(verb, options);
    expect(asked).toEqual(expected);
  });

  it("throws the error of building the ports", async () => {
    const context = { ...contextOf(), ports: () => Promise.reject(new CodexAuthError("host-not-found")) };
    await expect(run("list", {}, context)).rejects.toThrow(new CodexAuthError("host-not-found"));
  });
});

describe("start", () => {
  it("means default if no profile is named", async () => {
    expect(await run("start")).toMatchObject({ kind: "started", profileName: "default", profileId: "openai:default" });
  });

  it("uses the first profile if default does not exist", async () => {
    ports.profiles.has("openai:work");
    expect(await run("start")).toMatchObject({ profileName: "work", isDefaultFallback: true, isNewProfile: false });
  });

  it("stores the terminal and the agent", async () => {
    await start("work", contextOf(terminalBinding(DANA.gateway, "ops")));
    expect(ports.pending.document.logins).toMatchObject([{ binding: { ...HERE, agentId: "ops" } }]);
  });
});

describe("finish", () => {
  it("saves what was approved", async () => {
    expect(await signIn("work")).toMatchObject({
      kind: "saved",
      profileName: "work",
      profileId: "openai:work",
      accountId: "workspace-1",
      email: "dana@example.com",
      activation: "live",
    });
    expect(ports.profiles.saves).toMatchObject([{ profileId: "openai:work", agentId: "main" }]);
  });

  it.each(["", "\n", "\r\n", "  \n\n"])("reads the callback URL from standard input that ends with %j", async (end) => {
    input = `${ports.oauth.approve(await start("work"))}${end}`;
    expect(await run("finish", { callbackUrl: "-" })).toMatchObject({ kind: "saved" });
  });

  it.each([
    { name: "the code", cut: (url: string) => url.slice(0, url.indexOf("&")) },
    { name: "the state", cut: (url: string) => url.replace(/\?.*(state=.*)$/, "?$1") },
  ])("says that the shell cut an argument that ends behind $name, and builds nothing", async ({ cut }) => {
    const callbackUrl = ports.oauth.approve(await start("work"));
    asked = [];
    expect(await run("finish", { callbackUrl: cut(callbackUrl) })).toEqual({
      kind: "refused",
      code: "usage-address-cut",
    });
    expect(asked).toEqual([]);
    expect(await run("finish", { callbackUrl })).toMatchObject({ kind: "saved" });
  });

  it("says of the same on standard input what is missing", async () => {
    const callbackUrl = ports.oauth.approve(await start("work"));
    input = callbackUrl.slice(0, callbackUrl.indexOf("&"));
    expect(await run("finish", { callbackUrl: "-" })).toMatchObject({ code: "state-missing" });
  });

  it.each([
    { name: "the short success page", callbackUrl: "http://localhost:1455/success", code: "callback-taken" },
    {
      name: "OpenAI's error page",
      callbackUrl: "https://auth.openai.com/error?payload=e30",
      code: "callback-is-error-page",
    },
  ])("names $name", async ({ callbackUrl, code }) => {
    await start("work");
    expect(await run("finish", { callbackUrl })).toMatchObject({ code, next: "still-waiting" });
  });

  it("refuses an empty standard input", async () => {
    await start("work");
    expect(await run("finish", { callbackUrl: "-" })).toMatchObject({ kind: "refused", code: "callback-empty" });
  });

  it("does not save under another name than the one that was started", async () => {
    const callbackUrl = ports.oauth.approve(await start("work"));
    expect(await run("finish", { callbackUrl, profileName: "home" })).toMatchObject({
      kind: "refused",
      code: "login-of-other-profile",
      profileName: "work",
    });
    expect(ports.profiles.saves).toEqual([]);
  });

  it("refuses an unknown callback URL, and says whether a sign-in is still pending", async () => {
    const callbackUrl = addressOf({ code: "ac_x", state: "0".repeat(32) });
    expect(await run("finish", { callbackUrl })).toMatchObject({ code: "no-pending-login", next: "again" });
    await start("work");
    expect(await run("finish", { callbackUrl })).toMatchObject({ code: "state-mismatch", next: "still-waiting" });
  });
});

describe("finish with another account than the profile holds", () => {
  beforeEach(() => signIn("work"));

  it("is refused without a question, and saves nothing", async () => {
    expect(await signIn("work", {}, "robin@example.com")).toEqual({
      kind: "refused",
      code: "account-differs",
      profileName: "work",
      isOver: true,
      next: "again",
    });
    expect(ports.profiles.saves).toHaveLength(1);
  });

  it("saves it with --replace", async () => {
    expect(await signIn("work", { replace: true }, "robin@example.com")).toMatchObject({
      kind: "saved",
      profileName: "work",
      email: "robin@example.com",
    });
    expect(ports.profiles.saves).toHaveLength(2);
  });
});

describe("a sign-in in a chat and in the terminal", () => {
  it("started in a chat is finished in the terminal, for the agent of the chat", async () => {
    const callbackUrl = ports.oauth.approve(await startInChat("work", { ...DANA, agentId: "second" }));
    expect(await run("finish", { callbackUrl })).toMatchObject({ kind: "saved", profileName: "work" });
    expect(ports.profiles.saves).toMatchObject([{ agentId: "second" }]);
  });

  it("started in the terminal is finished in a chat, for the agent of the terminal", async () => {
    const address = ports.oauth.approve(await start("work", contextOf(terminalBinding(DANA.gateway, "ops"))));
    expect(await finishInChat(address)).toMatchObject({ kind: "saved", profileName: "work" });
    expect(ports.profiles.saves).toMatchObject([{ agentId: "ops" }]);
  });

  it("is not finished in a chat of another gateway", async () => {
    const address = ports.oauth.approve(await start("work"));
    expect(await finishInChat(address, { ...DANA, gateway: "gateway-2" })).toMatchObject({ code: "no-pending-login" });
  });

  it("is not finished in the terminal of another gateway", async () => {
    const callbackUrl = ports.oauth.approve(await startInChat("work"));
    const elsewhere = contextOf(terminalBinding("gateway-2", "main"));
    expect(await run("finish", { callbackUrl }, elsewhere)).toMatchObject({ code: "no-pending-login" });
  });

  it("is cancelled from the terminal", async () => {
    const address = ports.oauth.approve(await startInChat("work"));
    expect(await run("cancel")).toEqual({ kind: "cancelled", profileNames: ["work"] });
    expect(await finishInChat(address)).toMatchObject({ code: "login-cancelled" });
  });

  it("is in the terminal's status after a chat has saved it", async () => {
    await finishInChat(ports.oauth.approve(await startInChat("work")));
    expect(await run("status")).toMatchObject({ kind: "status", lastSaved: { profileName: "work" } });
  });
});

/** A pending file that cannot be trusted. */
const untrusted = (): PendingStore => ({
  read: () => Promise.reject(new CodexAuthError("pending-insecure")),
  update: ports.pending.update,
});

describe("status", () => {
  it("is refused if nothing happened yet", async () => {
    expect(await run("status")).toEqual({ kind: "refused", code: "no-status" });
  });

  it("shows pending sign-ins and the last saved one", async () => {
    await signIn("work");
    ports.clock.move(5000);
    await start("home");
    expect(await run("status")).toEqual({
      kind: "status",
      pending: [{ profileName: "home", expiresInMs: SIGN_IN_TTL_MS }],
      lastSaved: { profileName: "work", profileId: "openai:work", agoMs: 5000, activation: "live" },
    });
  });

  it("of a profile shows only that profile", async () => {
    await signIn("work");
    await start("home");
    await start("team");
    expect(await run("status", { profileName: "home" })).toEqual({
      kind: "status",
      askedName: "home",
      pending: [{ profileName: "home", expiresInMs: SIGN_IN_TTL_MS }],
    });
    expect(await run("status", { profileName: "work" })).toMatchObject({
      pending: [],
      lastSaved: { profileName: "work" },
    });
  });

  it("of default shows the profile that replaces it", async () => {
    ports.profiles.has("openai:work");
    await start();
    expect(await run("status", { profileName: "default" })).toMatchObject({ pending: [{ profileName: "work" }] });
  });

  it("shows a sign-in with a code that ended in a chat", async () => {
    await startWithCode(ports, { binding: DANA, askedName: "work" as ProfileName });
    ports.clock.move(SIGN_IN_TTL_MS);
    expect(await run("status")).toMatchObject({ lastFailed: { profileName: "work", code: "device-code-expired" } });
  });

  it("is refused for another gateway", async () => {
    await signIn("work");
    await start("home");
    expect(await run("status", {}, contextOf(terminalBinding("gateway-2", "main")))).toMatchObject({
      code: "no-status",
    });
  });

  it("is refused if the pending file is insecure", async () => {
    const context = { ...contextOf(), pendingPorts: async () => ({ ...ports, pending: untrusted() }) };
    expect(await run("status", {}, context)).toEqual({ kind: "refused", code: "pending-insecure" });
  });
});

describe("a name that no sign-in has", () => {
  const unknown = { kind: "refused", code: "profile-unknown", profileName: "nobody" };

  it.each(["status", "cancel"] as const)("is refused by %s if no profile has it", async (verb) => {
    ports.profiles.has("openai:work");
    await start("home");
    expect(await run(verb, { profileName: "nobody" })).toMatchObject(unknown);
  });

  it.each(["nobody", "work"])("is answered by status with the names of the others that have one: %s", async (name) => {
    ports.profiles.has("openai:work");
    await start("home");
    const code = name === "work" ? "no-status" : "profile-unknown";
    const expected = { kind: "refused", code, profileName: name, others: ["home"] };
    expect(await run("status", { profileName: name })).toEqual(expected);
  });

  it("may be a profile's", async () => {
    ports.profiles.has("openai:work");
    expect(await run("status", { profileName: "work" })).toMatchObject({ code: "no-status" });
    expect(await run("cancel", { profileName: "work" })).toEqual({
      kind: "cancelled",
      profileNames: [],
      askedName: "work",
    });
  });

  it("may be a profile's if the store cannot be read", async () => {
    const failing = { ...contextOf(), ports: () => Promise.reject(new CodexAuthError("host-not-found")) };
    expect(await run("status", { profileName: "nobody" }, failing)).toMatchObject({ code: "no-status" });
    const cancelled = { kind: "cancelled", profileNames: [], askedName: "nobody" };
    expect(await run("cancel", { profileName: "nobody" }, failing)).toEqual(cancelled);
    expect(ports.log.lines).toContain("warn: looking for a profile failed (CodexAuthError host-not-found)");
  });

  it.each(["status", "cancel"] as const)("is not looked for in the store if a sign-in has it: %s", async (verb) => {
    await start("home");
    asked = [];
    await run(verb, { profileName: "home" });
    expect(asked).toEqual(["pending"]);
  });
});

describe("cancel", () => {
  it("of a profile ends only that sign-in", async () => {
    await start("home");
    await start("work");
    expect(await run("cancel", { profileName: "home" })).toEqual({ kind: "cancelled", profileNames: ["home"] });
    expect(ports.pending.document.logins).toMatchObject([{ profileName: "work" }]);
  });

  it("names nothing if no sign-in is pending", async () => {
    expect(await run("cancel")).toEqual({ kind: "cancelled", profileNames: [] });
  });
});

describe("list", () => {
  it("gives the profiles and the pending sign-ins", async () => {
    ports.profiles.has("openai:work");
    await start("home");
    expect(await run("list")).toMatchObject({ profiles: [{ name: "work" }], pending: [{ profileName: "home" }] });
  });
});

describe("undo", () => {
  it("puts back what the profile held", async () => {
    ports.profiles.has("openai:work");
    ports.profiles.undoable.add("openai:work");
    expect(await run("undo", { profileName: "work" })).toMatchObject({ kind: "undone", profileName: "work" });
  });

  it("is refused if there is nothing to put back, and names the profile", async () => {
    expect(await run("undo")).toEqual({ kind: "refused", code: "undo-missing", profileName: "default" });
  });

  it("means the profile that was saved last if none is named", async () => {
    await signIn("home");
    await signIn("work");
    ports.profiles.undoable.add("openai:home").add("openai:work");
    expect(await run("undo")).toMatchObject({ kind: "undone", profileName: "work" });
  });

  it("means default if the pending file cannot be read", async () => {
    await signIn("work");
    ports.profiles.has("openai:default");
    ports.profiles.undoable.add("openai:default").add("openai:work");
    const context = { ...contextOf(), ports: async () => ({ ...ports, pending: untrusted() }) };
    expect(await run("undo", {}, context)).toMatchObject({ kind: "undone", profileName: "default" });
  });
});

describe("log", () => {
  it("shows the newest change first, with its sender and outcome", async () => {
    await signIn("work");
    await finishInChat(ports.oauth.approve(await startInChat("home"), "robin@example.com"));
    expect(await run("log")).toMatchObject({
      entries: [
        { who: "telegram:4242", action: "sign-in", profileName: "home", outcome: "done" },
        { who: "terminal", action: "sign-in", profileName: "work", outcome: "done" },
      ],
    });
  });
});

describe("audit", () => {
  it("reads the profiles of the terminal's agent", async () => {
    const agents: string[] = [];
    ports.profiles.list = async (agentId) => {
      agents.push(agentId);
      return [];
    };
    await run("audit", {}, contextOf(terminalBinding(DANA.gateway, "ops")));
    expect(agents).toEqual(["ops"]);
  });
});

describe("version", () => {
  it("is the one of skill.json", async () => {
    expect(await run("version")).toEqual({ kind: "version", version: skill.version });
  });
});

describe("usage and retry", () => {
  it("tell the numbers of every profile, or of the one that is named", async () => {
    await signIn("work");
    await signIn("home", {}, "home@example.com");
    const all = await run("usage");
    expect(all.kind === "usage" && all.profiles.map(({ profile }) => profile.name)).toEqual(["work", "home"]);
    const one = await run("usage", { profileName: "home" });
    expect(one.kind === "usage" && one.profiles.map(({ profile }) => profile.name)).toEqual(["home"]);
    expect(await run("usage", { profileName: "nobody" })).toMatchObject({ kind: "refused", code: "profile-unknown" });
  });

  it("refuse to end a cooldown that the profile does not have", async () => {
    await signIn("work");
    expect(await run("retry", { profileName: "work" })).toMatchObject({ kind: "refused", code: "retry-not-held" });
    expect(await run("retry")).toMatchObject({ kind: "refused" });
  });
});

import { describe, expect, it } from "vitest";
import { capabilitiesOf } from "../../src/interaction/capabilities.ts";
import { answerCommand, type CommandCall } from "../../src/handlers/command.ts";
import { CodexAuthError } from "../../src/errors.ts";
import { REFUSALS, SENTENCES } from "../support/english.ts";
import {
  BROKEN,
  CANARY,
  createDoor,
  GROUP,
  notAllowed,
  OWNER,
  OWNER_CALL,
  savedIn,
  startAndApprove,
  STRANGER,
  UNTOUCHABLE,
  waitingIn,
  WEBCHAT_CALL,
} from "./fake-handler.ts";

const call = (extra: Partial<CommandCall> = {}): CommandCall => ({ ...OWNER_CALL, ...extra });

/** Of a host before 2026.9.6: marks the owner, and gives nothing to ask again. */
const fromOlderHost = (args: string) => call({ args, assertOwnerCurrent: undefined });

const IN_GROUP = { from: `telegram:group:${GROUP}`, sessionKey: `agent:main:telegram:group:${GROUP}` };
const IN_TOPIC = { from: `telegram:group:${GROUP}:topic:77`, messageThreadId: 77 };

function loseOwner(): void {
  throw new Error(CANARY);
}

describe("a command", () => {
  it("of an owner shows the profiles, with buttons if the chat has them", async () => {
    const { context } = createDoor();
    const { markdown, rows } = await answerCommand(context, "select", call());
    expect(markdown).toContain("`work` (used by default): signed in");
    expect(rows[0]).toEqual([{ label: "work", callbackData: "codex_auth_show:S0.0" }]);
  });

  it("has only the link as a button in a chat whose taps do not come back", async () => {
    const { context } = createDoor({
      capabilitiesOf: () => Promise.resolve({ ...capabilitiesOf("telegram"), buttons: "links" }),
    });
    const labelsFor = async (args: string) =>
      (await answerCommand(context, "select", call({ args }))).rows.flat().map(({ label }) => label);
    expect(await labelsFor("work")).toEqual(["Open the sign-in page"]);
    expect(await labelsFor("")).toEqual([]);
  });

  it.each([
    { to: `slash:${OWNER}`, text: "Sign-ins and usage are private" },
    { to: `user:${OWNER}`, text: "used by default" },
  ])("typed as a slash command is refused if others could read the answer: $to", async ({ to, text }) => {
    const { context, owners } = createDoor({ areSlashAnswersPublic: () => true });
    owners.add(`slack:${OWNER}`);
    const answer = await answerCommand(context, "select", call({ channel: "slack", from: `slack:${OWNER}`, to }));
    expect(answer.markdown).toContain(text);
  });

  it("in the web chat gets the same list as text only", async () => {
    const { context } = createDoor();
    const { markdown, rows } = await answerCommand(context, "select", WEBCHAT_CALL);
    expect(markdown).toContain("`work` (used by default): signed in");
    expect(rows).toEqual([]);
  });

  it("without arguments is one with empty ones", async () => {
    const { context } = createDoor();
    expect((await answerCommand(context, "finish", call())).markdown).toContain("`/codex_auth_finish <callback URL>`");
  });

  it("starts a sign-in and finishes it with the callback URL", async () => {
    const door = createDoor();
    const args = await startAndApprove(door);
    const saved = await answerCommand(door.context, "finish", call({ args }));
    expect(saved.markdown).toContain("Signed in: profile `work`");
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
  });

  it("finishes only in the chat and with the agent that started", async () => {
    const door = createDoor();
    const { context, ports } = door;
    const args = await startAndApprove(door);
    await answerCommand(context, "finish", call({ args, accountId: "second-bot" }));
    await answerCommand(context, "finish", call({ args, agentId: "research" }));
    await answerCommand(context, "finish", { ...WEBCHAT_CALL, args });
    expect({ exchanges: ports.oauth.exchanges.length, waiting: waitingIn(ports) }).toEqual({
      exchanges: 0,
      waiting: 1,
    });
  });
});

describe("a finished sign-in", () => {
  it.each([
    { name: "a chat that keeps it", start: OWNER_CALL, isAsked: true },
    { name: "the web chat, whose transcript was kept clean", start: WEBCHAT_CALL, isAsked: false },
  ])("asks to delete the callback URL in $name: $isAsked", async ({ start, isAsked }) => {
    const door = createDoor();
    const args = await startAndApprove(door, start);
    const { plainText } = await answerCommand(door.context, "finish", { ...start, args });
    expect(plainText.includes(SENTENCES["saved.delete"])).toBe(isAsked);
  });
});

describe("a command without proof of ownership is refused", () => {
  it.each<{ name: string; extra: object }>([
    { name: "no mark", extra: { senderIsOwner: undefined } },
    { name: "a mark of false", extra: { senderIsOwner: false } },
    { name: "a mark of text", extra: { senderIsOwner: "true" } },
    { name: "a mark of one", extra: { senderIsOwner: 1 } },
    { name: "scopes without admin", extra: { senderIsOwner: undefined, gatewayClientScopes: ["operator.write"] } },
    {
      name: "a scope that only begins so",
      extra: { senderIsOwner: undefined, gatewayClientScopes: ["operator.admin2"] },
    },
    { name: "no scopes", extra: { senderIsOwner: undefined, gatewayClientScopes: [] } },
  ])("$name", async ({ extra }) => {
    const { context } = createDoor({ ports: () => Promise.resolve(UNTOUCHABLE) });
    const { plainText, rows } = await answerCommand(context, "select", call(extra));
    expect(plainText).toBe(notAllowed(`telegram:${OWNER}`));
    expect(rows).toEqual([]);
  });

  it("even if the ports cannot be loaded", async () => {
    const { context } = createDoor({ ports: () => Promise.reject(new CodexAuthError("config-invalid")) });
    const stranger = call({ senderId: STRANGER, from: `telegram:${STRANGER}`, senderIsOwner: false });
    expect((await answerCommand(context, "select", stranger)).plainText).toContain("Only an owner");
  });
});

/** The words about one profile; none of them may do anything for the wrong person or in the wrong place. */
const MANAGING = ["show work", "prefer work", "signout work", "signout work yes", "undo work"];

describe("a command about one profile", () => {
  it("shows its card, with a button for each thing that can be done", async () => {
    const { context, ports } = createDoor();
    ports.profiles.undoable.add("openai:work");
    const { markdown, rows } = await answerCommand(context, "select", call({ args: "show work" }));
    expect(markdown).toContain("Codex profile `work`: signed in");
    expect(rows.map((row) => row.map(({ label }) => label))).toEqual([
      ["Sign in again", "Use in this chat"],
      ["Sign out"],
      ["Undo", "Back"],
    ]);
  });

  it("works with text only in the web chat", async () => {
    const { context, ports } = createDoor();
    ports.profiles.has("openai:team");
    const before = await ports.profiles.list("main");
    const say = async (args: string) => {
      const { plainText, rows } = await answerCommand(context, "select", { ...WEBCHAT_CALL, args });
      expect(rows).toEqual([]);
      return plainText;
    };
    expect(await say("show work")).toContain("/codex_auth signout work");
    expect(await say("signout work")).toContain("/codex_auth signout work yes");
    expect(await ports.profiles.list("main")).toEqual(before);
    expect(await say("signout work yes")).toContain("/codex_auth undo work");
    expect((await ports.profiles.list("main")).map(({ name }) => name)).toEqual(["team"]);
    expect(await say("undo work")).toContain("Undone: profile work");
    expect(await say("prefer work")).toContain("work is now the default profile.");
    expect(ports.profiles.preferred).toBe("openai:work");
  });

  it.each(MANAGING)("is refused to a user who is not an owner, and uses no port: %s", async (args) => {
    const { context } = createDoor({ ports: () => Promise.resolve(UNTOUCHABLE) });
    const stranger = call({ args, senderIsOwner: false });
    expect((await answerCommand(context, "select", stranger)).plainText).toBe(notAllowed(`telegram:${OWNER}`));
  });

  it.each(["prefer work", "signout work yes", "undo work"])(
    "changes nothing for a user who lost ownership since: %s",
    async (args) => {
      const { context, ports } = createDoor();
      ports.profiles.undoable.add("openai:work");
      const before = await ports.profiles.list("main");
      const message = await answerCommand(context, "select", call({ args, assertOwnerCurrent: loseOwner }));
      expect(message.plainText).toContain("Only an owner of this gateway");
      expect(await ports.profiles.list("main")).toEqual(before);
      expect([ports.profiles.preferred, ports.profiles.undoable.has("openai:work")]).toEqual([undefined, true]);
    },
  );
});

describe("a command in a group or topic", () => {
  it.each([IN_GROUP, IN_TOPIC].flatMap((place) => ["work", ...MANAGING].map((args) => ({ ...place, args }))))(
    "gets one sentence and uses no port: $args in $from",
    async (place) => {
      const { context } = createDoor({ ports: () => Promise.resolve(UNTOUCHABLE) });
      const { plainText, rows } = await answerCommand(context, "select", call(place));
      expect(plainText).toBe(REFUSALS["not-private"].replace("{command}", "/codex_auth"));
      expect(rows).toEqual([]);
    },
  );
});

describe("ownership is checked again before the write", () => {
  it("and a user who lost it since saves nothing", async () => {
    const door = createDoor();
    const args = await startAndApprove(door);
    const message = await answerCommand(door.context, "finish", call({ args, assertOwnerCurrent: loseOwner }));
    expect(message.plainText).toContain("Only an owner of this gateway");
    expect(message.plainText).not.toContain(CANARY);
    expect(savedIn(door.ports)).toEqual([]);
  });

  it("by the host's owner rule if the host has no check of its own", async () => {
    const door = createDoor();
    const args = await startAndApprove(door);
    await answerCommand(door.context, "finish", fromOlderHost(args));
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
  });

  it("and by that rule a user who lost it since saves nothing", async () => {
    const door = createDoor();
    const args = await startAndApprove(door);
    door.owners.clear();
    const message = await answerCommand(door.context, "finish", fromOlderHost(args));
    expect(message.plainText).toContain("Only an owner of this gateway");
    expect(savedIn(door.ports)).toEqual([]);
  });
});

describe("a command never throws into the host, and is always answered", () => {
  it.each(BROKEN)("when this fails: $name", async ({ overrides }) => {
    const { context } = createDoor(overrides);
    const { plainText, markdown } = await answerCommand(context, "select", call({ args: "work" }));
    expect(plainText.length).toBeGreaterThan(20);
    expect(markdown).not.toContain(CANARY);
  });

  it.each([
    { name: "a known failure", error: new CodexAuthError("config-invalid"), code: "config-invalid" },
    { name: "an unknown one", error: new Error(CANARY), code: "internal" },
  ] as const)("with the sentence for $name of the login shell", async ({ error, code }) => {
    const { context } = createDoor({ ports: () => Promise.reject(error) });
    const { plainText } = await answerCommand(context, "select", call());
    expect(plainText.split("\n\n")[0]).toBe(REFUSALS[code]);
  });
});

describe("a command in a sandbox", () => {
  it.each([
    { name: "an answer", overrides: {}, extra: {} },
    { name: "a refusal", overrides: {}, extra: { senderIsOwner: false } },
    { name: "an error", overrides: { ports: () => Promise.reject(new Error("x")) }, extra: {} },
    { name: "a group", overrides: {}, extra: IN_GROUP },
  ])("says so first: $name", async ({ overrides, extra }) => {
    const { context } = createDoor({ isSandbox: true, ...overrides });
    expect((await answerCommand(context, "select", call(extra))).plainText.startsWith(SENTENCES.sandbox)).toBe(true);
  });
});

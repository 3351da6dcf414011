/** Notices to owners of expired logins, and what is added to the host's own messages. */
import { describe, expect, it } from "vitest";
import { NudgeMemory } from "../../src/actions/nudge.ts";
import {
  explain,
  explainFailedTurn,
  explainHostRefusal,
  notifyOwners,
  nudgeOwners,
} from "../../src/handlers/notices.ts";
import { usageNumbers } from "../fakes/fake-ports.ts";
import { ENGLISH } from "../support/english.ts";
import { createDoor, GROUP, OWNER, OWNER_CHAT, OWNER_SENDER } from "./fake-handler.ts";

const AUTH_FAILED =
  "⚠️ Authentication failed (provider returned HTTP 401). Your provider token may have expired — try the request again in a moment. If the failure persists, re-authenticate this provider.";
const WENT_WRONG =
  "⚠️ Something went wrong while processing your request. Please try again, or use /new to start a fresh session.";

function withExpiredLogin() {
  const door = createDoor();
  door.ports.profiles.has("openai:team");
  door.ports.profiles.becomes("openai:work", { health: "needs-sign-in", reason: "renewal-failed" });
  return door;
}

const chat = { channelId: "telegram", accountId: "default", conversationId: OWNER };

describe("the notice of an expired login", () => {
  it("is sent once to the owner's private chat, with the command to sign in", async () => {
    const { context, sent } = withExpiredLogin();
    await notifyOwners(context, "main");
    await notifyOwners(context, "main");
    expect(sent.map(({ sender }) => sender)).toEqual([OWNER_SENDER]);
    const { plainText, rows } = sent[0]?.message ?? { plainText: "", rows: [] };
    expect(plainText).toContain("Codex profile work cannot be used");
    expect(plainText).toContain("Sign in again: /codex_auth work");
    expect(rows.flat().map(({ label }) => label)).toEqual(["Sign in to work again", "Details"]);
  });

  it("names the command that removes the pin of this chat", async () => {
    const { context, ports, sent } = withExpiredLogin();
    ports.pins.keep(OWNER_CHAT, { profileId: "openai:work", by: "person" });
    await notifyOwners(context, "main");
    expect(sent[0]?.message.plainText).toContain("Stop using it here: /codex_auth unuse");
  });

  it("is not claimed if no owner can be notified", async () => {
    const { context, ports, sent } = withExpiredLogin();
    await notifyOwners({ ...context, ownersToNotify: () => Promise.resolve([]) }, "main");
    expect(sent).toEqual([]);
    expect(await ports.notices.claim(["openai:work"])).toEqual(["openai:work"]);
  });

  it("does not throw if the ports or the sending fail", async () => {
    const { context } = withExpiredLogin();
    await notifyOwners({ ...context, ports: () => Promise.reject(new Error("canary")) }, "main");
    await notifyOwners({ ...context, sendNow: () => Promise.reject(new Error("canary")) }, "main");
  });

  it("is not sent while every login works", async () => {
    const { context, sent } = createDoor();
    await notifyOwners(context, "main");
    expect(sent).toEqual([]);
  });

  it("offers to try the old sign-in again if it is remembered", async () => {
    const { context, ports, sent } = withExpiredLogin();
    ports.profiles.becomes("openai:work", { canRevive: true });
    await notifyOwners(context, "main");
    const { plainText, rows } = sent[0]?.message ?? { plainText: "", rows: [] };
    expect(plainText).toContain("Try the old sign-in again: /codex_auth revive work");
    expect(rows[0]?.map(({ label }) => label)).toEqual(["Try the old sign-in again"]);
  });
});

function nearlyUsedUp() {
  const door = createDoor();
  const nowMs = door.ports.clock.nowMs();
  door.ports.profiles.becomes("openai:work", { lastUsedMs: nowMs });
  door.ports.usageServer.answers.set("openai:work", { kind: "numbers", numbers: usageNumbers(nowMs, [96, 10]) });
  return door;
}

describe("the message about an account that is nearly used up", () => {
  it("is sent once to the owner's private chat, with buttons", async () => {
    const { context, sent } = nearlyUsedUp();
    const memory = new NudgeMemory();
    await nudgeOwners(context, "main", memory);
    await nudgeOwners(context, "main", memory);
    expect(sent.map(({ sender }) => sender)).toEqual([OWNER_SENDER]);
    const { plainText, rows } = sent[0]?.message ?? { plainText: "", rows: [] };
    expect(plainText).toContain("Codex profile work is in use and nearly used up: 5 h 4% left");
    expect(rows.flat().map(({ label }) => label)).toEqual(["Quiet until it is full again"]);
  });

  it("is not claimed, and nothing is asked, if no owner can be told", async () => {
    const { context, ports, sent } = nearlyUsedUp();
    await nudgeOwners({ ...context, ownersToNotify: () => Promise.resolve([]) }, "main", new NudgeMemory());
    expect(sent).toEqual([]);
    expect(ports.usageServer.asked).toEqual([]);
  });

  it("does not throw if the ports fail", async () => {
    const { context } = nearlyUsedUp();
    const broken = { ...context, ports: () => Promise.reject(new Error("canary")) };
    await nudgeOwners(broken, "main", new NudgeMemory());
  });
});

describe("the reply of a failed turn", () => {
  it.each([AUTH_FAILED, WENT_WRONG])("names the command that shows the profile: %s", async (content) => {
    const { context } = withExpiredLogin();
    expect(await explainFailedTurn(context, content, chat)).toBe(
      `${content}\n\nCodex profile \`work\` cannot be used. To repair it: \`/codex_auth show work\``,
    );
    const place = { ...chat, conversationId: `telegram:${OWNER}` };
    expect(await explainFailedTurn(context, content, place)).toContain("/codex_auth show work");
  });

  it.each([
    { name: "for a user who is not an owner", place: { ...chat, conversationId: "6666" } },
    { name: "in a group", place: { ...chat, conversationId: "-100123" } },
    { name: "in a topic of a group", place: { ...chat, conversationId: "telegram:-100123:topic:7" } },
    { name: "in no chat", place: { ...chat, conversationId: "" } },
  ])("adds nothing $name", async ({ place }) => {
    const { context } = withExpiredLogin();
    expect(await explainFailedTurn(context, AUTH_FAILED, place)).toBeUndefined();
  });

  it("is unchanged if every login works, if the turn did not fail, and if the ports fail", async () => {
    expect(await explainFailedTurn(createDoor().context, AUTH_FAILED, chat)).toBeUndefined();
    const { context } = withExpiredLogin();
    expect(await explainFailedTurn(context, "Authentication failed, says the story.", chat)).toBeUndefined();
    const broken = { ...context, ports: () => Promise.reject(new Error("canary")) };
    expect(await explainFailedTurn(broken, AUTH_FAILED, chat)).toBeUndefined();
  });
});

const REFUSAL = "⚠️ This command requires gateway scope: operator.admin.";

const withHint = (content: string, channel: string, conversationId: string) =>
  explainHostRefusal(ENGLISH, content, { channelId: channel, conversationId });

describe("the host's refusal to a user who is not an owner", () => {
  it.each([
    { name: "private chat", conversationId: OWNER, entry: `\`telegram:${OWNER}\`` },
    { name: "group", conversationId: GROUP, entry: "`telegram:<your id>`" },
    { name: "topic", conversationId: `${GROUP}:topic:77`, entry: "`telegram:<your id>`" },
    { name: "chat without a name", conversationId: "", entry: "`telegram:<your id>`" },
  ])("is followed by the setting to change, and by the entry that a $name allows", ({ conversationId, entry }) => {
    expect(withHint(REFUSAL, "telegram", conversationId)).toBe(
      `${REFUSAL}\n\nTo become an owner, add this to commands.ownerAllowFrom in openclaw.json: ${entry}`,
    );
  });

  it.each([
    { name: "another message", content: "hello", channel: "telegram" },
    { name: "a message that quotes it", content: `> ${REFUSAL}`, channel: "telegram" },
    { name: "another scope", content: REFUSAL.replace("admin", "write"), channel: "telegram" },
    { name: "the web chat, which has no owner entries", content: REFUSAL, channel: "webchat" },
    { name: "nothing", content: "", channel: "telegram" },
  ])("is not recognised in $name", ({ content, channel }) => {
    expect(withHint(content, channel, OWNER)).toBeUndefined();
  });

  it("names the second list that Signal needs", () => {
    expect(withHint(REFUSAL, "signal", "+4915112345678")).toContain("`commands.allowFrom.signal`");
    expect(withHint(REFUSAL, "telegram", OWNER)).not.toContain("commands.allowFrom.");
  });

  it("is explained once", () => {
    const once = withHint(REFUSAL, "telegram", OWNER) ?? "";
    expect(withHint(once, "telegram", OWNER)).toBeUndefined();
  });
});

const OWNERS_CHAT = { channelId: "telegram", accountId: "default", conversationId: `telegram:${OWNER}` };

describe("a message of the host", () => {
  it.each([
    {
      name: "a refusal without a setting",
      content: "⚠️ This command requires authorization.",
      adds: "commands.ownerAllowFrom",
    },
    {
      name: "a turn that failed because the login expired",
      content: "⚠️ Model login expired on the gateway.",
      adds: "/codex_auth",
    },
  ])("gets the missing advice: $name", async ({ content, adds }) => {
    const { context, ports } = createDoor();
    ports.profiles.becomes("openai:work", { health: "needs-sign-in", reason: "renewal-failed" });
    const text = (await explain(context, content, OWNERS_CHAT)) ?? "";
    expect(text.startsWith(`${content}\n\n`)).toBe(true);
    expect(text).toContain(adds);
  });

  it("is unchanged if it is another message, and nothing is loaded", async () => {
    const { context, loads } = createDoor();
    expect(await explain(context, "hello", OWNERS_CHAT)).toBeUndefined();
    expect(loads()).toBe(0);
  });
});

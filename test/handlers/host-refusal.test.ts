import { describe, expect, it } from "vitest";
import { explainHostRefusal } from "../../src/handlers/notices.ts";
import { ENGLISH } from "../support/english.ts";
import { GROUP, OWNER } from "./fake-handler.ts";

const REFUSAL = "⚠️ This command requires gateway scope: operator.admin.";

const explain = (content: string, channel: string, conversationId: string) =>
  explainHostRefusal(ENGLISH, content, { channel, conversationId });

describe("the host's refusal to a person who is no owner", () => {
  it.each([
    { name: "private chat", conversationId: OWNER, entry: `\`telegram:${OWNER}\`` },
    { name: "group", conversationId: GROUP, entry: "`telegram:<your id>`" },
    { name: "topic", conversationId: `${GROUP}:topic:77`, entry: "`telegram:<your id>`" },
    { name: "chat without a name", conversationId: "", entry: "`telegram:<your id>`" },
  ])("is followed by what to configure, and names a $name no more than it may", ({ conversationId, entry }) => {
    expect(explain(REFUSAL, "telegram", conversationId)).toBe(
      `${REFUSAL}\n\nOwners of this gateway are listed under commands.ownerAllowFrom in openclaw.json; ` +
        `the entry for you would be ${entry}.`,
    );
  });

  it.each([
    { name: "another message", content: "hello", channel: "telegram" },
    { name: "a message that quotes it", content: `> ${REFUSAL}`, channel: "telegram" },
    { name: "another scope", content: REFUSAL.replace("admin", "write"), channel: "telegram" },
    { name: "the web chat, which has no owner entries", content: REFUSAL, channel: "webchat" },
    { name: "nothing", content: "", channel: "telegram" },
  ])("is the only message that is touched: not $name", ({ content, channel }) => {
    expect(explain(content, channel, OWNER)).toBeUndefined();
  });

  it("is explained once: what was explained is left as it is", () => {
    const explained = explain(REFUSAL, "telegram", OWNER) ?? "";
    expect(explain(explained, "telegram", OWNER)).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { explain } from "../../src/handlers/notices.ts";
import { createDoor, OWNER } from "./fake-handler.ts";

const OWNERS_CHAT = { channelId: "telegram", accountId: "default", conversationId: `telegram:${OWNER}` };

describe("a message of the host's", () => {
  it.each([
    {
      name: "a refusal that names no way in",
      content: "⚠️ This command requires authorization.",
      adds: "commands.ownerAllowFrom",
    },
    {
      name: "a turn that failed for want of a sign-in",
      content: "⚠️ Model login expired on the gateway.",
      adds: "/codex_auth",
    },
  ])("gets the half that it leaves out: $name", async ({ content, adds }) => {
    const { context, ports } = createDoor();
    ports.profiles.becomes("openai:work", { health: "needs-sign-in", reason: "renewal-failed" });
    const explained = (await explain(context, content, OWNERS_CHAT)) ?? "";
    expect(explained.startsWith(`${content}\n\n`)).toBe(true);
    expect(explained).toContain(adds);
  });

  it("is left as it is where it is any other, and nothing is loaded for it", async () => {
    const { context, loads } = createDoor();
    expect(await explain(context, "hello", OWNERS_CHAT)).toBeUndefined();
    expect(loads()).toBe(0);
  });
});

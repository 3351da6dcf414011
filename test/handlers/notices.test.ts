/** What is said unasked: to owners alone, once a day, and at the end of a failed turn's reply. */
import { describe, expect, it } from "vitest";
import { explainFailedTurn, notifyOwners } from "../../src/handlers/notices.ts";
import { createDoor, OWNER, OWNER_CHAT } from "./fake-handler.ts";

const AUTH_FAILED =
  "⚠️ Authentication failed (provider returned HTTP 401). Your provider token may have expired — try the request again in a moment. If the failure persists, re-authenticate this provider.";
const WENT_WRONG =
  "⚠️ Something went wrong while processing your request. Please try again, or use /new to start a fresh session.";

function doorWithDeadLogin() {
  const door = createDoor();
  door.ports.profiles.has("openai:team");
  door.ports.profiles.becomes("openai:work", { health: "needs-sign-in", reason: "renewal-failed" });
  return door;
}

const chat = { channel: "telegram", channelAccountId: "default", conversationId: OWNER };

describe("an ended sign-in", () => {
  it("is told to the owner in their own chat, with the way back, once", async () => {
    const { context, sent } = doorWithDeadLogin();
    await notifyOwners(context, "main");
    await notifyOwners(context, "main");
    expect(sent.map(({ binding }) => binding)).toEqual([OWNER_CHAT]);
    const { plainText, rows } = sent[0]?.message ?? { plainText: "", rows: [] };
    expect(plainText).toContain("Codex profile work needs a new sign-in");
    expect(plainText).toContain("To sign in again: /codex_auth work");
    expect(rows.flat().map(({ label }) => label)).toEqual(["Sign in again as work", "Details"]);
  });

  it("of the profile that the chat asks for says how to let go of it", async () => {
    const { context, ports, sent } = doorWithDeadLogin();
    ports.pins.keep(OWNER_CHAT, { profileId: "openai:work", by: "person" });
    await notifyOwners(context, "main");
    expect(sent[0]?.message.plainText).toContain("To let go: /codex_auth unuse");
  });

  it("is not claimed where there is nobody to tell", async () => {
    const { context, ports, sent } = doorWithDeadLogin();
    await notifyOwners({ ...context, ownersToNotify: () => Promise.resolve([]) }, "main");
    expect(sent).toEqual([]);
    expect(await ports.notices.claim(["openai:work"])).toEqual(["openai:work"]);
  });

  it("never makes the look around fail", async () => {
    const { context } = doorWithDeadLogin();
    await notifyOwners({ ...context, ports: () => Promise.reject(new Error("canary")) }, "main");
    await notifyOwners({ ...context, sendNow: () => Promise.reject(new Error("canary")) }, "main");
  });

  it("is not told of a live one", async () => {
    const { context, sent } = createDoor();
    await notifyOwners(context, "main");
    expect(sent).toEqual([]);
  });
});

describe("the reply of a failed turn", () => {
  it.each([AUTH_FAILED, WENT_WRONG])("leads to the card of the profile that needs a sign-in: %s", async (content) => {
    const { context } = doorWithDeadLogin();
    expect(await explainFailedTurn(context, content, chat)).toBe(
      `${content}\n\nCodex profile \`work\` needs a new sign-in: \`/codex_auth show work\``,
    );
    const place = { ...chat, conversationId: `telegram:${OWNER}` };
    expect(await explainFailedTurn(context, content, place)).toContain("/codex_auth show work");
  });

  it.each([
    { name: "to somebody who is no owner", place: { ...chat, conversationId: "6666" } },
    { name: "in a group", place: { ...chat, conversationId: "-100123" } },
    { name: "in a topic of a group", place: { ...chat, conversationId: "telegram:-100123:topic:7" } },
    { name: "in no chat", place: { ...chat, conversationId: "" } },
  ])("tells nothing $name", async ({ place }) => {
    const { context } = doorWithDeadLogin();
    expect(await explainFailedTurn(context, AUTH_FAILED, place)).toBeUndefined();
  });

  it("is left alone where every sign-in lives, where it is no failure, and where nothing can be read", async () => {
    expect(await explainFailedTurn(createDoor().context, AUTH_FAILED, chat)).toBeUndefined();
    const { context } = doorWithDeadLogin();
    expect(await explainFailedTurn(context, "Authentication failed, says the story.", chat)).toBeUndefined();
    const broken = { ...context, ports: () => Promise.reject(new Error("canary")) };
    expect(await explainFailedTurn(broken, AUTH_FAILED, chat)).toBeUndefined();
  });
});

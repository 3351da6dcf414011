import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startFakeTelegram, type FakeTelegram } from "./telegram-bot-api.ts";

const dana = { id: 4242001, name: "Dana", username: "dana" };
let telegram: FakeTelegram;
beforeEach(async () => {
  telegram = await startFakeTelegram();
  telegram.sendText(dana, "hello");
});
afterEach(() => telegram.close());

async function call(method: string, fields: Record<string, unknown> = {}): Promise<any> {
  const response = await fetch(`${telegram.url}/bot${telegram.token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields),
  });
  return response.json();
}

const send = (fields: Record<string, unknown>): Promise<any> => call("sendMessage", { chat_id: dana.id, ...fields });

describe("sending", () => {
  it("shows rendered text, links and code", async () => {
    await send({
      text: 'a <b>b</b> <code>x&lt;y</code> <a href="https://e.example/?a=1&amp;b=2">c</a>',
      parse_mode: "HTML",
    });
    const message = telegram.messages(dana.id).at(-1);
    expect(message).toMatchObject({
      text: "a b x<y c",
      code: ["x<y"],
      links: [{ text: "c", url: "https://e.example/?a=1&b=2" }],
      from: undefined,
    });
  });

  it.each([
    ["an open tag", { text: "<b>x", parse_mode: "HTML" }, "can't parse entities"],
    ["crossed tags", { text: "<b><i>x</b></i>", parse_mode: "HTML" }, "can't parse entities"],
    ["a lone <", { text: "a < b", parse_mode: "HTML" }, "can't parse entities"],
    ["an unknown tag", { text: "<p>x</p>", parse_mode: "HTML" }, "can't parse entities"],
    ["no words", { text: " \n" }, "message text is empty"],
    ["4097 characters", { text: "x".repeat(4097) }, "message is too long"],
    [
      "65 bytes of callback data",
      { text: "x", reply_markup: { inline_keyboard: [[{ text: "b", callback_data: "é".repeat(32) + "x" }]] } },
      "BUTTON_DATA_INVALID",
    ],
    [
      "a url button to localhost",
      { text: "x", reply_markup: { inline_keyboard: [[{ text: "b", url: "http://localhost:1455/" }]] } },
      "Wrong HTTP URL",
    ],
    [
      "a button with nothing to do",
      { text: "x", reply_markup: { inline_keyboard: [[{ text: "b" }]] } },
      "Text buttons are unallowed",
    ],
    ["a chat nobody opened", { chat_id: 99, text: "x" }, "chat not found"],
  ])("refuses %s", async (_name, fields, description) => {
    expect(await send(fields)).toMatchObject({
      ok: false,
      error_code: 400,
      description: expect.stringContaining(description),
    });
  });

  it("takes 64 bytes of callback data and 4096 characters", async () => {
    expect(
      await send({
        text: "x".repeat(4096),
        reply_markup: { inline_keyboard: [[{ text: "b", callback_data: "é".repeat(32) }]] },
      }),
    ).toMatchObject({ ok: true });
  });
});

describe("editing and deleting", () => {
  it("applies an edit in place; without a keyboard the keyboard goes", async () => {
    const { result } = await send({
      text: "one",
      reply_markup: { inline_keyboard: [[{ text: "b", callback_data: "d" }]] },
    });
    await call("editMessageText", { chat_id: dana.id, message_id: result.message_id, text: "two" });
    const message = telegram.message(dana.id, result.message_id);
    expect(message).toMatchObject({ text: "two", keyboard: [], edits: 1 });
    expect(() => telegram.tap(dana, message!, "b")).not.toThrow();
    expect(() => telegram.tap(dana, message!, "never")).toThrow("never had a button");
  });

  it("refuses an edit that changes nothing, of a gone message, and of a person's message", async () => {
    const { result } = await send({ text: "one" });
    const edit = (id: number, text: string): Promise<any> =>
      call("editMessageText", { chat_id: dana.id, message_id: id, text });
    expect((await edit(result.message_id, "one")).description).toContain("message is not modified");
    await call("deleteMessage", { chat_id: dana.id, message_id: result.message_id });
    expect((await edit(result.message_id, "two")).description).toContain("message to edit not found");
    expect((await edit(telegram.messages(dana.id)[0]!.id, "two")).description).toContain("message can't be edited");
  });

  it("lets the bot delete a person's message in private, in a group only as admin", async () => {
    const mine = telegram.sendText(dana, "secret");
    expect(await call("deleteMessage", { chat_id: dana.id, message_id: mine.id })).toMatchObject({ ok: true });
    const inGroup = telegram.sendText(dana, "secret", { chatId: -1001 });
    expect((await call("deleteMessage", { chat_id: -1001, message_id: inGroup.id })).description).toContain(
      "can't be deleted",
    );
    telegram.group(-1001, { botIsAdmin: true });
    expect(await call("deleteMessage", { chat_id: -1001, message_id: inGroup.id })).toMatchObject({ ok: true });
  });
});

describe("updates", () => {
  it("hands out an update until an offset confirms it", async () => {
    const first = (await call("getUpdates", { timeout: 0 })).result;
    expect(first).toHaveLength(1);
    expect((await call("getUpdates", { timeout: 0 })).result).toHaveLength(1);
    expect((await call("getUpdates", { timeout: 0, offset: first[0].update_id + 1 })).result).toHaveLength(0);
  });

  it("answers a waiting poll as soon as something happens, and a second poll ends the first", async () => {
    const { update_id } = (await call("getUpdates")).result[0];
    const waiting = call("getUpdates", { timeout: 30, offset: update_id + 1 });
    while (!telegram.polling) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = call("getUpdates", { timeout: 30, offset: update_id + 1 });
    expect(await waiting).toMatchObject({ error_code: 409 });
    telegram.sendText(dana, "/codex_auth work");
    expect((await second).result[0].message.entities).toEqual([{ type: "bot_command", offset: 0, length: 11 }]);
  });

  it("gives a url button's address instead of an update, and refuses a callback answered twice", async () => {
    await send({
      text: "x",
      reply_markup: {
        inline_keyboard: [
          [
            { text: "open", url: "https://e.example/" },
            { text: "go", callback_data: "d" },
          ],
        ],
      },
    });
    const message = telegram.messages(dana.id).at(-1)!;
    expect(telegram.tap(dana, message, "open")).toEqual({ url: "https://e.example/" });
    const tapped = telegram.tap(dana, message, "go") as { callbackId: string };
    expect(await call("answerCallbackQuery", { callback_query_id: tapped.callbackId })).toMatchObject({ ok: true });
    expect((await call("answerCallbackQuery", { callback_query_id: tapped.callbackId })).description).toContain(
      "query ID is invalid",
    );
  });

  it("fails when told to, then works again", async () => {
    telegram.failNext("sendMessage", { status: 429, description: "Too Many Requests: retry after 3", retryAfter: 3 });
    expect(await send({ text: "x" })).toMatchObject({ ok: false, error_code: 429, parameters: { retry_after: 3 } });
    expect(await send({ text: "x" })).toMatchObject({ ok: true });
  });

  it("knows only its own token", async () => {
    expect((await fetch(`${telegram.url}/bot1:wrong/getMe`)).status).toBe(401);
  });
});

/** Signing in from Telegram, with buttons: from the list of profiles to a saved one, and what can come between. */
import { beforeAll, describe, expect, it } from "vitest";
import { storedProfiles } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { accountOf, linkOf, OWNER, PERSONAL, SECOND_OWNER, STUDIO, type World } from "../support/world.ts";

export function signInFromTelegram(worldOf: () => World): void {
  let world: World;
  beforeAll(() => {
    world = worldOf();
  });

  const ask = (text: string, who = OWNER) => world.telegram.ask(who, text);
  const exchanges = () => world.signIn.tokenRequests("authorization_code").length;

  describe("a sign-in from the list of profiles", () => {
    it("starts with default or another name while there is no profile", async () => {
      const selector = await ask("/codex_auth");
      expect(selector.text).toContain("no Codex profile");
      expect(selector.text).toContain("/codex_auth <profile>");
      expect(world.telegram.keyboard(selector)).toEqual([["default"], ["New profile", "Cancel"]]);
    });

    it("turns the list into the card and ends with a plain pasted URL", async () => {
      const selector = await ask("/codex_auth");
      const card = await world.telegram.press(OWNER, selector, "default");
      expect(card.id).toBe(selector.id);
      expect(world.telegram.keyboard(card)).toEqual([["Open the sign-in page"], ["Use a code instead", "Cancel"]]);
      expect(card.text).toContain("/codex_auth_finish <callback URL>");

      const saved = await ask(world.signIn.approve(linkOf(card), PERSONAL));
      expect(saved.text).toContain("profile default now uses dana@example.com (plan: plus)");
      expect(saved.text).toContain("The next message can use it");
      expect(saved.text).toContain("Delete your message");
      expect((await ask("/codex_auth")).text).toContain(
        "• default (used by default): dana@example.com, plus, signed in",
      );
    });

    it("adds a second profile through the command", async () => {
      const card = await ask("/codex_auth studio");
      const saved = await ask(`/codex_auth_finish ${world.signIn.approve(linkOf(card), STUDIO)}`);
      expect(saved.text).toContain("profile studio now uses dana@studio.example (plan: team)");
      expect(Object.keys(storedProfiles(world.gateway).profiles).toSorted()).toEqual([
        "openai:default",
        "openai:studio",
      ]);
    });

    it("ends with the callback URL beside the profile's name", async () => {
      const card = await ask("/codex_auth studio");
      const saved = await ask(`/codex_auth finish studio ${world.signIn.approve(linkOf(card), STUDIO)}`);
      expect(saved.text).toContain("profile studio now uses");
    });

    it("ends with the callback URL sent as a reply to the card", async () => {
      const card = await ask("/codex_auth studio");
      const address = world.signIn.approve(linkOf(card), STUDIO);
      const saved = await world.telegram.ask(OWNER, `<${address}>`, { replyTo: card });
      expect(saved.text).toContain("profile studio now uses");
    });
  });

  describe("a pending sign-in", () => {
    it("is cancelled from the card, and its callback URL is refused after that", async () => {
      const card = await ask("/codex_auth trial");
      const address = world.signIn.approve(linkOf(card), accountOf("trial"));
      const before = exchanges();
      const cancelled = await world.telegram.press(OWNER, card, "Cancel");
      expect(cancelled.text).toContain("Cancelled: trial");
      expect(world.telegram.keyboard(cancelled)).toEqual([]);
      expect((await ask(address)).text).toContain("was cancelled");
      expect(exchanges()).toBe(before);
    });

    it("is in the status, beside the last saved one", async () => {
      await ask("/codex_auth trial");
      const status = await ask("/codex_auth status");
      expect(status.text).toContain("trial: waiting for the callback URL, 15 min left");
      expect(status.text).toContain("Last saved: studio");
      expect((await ask("/codex_auth cancel")).text).toContain("Cancelled: trial");
    });

    it("refuses the callback URL of an older link", async () => {
      const old = world.signIn.approve(linkOf(await ask("/codex_auth trial")), accountOf("trial"));
      const newest = await ask("/codex_auth trial");
      const before = exchanges();
      expect((await ask(old)).text).toContain("Use the newest sign-in link");
      expect(exchanges()).toBe(before);
      expect((await ask(linkOf(newest))).text).toContain("This is the sign-in link");
    });

    it("ends when access is denied on the page", async () => {
      const refused = await ask(world.signIn.deny(linkOf(await ask("/codex_auth trial"))));
      expect(refused.text).toContain("access was denied");
      expect(world.telegram.keyboard(refused)).toEqual([["Start again"]]);
    });
  });

  describe("a message that only looks like a callback URL", () => {
    it("is kept from the model if another program's page has an id_token", async () => {
      await ask("/codex_auth trial");
      const page = `http://localhost:1455/success?id_token=${"x".repeat(40)}&needs_setup=false`;
      expect((await ask(page)).text).toContain("Another program");
      expect(world.model.saw("id_token")).toEqual([]);
    });

    it("goes to the agent if another app's address is in it", async () => {
      const talk = await ask("what is http://localhost:8080/callback?code=abc&state=def for?");
      expect(talk.text).toContain("This is the model.");
      await ask("/codex_auth cancel");
    });

    it("is kept from the model if an ordinary message replies to it", async () => {
      const marker = `ac_${"q".repeat(43)}.${"r".repeat(43)}`;
      const url = `http://localhost:1455/auth/callback?code=${marker}&state=${"2".repeat(32)}`;
      const quoted = world.telegram.sendText(OWNER, url);
      await world.telegram.waitForMessage((m) => m.text.includes("You have no pending sign-in"), quoted.changedAt);
      const answer = await world.telegram.ask(OWNER, "what is this?", { replyTo: quoted });
      expect(answer.text).toContain("contains a callback URL");
      expect(world.model.saw(marker)).toEqual([]);
    });
  });

  describe("at the same time", () => {
    it("two people's sign-ins stay apart", async () => {
      const [one, two] = await Promise.all([ask("/codex_auth one"), ask("/codex_auth two", SECOND_OWNER)]);
      const first = world.signIn.approve(linkOf(one), accountOf("one"));
      const second = world.signIn.approve(linkOf(two), accountOf("two"));
      const [savedTwo, savedOne] = await Promise.all([ask(second, SECOND_OWNER), ask(first)]);
      expect(savedOne.text).toContain("profile one now uses one@example.com");
      expect(savedTwo.text).toContain("profile two now uses two@example.com");
    });

    it("a callback URL that is sent twice is redeemed once, and the other message is refused", async () => {
      const address = world.signIn.approve(linkOf(await ask("/codex_auth twice")), accountOf("twice"));
      const [before, since] = [exchanges(), world.telegram.now()];
      world.telegram.sendText(OWNER, `/codex_auth_finish ${address}`);
      world.telegram.sendText(OWNER, `/codex_auth_finish ${address}`);
      const answered = (text: string) =>
        world.telegram.waitForMessage((m) => m.chatId === OWNER.id && m.text.includes(text), since);
      await Promise.all([answered("profile twice now uses"), answered("already used")]);
      expect(exchanges()).toBe(before + 1);
    });

    it("a pasted URL is answered while the agent is busy", async () => {
      const address = world.signIn.approve(linkOf(await ask("/codex_auth busy")), accountOf("busy"));
      world.model.hold();
      try {
        const seen = world.model.requests.length;
        world.telegram.sendText(OWNER, "tell me a long story");
        await world.model.waitForRequest(seen + 1);
        const since = world.telegram.now();
        world.telegram.sendText(OWNER, address);
        const saved = await world.telegram.waitForMessage((m) => m.text.includes("profile busy now uses"), since);
        expect(saved.chatId).toBe(OWNER.id);
        world.model.release();
        await world.telegram.waitForMessage((m) => m.text.includes("This is the model."), since);
      } finally {
        world.model.release();
      }
    });

    it("a cancel while the sign-in server is slow is a real one: nothing is saved afterwards", async () => {
      const card = await ask("/codex_auth slow");
      const [before, since] = [exchanges(), world.telegram.now()];
      const answer = Promise.withResolvers<void>();
      world.signIn.behave({ kind: "held", until: answer.promise });
      world.telegram.sendText(OWNER, world.signIn.approve(linkOf(card), accountOf("slow")));
      await waitUntil("the exchange to begin", () => exchanges() > before);
      expect((await ask("/codex_auth cancel")).text).toContain("Cancelled: slow");
      answer.resolve();
      await world.telegram.waitForMessage((m) => m.text.includes("This sign-in was cancelled"), since);
      expect(Object.keys(storedProfiles(world.gateway).profiles)).not.toContain("openai:slow");
    });
  });
}

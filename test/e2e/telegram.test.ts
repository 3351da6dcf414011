/** Signing in from Telegram, with buttons, in the real gateway. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { FakeMessage } from "../fakes/telegram-bot-api.ts";
import {
  accountOf,
  ALLOWED,
  createWorld,
  GROUP_ID,
  linkOf,
  listedProfiles,
  OWNER,
  PERSONAL,
  SECOND_OWNER,
  STRANGER,
  STUDIO,
  type World,
} from "../support/world.ts";
import { storedProfiles } from "../support/stored-profiles.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld({ pluginDir: inject("pluginDir") });
});
afterAll(() => world?.close());

const ask = (text: string, who = OWNER) => world.telegram.ask(who, text);
const exchanges = () => world.signIn.tokenRequests("authorization_code").length;

describe("from the selector to a saved profile", () => {
  it("offers default and a way to another name while there is no profile", async () => {
    const selector = await ask("/codex_auth");
    expect(selector.text).toContain("no Codex profile");
    expect(selector.text).toContain("/codex_auth <profile>");
    expect(world.telegram.keyboard(selector)).toEqual([["default"], ["New profile", "Cancel"]]);
  });

  it("turns the selector into the card, finishes with a plain pasted address, and lists what was saved", async () => {
    const selector = await ask("/codex_auth");
    const card = await world.telegram.press(OWNER, selector, "default");
    expect(card.id).toBe(selector.id);
    expect(world.telegram.keyboard(card)).toEqual([["Open the sign-in page"], ["Cancel"]]);
    expect(card.text).toContain("localhost page that cannot load");
    expect(card.text).toContain("/codex_auth_finish <callback URL>");

    const saved = await ask(world.signIn.approve(linkOf(card), PERSONAL));
    expect(saved.text).toContain("profile default now holds dana@example.com, plan plus");
    expect(saved.text).toContain("It is live");
    expect(saved.text).toContain("delete your message");

    const profiles = await listedProfiles(world.gateway);
    expect(profiles).toHaveLength(1);
    expect(profiles[0]).toMatchObject({ id: "openai:default", provider: "openai", type: "oauth" });
  });

  it("shows the profile with its account in the selector", async () => {
    const selector = await ask("/codex_auth");
    expect(selector.text).toContain("• default (tried first): dana@example.com, plus, signed in, renews itself");
    expect(world.telegram.keyboard(selector)[0]).toEqual(["default"]);
  });

  it("adds a second profile beside the first through the command that leaves the least behind", async () => {
    const card = await ask("/codex_auth studio");
    const saved = await ask(`/codex_auth_finish ${world.signIn.approve(linkOf(card), STUDIO)}`);
    expect(saved.text).toContain("profile studio now holds dana@studio.example, plan team");
    const ids = (await listedProfiles(world.gateway)).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["openai:default", "openai:studio"]));
  });

  it("finishes a sign-in whose profile is named beside the address", async () => {
    const card = await ask("/codex_auth studio");
    const saved = await ask(`/codex_auth finish studio ${world.signIn.approve(linkOf(card), STUDIO)}`);
    expect(saved.text).toContain("profile studio now holds");
  });

  it("finishes with the address sent as a reply to the card", async () => {
    const card = await ask("/codex_auth studio");
    const address = world.signIn.approve(linkOf(card), STUDIO);
    const saved = await world.telegram.ask(OWNER, `<${address}>`, { replyTo: card });
    expect(saved.text).toContain("profile studio now holds");
  });
});

/** Everything that lies in the gateway's store. */
const stored = () => storedProfiles(world.gateway);

/** The order that the host's own CLI says it was told to try profiles in. */
async function toldOrder(): Promise<unknown> {
  const { stdout } = await world.gateway.openclaw(["models", "auth", "order", "get", "--provider", "openai", "--json"]);
  return (JSON.parse(stdout) as { order: unknown }).order;
}

/** The card of a profile, by a tap on the selector. */
async function cardOf(name: string): Promise<FakeMessage> {
  return world.telegram.press(OWNER, await ask("/codex_auth"), name);
}

const dataOf = (message: FakeMessage, label: string) => ({
  data: world.telegram.button(message, label)?.callback_data ?? "none",
});

describe("a profile's card", () => {
  it("is what a tap on a profile turns the selector into, and starts nothing", async () => {
    const selector = await ask("/codex_auth");
    const card = await world.telegram.press(OWNER, selector, "studio");
    expect(card.id).toBe(selector.id);
    expect(card.text).toContain("Codex profile studio: dana@studio.example, team, signed in, renews itself");
    expect(world.telegram.keyboard(card)).toEqual([
      ["Sign in again", "Use in this chat"],
      ["Make default", "Sign out"],
      ["Undo", "Back"],
    ]);
    expect((await ask("/codex_auth status")).text).toContain("No sign-in is waiting");
    expect((await ask("/codex_auth show studio")).text).toBe(card.text);
  });

  it("leads to the sign-in of that profile, and back to the list", async () => {
    const back = await world.telegram.press(OWNER, await cardOf("studio"), "Back");
    expect(back.text).toContain("Codex profiles on this gateway");
    const signIn = await world.telegram.press(OWNER, await cardOf("studio"), "Sign in again");
    expect(signIn.text).toContain("Sign in again to profile studio");
    const saved = await ask(world.signIn.approve(linkOf(signIn), STUDIO));
    expect(saved.text).toContain("profile studio now holds dana@studio.example");
  });

  it("makes the profile the first that the host tries, and only moves the others behind it", async () => {
    const { profiles } = stored();
    const done = await world.telegram.press(OWNER, await cardOf("studio"), "Make default");
    expect(done.text).toContain("Done: studio is tried first now");
    expect(stored()).toEqual({ profiles, order: ["openai:studio", "openai:default"] });
    expect(await toldOrder()).toEqual(["openai:studio", "openai:default"]);
    const selector = await world.telegram.press(OWNER, done, "Back");
    expect(selector.text).toContain("• studio (tried first): ");
    expect(selector.text).toContain("• default: ");
    const card = await world.telegram.press(OWNER, selector, "studio");
    expect(card.text).toContain("It is the default");
    expect(world.telegram.keyboard(card)).toEqual([
      ["Sign in again", "Use in this chat"],
      ["Sign out"],
      ["Undo", "Back"],
    ]);
    expect((await ask("/codex_auth prefer default")).text).toContain("Done: default is tried first now");
    expect(stored()).toEqual({ profiles, order: ["openai:default", "openai:studio"] });
  }, 120_000);

  it("asks before it signs out, takes out that profile alone, and puts it back as it was", async () => {
    const [before, listed] = [stored(), await listedProfiles(world.gateway)];
    const question = await world.telegram.press(OWNER, await cardOf("studio"), "Sign out");
    expect(question.text).toContain("Sign out studio?");
    expect(world.telegram.keyboard(question)).toEqual([["Yes, sign out", "Back"]]);
    expect(stored()).toEqual(before);

    const done = await world.telegram.press(OWNER, question, "Yes, sign out");
    expect(done.text).toContain("Signed out: studio is no longer on this gateway");
    expect(world.telegram.keyboard(done)).toEqual([["Undo", "Back"]]);
    const { "openai:studio": studio, ...others } = before.profiles;
    expect(stored()).toEqual({ profiles: others, order: ["openai:default"] });
    expect(await listedProfiles(world.gateway)).toEqual(listed.filter(({ id }) => id !== "openai:studio"));
    expect((await ask("/codex_auth show studio")).text).toContain("There is no profile named studio");

    const undone = await world.telegram.press(OWNER, done, "Undo");
    expect(undone.text).toContain("Put back: profile studio holds what it held before");
    expect(stored()).toEqual({ ...before, profiles: { ...others, "openai:studio": studio } });
    expect(await listedProfiles(world.gateway)).toEqual(listed);
    expect((await ask("/codex_auth")).text).toContain("• studio: dana@studio.example, team, signed in");
  }, 180_000);

  it("answers a stale button with a fresh selector, and does nothing to the profile", async () => {
    const before = stored();
    const card = await cardOf("studio");
    for (const verb of ["show", "use", "unuse", "prefer", "keep", "signout", "undo"]) {
      const fresh = await world.telegram.press(OWNER, card, { data: `codex_auth_${verb}:AAAAAAAA.0` });
      expect(fresh.text).toContain("Codex profiles on this gateway");
    }
    expect(stored()).toEqual(before);
  });

  it("does nothing for another owner, in whose chat its buttons are stale", async () => {
    const before = stored();
    const question = await world.telegram.press(OWNER, await cardOf("studio"), "Sign out");
    const theirs = await ask("/codex_auth", SECOND_OWNER);
    const fresh = await world.telegram.press(SECOND_OWNER, theirs, dataOf(question, "Yes, sign out"));
    expect(fresh.text).toContain("Codex profiles on this gateway");
    const card = await cardOf("studio");
    const again = await world.telegram.press(SECOND_OWNER, theirs, dataOf(card, "Make default"));
    expect(again.text).toContain("Codex profiles on this gateway");
    expect(stored()).toEqual(before);
    expect((await world.telegram.press(OWNER, question, "Back")).text).toContain("Codex profile studio");
  });

  it("does nothing for another owner who taps it where it is", async () => {
    const before = stored();
    const question = await world.telegram.press(OWNER, await cardOf("studio"), "Sign out");
    const answer = await world.telegram.press(SECOND_OWNER, question, "Yes, sign out");
    expect(answer.text).toContain("private chat");
    expect(stored()).toEqual(before);
  });
});

describe("what a person can do on the way", () => {
  it("cancels from the card, and the old link is worth nothing after that", async () => {
    const card = await ask("/codex_auth trial");
    const address = world.signIn.approve(linkOf(card), accountOf("trial"));
    const before = exchanges();
    const cancelled = await world.telegram.press(OWNER, card, "Cancel");
    expect(cancelled.text).toContain("Cancelled: trial");
    expect(world.telegram.keyboard(cancelled)).toEqual([]);
    expect((await ask(address)).text).toContain("was cancelled");
    expect(exchanges()).toBe(before);
  });

  it("says what is waiting and what was last saved", async () => {
    await ask("/codex_auth trial");
    const status = await ask("/codex_auth status");
    expect(status.text).toContain("trial: waiting for its address, 15 min left");
    expect(status.text).toContain("Last saved: studio");
    expect((await ask("/codex_auth cancel")).text).toContain("Cancelled: trial");
  });

  it("explains itself", async () => {
    expect((await ask("/codex_auth help")).text).toContain("/codex_auth_finish <callback URL>");
  });

  it("refuses a name outside the grammar with the grammar", async () => {
    expect((await ask("/codex_auth ../x")).text).toContain("not a profile name");
  });

  it("answers a button of an older screen with a fresh selector", async () => {
    const selector = await ask("/codex_auth");
    const fresh = await world.telegram.press(OWNER, selector, { data: "codex_auth_pick:AAAAAAAA.0" });
    expect(fresh.id).toBe(selector.id);
    expect(fresh.text).toContain("Codex profiles on this gateway");
  });

  it("answers a pasted sign-in link with what to do with it", async () => {
    const card = await ask("/codex_auth trial");
    expect((await ask(linkOf(card))).text).toContain("the sign-in link itself");
    await ask("/codex_auth cancel");
  });

  it("refuses an older link's address and says to use the newest", async () => {
    const first = await ask("/codex_auth trial");
    const old = world.signIn.approve(linkOf(first), accountOf("trial"));
    await ask("/codex_auth trial");
    const before = exchanges();
    expect((await ask(old)).text).toContain("older link");
    expect(exchanges()).toBe(before);
    await ask("/codex_auth cancel");
  });

  it("ends the sign-in when access is denied on the page", async () => {
    const card = await ask("/codex_auth trial");
    const refused = await ask(world.signIn.deny(linkOf(card)));
    expect(refused.text).toContain("Access was denied");
    expect(world.telegram.keyboard(refused)).toEqual([["Start again"]]);
  });

  it("keeps another program's page with an id_token from the model", async () => {
    const card = await ask("/codex_auth trial");
    void card;
    const page = `http://localhost:1455/success?id_token=${"x".repeat(40)}&needs_setup=false`;
    expect((await ask(page)).text).toContain("Another program");
    expect(world.model.saw("id_token")).toEqual([]);
    await ask("/codex_auth cancel");
  });

  it("keeps an address from the model that an ordinary message only answers", async () => {
    const marker = `ac_${"q".repeat(43)}.${"r".repeat(43)}`;
    const quoted = world.telegram.sendText(
      OWNER,
      `http://localhost:1455/auth/callback?code=${marker}&state=${"2".repeat(32)}`,
    );
    await world.telegram.waitForMessage((m) => m.text.includes("No sign-in of yours is waiting"), 15_000);
    const answer = await world.telegram.ask(OWNER, "what is this?", { replyTo: quoted });
    expect(answer.text).toContain("holds a sign-in address");
    expect(world.model.saw(marker)).toEqual([]);
  });

  it("lets ordinary talk and other apps' addresses through to the agent", async () => {
    await ask("/codex_auth trial");
    const talk = await ask("what is http://localhost:8080/callback?code=abc&state=def for?");
    expect(talk.text).toContain("This is the model.");
    await ask("/codex_auth cancel");
  });
});

/** The words about one profile. */
const MANAGING = ["show studio", "use studio", "prefer studio", "signout studio yes", "undo studio", "log"];

describe("who may", () => {
  it("gives a person who is no owner nothing but a refusal", async () => {
    const refused = await ask("/codex_auth", ALLOWED);
    expect(refused.text).toContain("requires gateway scope: operator.admin");
    expect(refused.text).toContain(
      `commands.ownerAllowFrom in openclaw.json; the entry for you would be telegram:${ALLOWED.id}`,
    );
    expect(refused.keyboard).toEqual([]);
  });

  it.each(MANAGING)("gives a person who is no owner nothing but a refusal for: %s", async (words) => {
    const before = stored();
    const refused = await ask(`/codex_auth ${words}`, ALLOWED);
    expect(refused.text).toContain("commands.ownerAllowFrom in openclaw.json");
    expect(refused.text).not.toMatch(/studio|@/);
    expect(refused.keyboard).toEqual([]);
    expect(stored()).toEqual(before);
  });

  it.each(MANAGING)("answers in a group with one sentence, and does nothing, for: %s", async (words) => {
    const before = stored();
    const since = world.telegram.now();
    world.telegram.sendText(OWNER, `/codex_auth ${words}`, { chatId: GROUP_ID, chatType: "supergroup" });
    const answer = await world.telegram.waitForMessage(
      (m) => m.chatId === GROUP_ID && m.from === undefined,
      15_000,
      since,
    );
    expect(answer.text).toContain("private chat");
    expect(answer.text).not.toMatch(/studio|@/);
    expect(answer.keyboard).toEqual([]);
    expect(stored()).toEqual(before);
  });

  it("keeps an address pasted by a person who is no owner from the model, and refuses it", async () => {
    const refused = await ask(
      `http://localhost:1455/auth/callback?code=ac_${"n".repeat(30)}&state=${"0".repeat(32)}`,
      ALLOWED,
    );
    expect(refused.text).toContain("commands.ownerAllowFrom");
    expect(refused.text).toContain(`telegram:${ALLOWED.id}`);
  });

  it("answers in a group with one sentence, without link, name or e-mail", async () => {
    const before = world.telegram.now();
    world.telegram.sendText(OWNER, "/codex_auth studio", { chatId: GROUP_ID, chatType: "supergroup" });
    const answer = await world.telegram.waitForMessage(
      (m) => m.chatId === GROUP_ID && m.from === undefined,
      15_000,
      before,
    );
    expect(answer.text).toContain("private chat");
    expect(answer.text).not.toMatch(/auth\.openai|studio|@/);
    expect(answer.keyboard).toEqual([]);
  });

  it("keeps an address pasted in a group from the model and warns", async () => {
    const before = world.telegram.now();
    const marker = `ac_${"g".repeat(40)}`;
    world.telegram.sendText(STRANGER, `http://localhost:1455/auth/callback?code=${marker}&state=${"1".repeat(32)}`, {
      chatId: GROUP_ID,
      chatType: "supergroup",
      threadId: 7,
    });
    const answer = await world.telegram.waitForMessage(
      (m) => m.chatId === GROUP_ID && m.from === undefined,
      15_000,
      before,
    );
    expect(answer.text).toContain("should not be in a group");
    expect(world.model.saw(marker)).toEqual([]);
  });

  it("never answers a stranger's private command with a profile", async () => {
    const before = world.telegram.now();
    world.telegram.sendText(STRANGER, "/codex_auth");
    await ask("/codex_auth help");
    const toStranger = world.telegram.messages(STRANGER.id).filter((m) => m.from === undefined && m.changedAt > before);
    expect(toStranger.map((m) => m.text).join("\n")).not.toMatch(/default|studio|auth\.openai/);
  });

  it("refuses one person's address from another person, and leaves the sign-in waiting", async () => {
    const card = await ask("/codex_auth trial");
    const address = world.signIn.approve(linkOf(card), accountOf("trial"));
    const before = exchanges();
    expect((await ask(address, SECOND_OWNER)).text).toContain("No sign-in of yours is waiting");
    expect(exchanges()).toBe(before);
    expect((await ask(address)).text).toContain("profile trial now holds");
  });
});

describe("at the same time", () => {
  it("keeps two people's sign-ins apart", async () => {
    const [one, two] = await Promise.all([ask("/codex_auth one"), ask("/codex_auth two", SECOND_OWNER)]);
    const [first, second] = [
      world.signIn.approve(linkOf(one), accountOf("one")),
      world.signIn.approve(linkOf(two), accountOf("two")),
    ];
    const [savedTwo, savedOne] = await Promise.all([ask(second, SECOND_OWNER), ask(first)]);
    expect(savedOne.text).toContain("profile one now holds one@example.com");
    expect(savedTwo.text).toContain("profile two now holds two@example.com");
  });

  it("redeems an address once when it is sent twice at once, and refuses the other plainly", async () => {
    const card = await ask("/codex_auth twice");
    const address = world.signIn.approve(linkOf(card), accountOf("twice"));
    const [before, since] = [exchanges(), world.telegram.now()];
    world.telegram.sendText(OWNER, `/codex_auth_finish ${address}`);
    world.telegram.sendText(OWNER, `/codex_auth_finish ${address}`);
    const answered = (text: string) =>
      world.telegram.waitForMessage((m) => m.chatId === OWNER.id && m.text.includes(text), 15_000, since);
    await Promise.all([answered("profile twice now holds"), answered("already used")]);
    expect(exchanges()).toBe(before + 1);
  });

  it("answers a pasted address at once while the agent is busy", async () => {
    const card = await ask("/codex_auth busy");
    const address = world.signIn.approve(linkOf(card), accountOf("busy"));
    world.model.hold();
    try {
      const seen = world.model.requests.length;
      world.telegram.sendText(OWNER, "tell me a long story");
      await world.model.waitForRequest(seen + 1);
      const since = world.telegram.now();
      world.telegram.sendText(OWNER, address);
      const saved = await world.telegram.waitForMessage(
        (m) => m.text.includes("profile busy now holds"),
        15_000,
        since,
      );
      expect(saved.chatId).toBe(OWNER.id);
      world.model.release();
      await world.telegram.waitForMessage((m) => m.text.includes("This is the model."), 15_000, since);
    } finally {
      world.model.release();
    }
  });
});

describe("while the sign-in server is slow", () => {
  it("answers other messages, cancels for real, and saves nothing afterwards", async () => {
    const card = await ask("/codex_auth slow");
    world.signIn.behave({ kind: "slow", ms: 4_000 });
    const since = world.telegram.now();
    world.telegram.sendText(OWNER, world.signIn.approve(linkOf(card), accountOf("slow")));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await ask("/codex_auth cancel")).text).toContain("Cancelled: slow");
    await world.telegram.waitForMessage((m) => m.text.includes("That sign-in was cancelled"), 15_000, since);
    expect((await ask("/codex_auth")).text).not.toContain("• slow:");
  });
});

describe("over a restart of the gateway", () => {
  it("finishes a sign-in that was started before, and answers an old button with a fresh selector", async () => {
    const selector = await ask("/codex_auth");
    const card = await ask("/codex_auth restarted");
    const address = world.signIn.approve(linkOf(card), accountOf("restarted"));
    await world.gateway.restart();
    expect((await ask(address)).text).toContain("profile restarted now holds restarted@example.com");
    const fresh = await world.telegram.press(OWNER, selector, "New profile", 15_000);
    expect(fresh.text).toContain("Codex profiles on this gateway");
  }, 180_000);
});

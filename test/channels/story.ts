/**
 * What a person can do on every channel, from the first board to an undone sign-out, and what nobody else can. Its tests
 * run in their order on one gateway: each relies on the profiles of those before it.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { MODEL_ID } from "../fakes/model-server.ts";
import { fakeAccount } from "../fakes/sign-in-server.ts";
import { pendingSignIns, storedProfiles } from "../support/stored-profiles.ts";
import { linkIn } from "../support/world.ts";
import { PERSONAL, STUDIO, type ChatWorld } from "./chat-world.ts";
import {
  answerTo,
  ask,
  nextMessage,
  press,
  type ChatMessage,
  type ChatNetwork,
  type Person,
  type SayOptions,
  type Where,
} from "./network.ts";

export interface Story {
  /** What is typed before a command on a network that takes a bare slash itself. */
  readonly prefix?: string;
  /** Whether a tapped button comes back as a tap or as a typed command; `none`: there are no buttons. */
  readonly buttons: "taps" | "commands" | "none";
  /** The host says to whom it refuses a command, so the plugin adds the exact entry that is missing. */
  readonly explainsRefusal: boolean;
  readonly hasThreads: boolean;
}

const linkOn = (card: ChatMessage) =>
  card.buttons.flat().find(({ url }) => url?.includes("/oauth/authorize?") === true)?.url ?? linkIn(card.text);

export function tellStory(
  worldOf: () => ChatWorld,
  { prefix = "", buttons, explainsRefusal, hasThreads }: Story,
): void {
  let world: ChatWorld;
  let owner: Person;
  let secondOwner: Person;
  beforeAll(() => {
    world = worldOf();
    ({ owner, secondOwner } = world.network.people);
  });

  const command = (words: string, who = owner, options: SayOptions = {}) =>
    ask(world.network, who, `${prefix}/codex_auth${words === "" ? "" : ` ${words}`}`, options);
  const profileIds = () => Object.keys(storedProfiles(world.gateway).profiles).toSorted();

  const paste = (address: string, who = owner) => ask(world.network, who, address);

  describe("an owner in a direct chat", () => {
    it("gets the board", async () => {
      const board = await command("");
      expect(board.text).toContain("no Codex profile");
      expect(board.text).toContain("/codex_auth <profile>");
    });

    it("signs in with a pasted callback URL, which reaches no model, and the link is there once", async () => {
      const card = await command("work");
      const links = [card.text.match(/\/oauth\/authorize\?/g) ?? [], card.buttons.flat().filter(({ url }) => url)];
      expect(links[0]?.length).toBe(1);
      if (buttons === "none") expect(links[1]).toEqual([]);
      const before = world.model.requests.length;
      const address = world.signIn.approve(linkOn(card), PERSONAL);
      const saved = await paste(address);
      expect(saved.text).toContain("Signed in: profile");
      expect(saved.text).toContain("dana@example.com");
      expect(profileIds()).toEqual(["openai:work"]);
      expect(world.model.requests.length).toBe(before);
    });

    it("signs in to a second profile with the command", async () => {
      const address = world.signIn.approve(linkOn(await command("studio")), STUDIO);
      const saved = await ask(world.network, owner, `${prefix}/codex_auth_finish ${address}`);
      expect(saved.text).toContain("dana@studio.example");
      expect(profileIds()).toEqual(["openai:studio", "openai:work"]);
    });

    it("uses a profile in this chat, and stops", async () => {
      // Only an OpenAI model can use a profile.
      await ask(world.network, owner, `${prefix}/model openai/${MODEL_ID}`);
      expect((await command("use studio")).text).toContain("studio");
      expect((await command("show studio")).text).toContain("before all other profiles");
      await command("unuse studio");
      await ask(world.network, owner, `${prefix}/model fake/${MODEL_ID}`);
      expect((await command("show studio")).text).not.toContain("before all other profiles");
    });

    it("signs out after a question, and takes it back", async () => {
      expect((await command("signout studio")).text).toContain("Sign out");
      expect(profileIds()).toEqual(["openai:studio", "openai:work"]);
      expect((await command("signout studio yes")).text).toContain("Signed out");
      expect(profileIds()).toEqual(["openai:work"]);
      expect((await command("undo studio")).text).toContain("Undone");
      expect(profileIds()).toEqual(["openai:studio", "openai:work"]);
    });

    it("is told that no pending sign-in has a callback URL, which does not reach the model", async () => {
      const marker = `ac_${"x".repeat(40)}`;
      const answer = await paste(`http://localhost:1455/auth/callback?code=${marker}&state=${"0".repeat(32)}`);
      expect(answer.text).toContain("You have no pending sign-in");
      expect(world.model.saw(marker)).toEqual([]);
    });
  });

  describe("two owners at once", () => {
    it("each get their own sign-in, and cannot finish the other's", async () => {
      const [one, other] = await Promise.all([command("first"), command("second", secondOwner)]);
      const forOne = world.signIn.approve(linkOn(one), fakeAccount("first@example.com"));
      const forOther = world.signIn.approve(linkOn(other), fakeAccount("second@example.com"));
      expect((await paste(forOne, secondOwner)).text).toContain("belongs to another sign-in");
      const [saved, savedToo] = await Promise.all([paste(forOne), paste(forOther, secondOwner)]);
      expect(saved.text).toContain("first@example.com");
      expect(savedToo.text).toContain("second@example.com");
    });
  });

  describe.each<Where>(hasThreads ? ["group", "thread"] : ["group"])("in a %s", (where) => {
    it.each(["", "work"])("an owner gets one sentence: /codex_auth %s", async (words) => {
      const answer = await command(words, owner, { where });
      expect(answer.text).toContain("in a private chat");
      expect(answer.text).not.toMatch(/oauth|studio|@example/);
      expect(answer.buttons.flat()).toEqual([]);
    });

    it("a pasted callback URL is kept from the model", async () => {
      const marker = `ac_${"g".repeat(40)}`;
      const url = `http://localhost:1455/auth/callback?code=${marker}&state=${"1".repeat(32)}`;
      const answer = await ask(world.network, owner, url, { where });
      expect(answer.text).toContain("Use a private chat");
      expect(world.model.saw(marker)).toEqual([]);
    });
  });

  describe("a user who is not an owner", () => {
    it("is refused, with no word of the profiles", async () => {
      const { allowed } = world.network.people;
      const answer = await command("", allowed);
      expect(answer.text).not.toMatch(/studio|work:|@example/);
      expect(answer.buttons.flat()).toEqual([]);
      expect(answer.text).toContain(explainsRefusal ? allowed.ownerEntry : "commands.ownerAllowFrom");
    });

    it("cannot finish an owner's sign-in, whose URL reaches no model", async () => {
      const { allowed } = world.network.people;
      const address = world.signIn.approve(linkOn(await command("third")), fakeAccount("third@example.com"));
      const code = new URL(address).searchParams.get("code") ?? "";
      const refused = await paste(address, allowed);
      expect(refused.text).toContain("Only an owner");
      expect(refused.text).toContain(allowed.ownerEntry);
      expect(world.model.saw(code)).toEqual([]);
      expect((await paste(address)).text).toContain("third@example.com");
    });

    it("gets nothing from the plugin if the bot does not know them", async () => {
      const { stranger } = world.network.people;
      await world.network.say(stranger, `${prefix}/codex_auth`);
      await command("status");
      const answers = world.network.messages(stranger).filter(({ isByBot }) => isByBot);
      expect(answers.map(({ text }) => text).join("\n")).not.toMatch(/studio|oauth|@example/);
    });
  });

  if (buttons !== "none") {
    describe("a board with buttons", () => {
      it("opens a profile, and from there a sign-in", async () => {
        const before = world.model.requests.length;
        const board = await command("");
        const card = await press(world.network, owner, board, "work");
        expect(card.text).toContain("dana@example.com");
        const signIn = await press(world.network, owner, card, "Sign in again");
        const saved = await paste(world.signIn.approve(linkOn(signIn), PERSONAL));
        expect(saved.text).toContain("dana@example.com");
        expect(world.model.requests.length).toBe(before);
      });
    });
  }

  if (buttons === "taps") {
    describe("a tap", () => {
      it("signs out after a question, and takes it back", async () => {
        const card = await press(world.network, owner, await command(""), "studio");
        const question = await press(world.network, owner, card, "Sign out");
        const done = await press(world.network, owner, question, "Yes, sign out");
        expect(done.text).toContain("Signed out");
        expect(profileIds()).not.toContain("openai:studio");
        expect((await press(world.network, owner, done, "Undo")).text).toContain("Undone");
        expect(profileIds()).toContain("openai:studio");
      });

      it("is answered if an edit fails", async () => {
        const board = await command("");
        world.network.failNext("edit");
        const card = await press(world.network, owner, board, "work");
        expect(card.text).toContain("dana@example.com");
      });
    });
  }

  if (buttons !== "none") describe("a tap that is sent again", () => tellReplays(worldOf, { command, buttons }));

  describe("a sign-in", () => {
    // Before the network refuses a message: to send that one again after a restart, the host starts Matrix's package in
    // a task of its own, and no message that comes in gets to the agent once this task has ended.
    it("is finished after a restart, and an older button leads to what works", async () => {
      const board = await command("");
      const address = world.signIn.approve(linkOn(await command("late")), fakeAccount("late@example.com"));
      await world.gateway.restart();
      await world.untilConnected();
      if (buttons !== "none") {
        const fresh = await press(world.network, owner, board, "work");
        expect(fresh.text).toContain(buttons === "taps" ? "Codex profiles" : "dana@example.com");
        if (buttons === "taps")
          expect((await press(world.network, owner, fresh, "work")).text).toContain("dana@example.com");
      }
      // The host may first send again what the network had refused.
      const after = world.network.now();
      await world.network.say(owner, address);
      await nextMessage(world.network, owner, after, "direct", ({ text }) => text.includes("late@example.com"));
    });

    it("is answered if the network refuses the answer once", async () => {
      const address = world.signIn.approve(linkOn(await command("again")), fakeAccount("again@example.com"));
      // The host does not repeat the answer to a command; the answer to a pasted URL is ours.
      world.network.failNext("send");
      expect((await paste(address)).text).toContain("again@example.com");
    });
  });
}

interface Replays {
  readonly command: (words: string) => Promise<ChatMessage>;
  readonly buttons: "taps" | "commands";
}

/** A network's own apps send such a tap only by accident. An app that somebody else wrote can send all of them. */
function tellReplays(worldOf: () => ChatWorld, { command, buttons }: Replays): void {
  let world: ChatWorld;
  let network: ChatNetwork;
  let owner: Person;
  beforeAll(() => {
    world = worldOf();
    ({ network } = world);
    ({ owner } = network.people);
  });

  /** All that a tap could change, tokens included. */
  const stored = () => JSON.stringify([storedProfiles(world.gateway), pendingSignIns(world.gateway)]);
  const botMessages = (person: Person, where: Where, after: number) =>
    network.messages(person, where).filter(({ isByBot, changedAt }) => isByBot && changedAt > after);
  const askToSignOut = async () =>
    press(network, owner, await press(network, owner, await command(""), "studio"), "Sign out");
  /** A message of the owner, the button that is tapped, and one that then shows the profile `studio` to the owner. */
  const show = async () =>
    buttons === "taps"
      ? { message: await askToSignOut(), label: "Yes, sign out", next: "Back" }
      : { message: await command(""), label: "studio", next: "studio" };

  it.each([
    { who: "secondOwner", answer: /Codex profile/, hidden: /oauth/ },
    { who: "allowed", answer: /Only an owner|requires authorization/, hidden: /oauth|studio|@example/ },
    { who: "stranger", answer: buttons === "taps" ? /not authorized/ : undefined, hidden: /oauth|studio|@example/ },
  ] as const)(
    "by another user ($who) changes nothing, and shows them nothing of the owner's",
    async ({ who, answer, hidden }) => {
      const other = network.people[who];
      const { message, label, next } = await show();
      const [requests, after, before] = [world.model.requests.length, network.now(), stored()];
      await network.tapAnyway(other, message, label);
      if (answer) await nextMessage(network, other, after, "direct", ({ text }) => answer.test(text));
      expect((await press(network, owner, message, next)).text).toContain("dana@studio.example");
      for (const { text } of botMessages(other, "direct", after)) expect(text).not.toMatch(hidden);
      expect(stored()).toBe(before);
      expect(world.model.requests.length).toBe(requests);
    },
  );

  it("in a group gets one sentence, and changes neither the message there nor anything else", async () => {
    const { message, label, next } = await show();
    const [requests, after, before] = [world.model.requests.length, network.now(), stored()];
    await network.tapAnyway(owner, message, label, "group");
    await nextMessage(network, owner, after, "group", ({ text }) => text.includes("in a private chat"));
    expect((await press(network, owner, message, next)).text).toContain("dana@studio.example");
    const seen = botMessages(owner, "group", after);
    for (const { text } of seen) expect(text).not.toMatch(/oauth|studio|@example/);
    expect(seen.flatMap((one) => one.buttons.flat()).map((button) => button.label)).toEqual([label]);
    expect(stored()).toBe(before);
    expect(world.model.requests.length).toBe(requests);
  });

  if (buttons === "taps") {
    it("by the owner, twice together and once more after the undo, signs out once", async () => {
      const question = await askToSignOut();
      const known = new Set(network.messages(owner).map(({ id }) => id));
      const requests = world.model.requests.length;
      const answered = press(network, owner, question, "Yes, sign out");
      await network.tapAnyway(owner, question, "Yes, sign out");
      const done = await answered;
      expect(done.text).toContain("Signed out");
      const undone = await press(network, owner, done, "Undo");
      expect(undone.text).toContain("Undone");
      const before = stored();
      await network.tapAnyway(owner, question, "Yes, sign out");
      await network.tapAnyway(owner, done, "Undo");
      // A later tap is answered, so those before it were handled too.
      const board = await command("");
      const card = await press(network, owner, board, "work");
      expect(stored()).toBe(before);
      for (const { id } of [done, undone, board, card]) known.add(id);
      const others = botMessages(owner, "direct", 0).filter(({ id }) => !known.has(id));
      expect(others.map(({ text }) => text)).toEqual([]);
      expect(world.model.requests.length).toBe(requests);
    });
  } else {
    it("by the owner, twice together, leaves one pending sign-in, and changes no profile", async () => {
      const card = await press(network, owner, await command(""), "work");
      const [requests, before] = [world.model.requests.length, storedProfiles(world.gateway)];
      const answered = press(network, owner, card, "Sign in again");
      await network.tapAnyway(owner, card, "Sign in again");
      expect(linkOn(await answered)).toContain("/oauth/authorize?");
      const after = network.now();
      // Each click gets a card. Both were answered before the commands that follow.
      const answerOf = async (words: string, beginning: string) => {
        await command(words);
        await nextMessage(network, owner, after, "direct", ({ text }) => text.includes(beginning));
      };
      await answerOf("", "Codex profiles");
      expect(pendingSignIns(world.gateway)).toMatchObject([{ profileName: "work" }]);
      await answerOf("cancel work", "Cancelled");
      expect(storedProfiles(world.gateway)).toEqual(before);
      expect(world.model.requests.length).toBe(requests);
    });
  }
}

type Slash = (words: string, where: Where) => Promise<void>;

/** A slash command shows the board, and a tap on it gets a new message. In a channel there is one sentence. */
export function answersSlash(networkOf: () => ChatNetwork, slash: Slash): void {
  const answerIn = (where: Where, words: string) =>
    answerTo(networkOf(), networkOf().people.owner, where, () => slash(words, where));

  describe("a slash command", () => {
    it("shows the board, and a tap on it gets a new message", async () => {
      const card = await press(networkOf(), networkOf().people.owner, await answerIn("direct", ""), "work");
      expect(card.text).toContain("dana@example.com");
    });

    it("in a channel gets one sentence", async () => {
      const answer = await answerIn("group", "work");
      expect(answer.text).toContain("in a private chat");
      expect(answer.buttons.flat()).toEqual([]);
    });
  });
}

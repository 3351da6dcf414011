/** Repairs without a new sign-in, in a gateway whose turns run on the profiles: failed renewals and stale cooldowns. */
import { beforeAll, describe, expect, it } from "vitest";
import type { FakeMessage } from "../fakes/telegram-bot-api.ts";
import {
  expireProfile,
  pauseProfile,
  refuseProfile,
  storedProfiles,
  storedStats,
  storedText,
} from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { accountOf, OWNER, SECOND_OWNER, type World } from "../support/world.ts";
import { ownerChatOf, used } from "./owner-chat.ts";

const HEAL = "openai:heal";
const ACCOUNT = accountOf("heal");
const REVIVE = "Try the old sign-in again";
const RETRY = "Let OpenClaw try it again";
const NOTICE = "cannot be used: OpenClaw could not";
const DAY_MS = 24 * 3_600_000;

export function repairs(worldOf: () => World): void {
  let world: World;
  const { approved, ask, press, signIn, told } = ownerChatOf(worldOf);
  const accessOf = () => (storedProfiles(world.gateway).profiles[HEAL] as { readonly access: string }).access;
  const hasFailed = () => accessOf().includes(":failed:");
  const renewals = () =>
    world.signIn.requests.filter(({ body }) => body.some((field) => field.join("=") === "grant_type=refresh_token"));

  /** Returns the card. A sign-in is remembered with the next look of the watch, so it may take another one. */
  async function failRenewal(trouble: () => void, repair: () => void): Promise<FakeMessage> {
    let card: FakeMessage | undefined;
    await waitUntil("a renewal to fail that can be tried again", async () => {
      world.signIn.behave("well");
      await signIn("heal");
      await ask("/codex_auth use heal", "This chat uses heal");
      trouble();
      expireProfile(world.gateway, HEAL);
      // A gateway works with what it has in memory until it writes itself: this makes it see what was done beside it.
      await ask("/codex_auth prefer heal", "heal is now");
      const { changedAt } = world.telegram.sendText(OWNER, "hello?");
      await waitUntil("the host's mark", async () => hasFailed());
      repair();
      // The turn goes on with another profile, or fails if it went on before the network was back.
      await world.telegram.waitForMessage(
        ({ chatId, text }) => chatId === OWNER.id && !text.includes(NOTICE),
        changedAt,
      );
      card = await ask("/codex_auth show heal", "Codex profile heal:");
      return card.text.includes(REVIVE);
    });
    return card as FakeMessage;
  }

  beforeAll(async () => {
    world = worldOf();
    world.signIn.usage.script(accountOf("other"), used(97));
    // As a plain message, so that the search for secrets has one of each kind.
    await ask(await approved("other"), "profile other now uses");
  });

  describe("a failed renewal", () => {
    it("while the network was down is repaired by a tap on the notice, and the next turn works", async () => {
      const since = world.telegram.now();
      await failRenewal(
        () => world.proxy.setMode("down"),
        () => world.proxy.setMode("up"),
      );
      const notice = await told(`heal ${NOTICE}`, since);
      expect(world.telegram.keyboard(notice)[0]).toEqual([REVIVE]);
      expect((await ask("/codex_auth why", "The next message")).text).toContain(`${REVIVE}: /codex_auth revive heal`);
      const others = { ...storedProfiles(world.gateway).profiles, [HEAL]: undefined };
      expect((await press(notice, REVIVE)).text).toContain("The old sign-in of heal works again");
      expect(hasFailed()).toBe(false);
      expect({ ...storedProfiles(world.gateway).profiles, [HEAL]: undefined }).toEqual(others);
      await ask("who am I?", "You are heal@example.com");
      await ask("/codex_auth log", "try the old sign-in again: heal (done)");
    });

    it("is renewed once if two owners tap at the same time", async () => {
      await failRenewal(
        () => world.signIn.behave("server-error-500", "always"),
        () => world.signIn.behave("well"),
      );
      const before = renewals().length;
      const cards = [
        await ask("/codex_auth show heal", REVIVE),
        await ask("/codex_auth show heal", "Codex profile heal:", SECOND_OWNER),
      ] as const;
      const [one, two] = await Promise.all([press(cards[0], REVIVE), press(cards[1], REVIVE, SECOND_OWNER)]);
      expect(`${one.text} ${two.text}`).toContain("The old sign-in of heal works again");
      expect(renewals()).toHaveLength(before + 1);
      await ask("who now?", "You are heal@example.com");
    });

    it("of a spent refresh token stays failed, and the answer says to sign in again", async () => {
      const card = await failRenewal(
        () => world.signIn.behave("invalid-grant", "always"),
        () => undefined,
      );
      const answer = await press(card, REVIVE);
      expect(answer.text).toContain(
        "OpenAI no longer accepts the old sign-in of heal. Sign in again: /codex_auth heal",
      );
      expect(hasFailed()).toBe(true);
      world.signIn.behave("well");
      await ask("/codex_auth show heal", "The old sign-in cannot be tried again");
      await ask("/codex_auth revive heal", "does not remember a sign-in of heal");
    });

    it("is not put back over another sign-in", async () => {
      const card = await failRenewal(
        () => world.signIn.behave("server-error-500", "always"),
        () => world.signIn.behave("well"),
      );
      await signIn("heal");
      const stored = accessOf();
      expect((await press(card, REVIVE)).text).toContain("No renewal of heal has failed");
      expect(accessOf()).toBe(stored);
    });

    it("from before a restart of the gateway is not remembered, and the card says so", async () => {
      await failRenewal(
        () => world.signIn.behave("server-error-500", "always"),
        () => world.signIn.behave("well"),
      );
      await world.gateway.restart();
      const card = await ask("/codex_auth show heal", "this gateway has not seen it working since it started");
      expect(world.telegram.keyboard(card).flat()).not.toContain(REVIVE);
      await signIn("heal");
    });
  });

  describe("a cooldown that OpenAI does not know of", () => {
    it("ends with a tap, and the next turn uses the profile", async () => {
      world.signIn.behave("well");
      await signIn("heal");
      await ask("/codex_auth prefer heal", "heal is now");
      world.signIn.usage.script(ACCOUNT, used(1));
      pauseProfile(world.gateway, HEAL, Date.now() + 3 * DAY_MS);
      await ask("/codex_auth prefer other", "other is now");
      await ask("/codex_auth use heal", "This chat uses heal");
      await ask("who answers?", "You are other@example.com");
      const usage = await ask("/codex_usage heal", "OpenAI says that this account has usage left.");
      expect((await press(usage, RETRY)).text).toContain("OpenClaw can use heal again");
      await ask("and now?", "You are heal@example.com");
      await ask("/codex_auth log", "let OpenClaw try again: heal (done)");
    });

    it("after one refused look is not a need to sign in, and ends with a tap", async () => {
      await signIn("heal");
      world.signIn.usage.script(ACCOUNT, used(1));
      refuseProfile(world.gateway, HEAL, Date.now() + DAY_MS / 2);
      await ask("/codex_auth prefer other", "other is now");
      await ask("/codex_auth use heal", "This chat uses heal");
      const card = await ask("/codex_auth show heal", "Codex profile heal:");
      expect(card.text).toMatch(/OpenAI refused it at [^;]*; OpenClaw tries again after /);
      expect(card.text).not.toContain("needs");
      expect(world.telegram.keyboard(card)[0]).toEqual(["Sign in again", RETRY]);
      expect((await press(card, RETRY)).text).toContain("OpenClaw can use heal again");
      expect(Object.keys(storedStats(world.gateway)[HEAL] ?? {}).filter((name) => name.startsWith("cooldown"))).toEqual(
        [],
      );
      await ask("and now again?", "You are heal@example.com");
    });

    it("stays if OpenAI says that the limit is reached, and the store keeps its bytes", async () => {
      await signIn("heal");
      world.signIn.usage.script(ACCOUNT, used(100));
      pauseProfile(world.gateway, HEAL, Date.now() + 3 * DAY_MS);
      await ask("/codex_auth prefer other", "other is now");
      const stored = storedText(world.gateway);
      await ask("/codex_auth retry heal", "OpenAI says that the limit of heal is reached");
      expect(storedText(world.gateway)).toBe(stored);
    });
  });
}

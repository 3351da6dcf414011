/**
 * Random taps, words, pastes and waits of two owners and a stranger, against what must hold of a board whatever is done
 * with it: no profile but the target changes, no old button acts, and nobody acts on what was shown to somebody else.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerCommand } from "../../src/handlers/command.ts";
import type { Message } from "../../src/handlers/context.ts";
import { answerTap } from "../../src/handlers/tap.ts";
import { Secret } from "../../src/secret.ts";
import { claimMessage, createDoor, OWNER, OWNER_CALL, STRANGER, type Door } from "./fake-handler.ts";

const ROBIN = "4242009";
const PEOPLE = [OWNER, ROBIN, STRANGER] as const;
const NAMES = ["work", "team", "home"] as const;
const EMAILS = ["dana@example.com", "eli@example.com"] as const;
const VERBS = ["", "show", "use", "unuse", "prefer", "keep", "signout", "undo", "why", "cancel"] as const;
const HOUR_MS = 60 * 60_000;

type Step =
  | {
      readonly kind: "type";
      readonly who: number;
      readonly verb: number;
      readonly name: number;
      readonly isSure: boolean;
    }
  | { readonly kind: "tap"; readonly who: number; readonly message: number; readonly button: number }
  | { readonly kind: "paste"; readonly who: number; readonly link: number; readonly email: number }
  /** The very tap of before, on the message as it was then. */
  | { readonly kind: "again"; readonly tap: number }
  | { readonly kind: "wait"; readonly ms: number };

const index = (below: number) => fc.nat(below - 1);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("type" as const),
      who: index(PEOPLE.length),
      verb: index(VERBS.length),
      name: index(NAMES.length),
      isSure: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("tap" as const),
      who: index(PEOPLE.length),
      message: fc.oneof(fc.nat(4), fc.nat(40)),
      button: fc.nat(12),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("paste" as const),
      who: index(PEOPLE.length),
      link: fc.nat(20),
      email: index(EMAILS.length),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1000, 6 * 60_000, HOUR_MS) }),
  },
);

interface Shown {
  readonly to: string;
  readonly atMs: number;
  message: Message;
  isUsed: boolean;
}

interface State {
  /** What each profile holds. */
  readonly profiles: Readonly<Record<string, string>>;
  readonly preferred: string | undefined;
  readonly pins: Readonly<Record<string, unknown>>;
  readonly pending: readonly unknown[];
}

class Board {
  readonly door: Door = createDoor();
  readonly shown: Shown[] = [];
  /** Sign-in links as they were shown, with whom to. */
  readonly taps: { readonly who: string; readonly payload: string }[] = [];
  readonly links: { readonly to: string; readonly link: string }[] = [];

  constructor() {
    this.door.ports.profiles.has("openai:team");
    this.door.owners.add(`telegram:${ROBIN}`);
  }

  get #nowMs(): number {
    return this.door.ports.clock.nowMs();
  }

  async state(): Promise<State> {
    const { pending, pins, profiles } = this.door.ports;
    const held = await profiles.accounts("main");
    return {
      profiles: Object.fromEntries(held.map(({ profileId, account }) => [profileId, JSON.stringify(account)])),
      preferred: profiles.preferred,
      pins: pins.all,
      pending: pending.document.logins.map(({ stateDigest }) => stateDigest),
    };
  }

  /** Does the step; answers who did it, and what it may have touched: a profile's name, or nothing where it must not. */
  async take(step: Step): Promise<{ readonly who: string; readonly mayTouch: (name: string) => boolean }> {
    const who = PEOPLE["who" in step ? step.who : 0] ?? OWNER;
    const never = { who, mayTouch: () => false };
    switch (step.kind) {
      case "wait":
        this.door.ports.clock.move(step.ms);
        return never;
      case "again": {
        const tap = this.taps[step.tap % (this.taps.length || 1)];
        if (tap !== undefined) await this.#send(tap.who, tap.payload);
        return { ...never, who: tap?.who ?? OWNER };
      }
      case "type": {
        const name = NAMES[step.name] ?? "work";
        await this.#type(who, `${VERBS[step.verb]} ${name}${step.isSure ? " yes" : ""}`.trim());
        return { who, mayTouch: (touched) => who !== STRANGER && touched === name };
      }
      case "tap":
        return this.#tap(who, step);
      case "paste": {
        const shown = this.links[step.link % (this.links.length || 1)];
        if (shown === undefined) return never;
        await this.#paste(who, this.door.ports.oauth.approve(new Secret(shown.link), EMAILS[step.email]));
        return { who, mayTouch: () => who === shown.to };
      }
    }
  }

  async #type(who: string, args: string): Promise<void> {
    const isOwner = who !== STRANGER;
    const call = { ...OWNER_CALL, senderId: who, from: `telegram:${who}`, senderIsOwner: isOwner, args };
    this.#see(who, await answerCommand(this.door.context, "select", call));
  }

  async #tap(who: string, { message, button }: Extract<Step, { kind: "tap" }>) {
    // The latest are tapped most, as people do, and again after they were answered.
    const shown = this.shown.at(-1 - (message % (this.shown.length || 1)));
    const buttons = shown?.message.rows.flat().filter((one) => "callbackData" in one) ?? [];
    const tapped = buttons[button % (buttons.length || 1)];
    if (shown === undefined || tapped === undefined || !("callbackData" in tapped))
      return { who, mayTouch: () => false };
    const before = shown.message;
    const isLive = shown.to === who && !shown.isUsed && this.#nowMs - shown.atMs < HOUR_MS;
    if (shown.to === who) shown.isUsed = true;
    const payload = tapped.callbackData.split(":")[1] ?? "";
    this.taps.push({ who, payload });
    await this.#send(who, payload);
    return { who, mayTouch: (name: string) => isLive && before.plainText.includes(name) };
  }

  async #send(who: string, payload: string): Promise<void> {
    await answerTap(this.door.context, {
      channel: "telegram",
      accountId: "default",
      conversationId: who,
      senderId: who,
      payload,
      edit: async (next) => this.#see(who, next),
      reply: async (next) => this.#see(who, next),
    });
  }

  async #paste(who: string, content: string): Promise<void> {
    const before = this.door.sent.length;
    const place = { channelId: "telegram", accountId: "default", conversationId: who, senderId: who };
    await claimMessage(this.door.context, { ...place, sessionKey: "agent:main:main", isGroup: false, content });
    for (const { message } of this.door.sent.slice(before)) this.#see(who, message);
  }

  #see(to: string, message: Message): void {
    this.shown.push({ to, message, atMs: this.#nowMs, isUsed: false });
    const link = /https:\/\/auth\.openai\.com\S+/.exec(message.plainText)?.[0];
    if (link !== undefined) this.links.push({ to, link });
  }
}

const changedKeys = (before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );

function judge(before: State, after: State, who: string, mayTouch: (name: string) => boolean): void {
  const changed = changedKeys(before.profiles, after.profiles).map((id) => id.replace("openai:", ""));
  expect(changed.length).toBeLessThanOrEqual(1);
  for (const name of changed) expect([name, mayTouch(name)]).toEqual([name, true]);
  const gone = new Set(Object.keys(before.profiles).filter((id) => !(id in after.profiles)));
  for (const chat of changedKeys(before.pins, after.pins)) {
    const wasOn = (before.pins[chat] as { profileId?: string } | undefined)?.profileId ?? "";
    const isOn = (after.pins[chat] as { profileId?: string } | undefined)?.profileId ?? wasOn;
    const mayChange = chat.includes(` ${who} `) && mayTouch(isOn.replace("openai:", ""));
    expect([chat, mayChange || gone.has(wasOn)]).toEqual([chat, true]);
  }
  if (before.preferred !== after.preferred) {
    const first = (after.preferred ?? before.preferred ?? "").replace("openai:", "");
    expect([first, mayTouch(first)]).toEqual([first, true]);
  }
  if (who === STRANGER) expect({ ...after, pending: [] }).toEqual({ ...before, pending: [] });
}

describe("the board", () => {
  it("changes only its target, and only for the owner who saw it, in any sequence", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 40, size: "max" }), async (steps) => {
        const board = new Board();
        for (const step of steps) {
          const before = await board.state();
          const { who, mayTouch } = await board.take(step);
          judge(before, await board.state(), who, mayTouch);
        }
        expect(board.door.ports.log.lines.join()).not.toContain("internal");
      }),
      { numRuns: 150 },
    );
  });

  it("does sign in, pin, prefer and sign out in such sequences", async () => {
    const done = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 30, maxLength: 40, size: "max" }), async (steps) => {
        const board = new Board();
        for (const step of steps) await board.take(step);
        for (const { action, outcome } of board.door.ports.audit.entries) if (outcome === "done") done.add(action);
      }),
      // The same runs every time: the rarest of these come up a handful of times in so many.
      { numRuns: 150, seed: 1 },
    );
    expect([...done].toSorted()).toEqual(["prefer", "sign-in", "sign-out", "undo", "unuse", "use"]);
  });
});

/** Laws that hold for pending sign-ins in any order of events. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sameBinding, type Binding } from "../../src/rules/binding.ts";
import {
  addSignIn,
  cancelSignIns,
  claimSignIn,
  CLOCK_STEP_MS,
  EMPTY_DOCUMENT,
  MAX_ATTEMPTS,
  pendingSignInsOf,
  settleSignIn,
  SIGN_IN_TTL_MS,
  sweep,
  type PendingDocument,
  type PendingSignIn,
  type Presented,
  type ReceiptOutcome,
} from "../../src/rules/pending-sign-ins.ts";
import { DANA } from "../fakes/fake-ports.ts";
import { DAY_MS, loginOf, NOW_MS, STRANGER } from "./sign-ins.ts";

/** Every way in which a sign-in can end. */
const OUTCOMES: readonly ReceiptOutcome[] = [
  "claimed",
  "saved",
  "failed",
  "cancelled",
  "replaced",
  "expired",
  "given-up",
];

const PEOPLE: readonly Binding[] = [DANA, STRANGER, { ...DANA, agentId: "second" }];
const PROFILES = ["work", "play", "default"];
const kind = <const Kind extends string>(name: Kind) => fc.constant(name);
const [who, login, names] = [fc.nat(2), fc.nat(40), fc.option(fc.nat(2))];
const STEPS_MS = [1, -1, SIGN_IN_TTL_MS, SIGN_IN_TTL_MS - 1, -SIGN_IN_TTL_MS, DAY_MS, -DAY_MS];
const byMs = fc.oneof(fc.integer({ min: -2 * SIGN_IN_TTL_MS, max: 2 * SIGN_IN_TTL_MS }), fc.constantFrom(...STEPS_MS));

/** One event; `login` picks one of the sign-ins that were started so far, ended ones included. */
const anyEvent = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind("start"), who, profile: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ kind: kind("paste"), who, login, names }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind("paste-unknown"),
      who,
      digest: fc.constantFrom("", "digest", "digest-", "constructor"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind("cancel"), who, names }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("settle"), login, saved: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("time"), byMs }) },
);
type Event = typeof anyEvent extends fc.Arbitrary<infer One> ? One : never;

interface Step {
  readonly event: Event;
  readonly who: Binding | undefined;
  readonly nowMs: number;
  readonly before: PendingDocument;
  readonly after: PendingDocument;
  readonly presented?: Presented;
  readonly claimed?: PendingSignIn;
}

interface Played {
  readonly steps: readonly Step[];
  /** Every sign-in that was ever started. */
  readonly started: readonly PendingSignIn[];
}

/** Plays the events. Each document is frozen, so that an edit in place throws. */
function play(events: readonly Event[]): Played {
  const started: PendingSignIn[] = [];
  const steps: Step[] = [];
  let [document, nowMs] = [EMPTY_DOCUMENT, NOW_MS];
  for (const each of events) {
    const user = "who" in each ? PEOPLE[each.who] : undefined;
    const binding = user ?? DANA;
    const name = "names" in each && each.names !== null ? PROFILES[each.names] : undefined;
    const named = name === undefined ? {} : { profileName: name };
    const before = document;
    let presented: Presented | undefined;
    let claimed: PendingSignIn | undefined;
    switch (each.kind) {
      case "start": {
        const profile = PROFILES[each.profile] ?? "";
        const ids = { profileId: `openai:${profile}`, profileName: profile, askedName: profile };
        const times = { createdAtMs: nowMs, expiresAtMs: nowMs + SIGN_IN_TTL_MS };
        const made = loginOf(`${started.length}!`, { binding, ...ids, ...times });
        started.push(made);
        document = addSignIn(document, made, nowMs).next ?? document;
        break;
      }
      case "paste":
      case "paste-unknown": {
        const known = each.kind === "paste" ? started[each.login % (started.length || 1)]?.stateDigest : each.digest;
        presented = { binding, stateDigest: known ?? "digest-none", ...named };
        const { result, next = document } = claimSignIn(document, presented, nowMs);
        if (result.kind === "found") claimed = result.login;
        document = next;
        break;
      }
      case "cancel":
        document = cancelSignIns(document, binding, nowMs, name).next ?? document;
        break;
      case "settle": {
        // Only claimed sign-ins are ever settled (see actions/finish.ts).
        const settled = steps.flatMap((step) => step.claimed ?? []);
        const { stateDigest } = settled[each.login % (settled.length || 1)] ?? {};
        const outcome = each.saved ? "saved" : "failed";
        if (stateDigest !== undefined) {
          document = settleSignIn(document, stateDigest, { outcome }, nowMs).next ?? document;
        }
        break;
      }
      case "time":
        nowMs += each.byMs;
        break;
    }
    deepFreeze(document);
    steps.push({ event: each, who: user, nowMs, before, after: document, ...definedOf({ presented, claimed }) });
  }
  return { steps, started };
}

const definedOf = <Fields extends object>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Field in keyof Fields]?: NonNullable<Fields[Field]>;
  };

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}

const LAWS: Readonly<Record<string, (played: Played) => void>> = {
  "only the right state, user and time give a claim": ({ steps, started }) => {
    for (const { claimed, presented, nowMs } of steps) {
      if (claimed === undefined || presented === undefined) continue;
      const original = started.find(({ stateDigest }) => stateDigest === presented.stateDigest) ?? loginOf("none");
      expect(claimed).toMatchObject({ state: original.state, codeVerifier: original.codeVerifier });
      expect(sameBinding(original.binding, presented.binding)).toBe(true);
      expect(nowMs).toBeGreaterThanOrEqual(original.createdAtMs - CLOCK_STEP_MS);
      expect(nowMs - original.createdAtMs).toBeLessThan(SIGN_IN_TTL_MS);
      if (presented.profileName !== undefined) expect(original.profileName).toBe(presented.profileName);
    }
  },

  "the state of a live sign-in of the user always gives its claim": ({ steps }) => {
    for (const { before, claimed, presented, nowMs } of steps) {
      if (presented === undefined) continue;
      const live = pendingSignInsOf(before, presented.binding, nowMs).find(
        ({ stateDigest, profileName }) =>
          stateDigest === presented.stateDigest && (presented.profileName ?? profileName) === profileName,
      );
      expect(claimed !== undefined).toBe(live !== undefined);
    }
  },

  "no sign-in is claimed twice": ({ steps }) => {
    const claimed = steps.flatMap((step) => step.claimed?.stateDigest ?? []);
    expect(new Set(claimed).size).toBe(claimed.length);
  },

  "an event of one user changes nothing of another": ({ steps }) => {
    for (const { before, after: next, who: user, nowMs } of steps) {
      if (user === undefined) continue;
      const isOther = ({ binding }: { readonly binding: Binding }) => !sameBinding(binding, user);
      const others = (document: PendingDocument) => {
        const { logins, receipts } = sweep(document, nowMs);
        return [logins.filter(isOther), receipts.filter(isOther)];
      };
      // Much faster than a matcher, which looks at 200 receipts after each of thousands of events.
      if (!isDeepStrictEqual(others(next), others(before))) expect(others(next)).toEqual(others(before));
    }
  },

  "no state and no verifier of an ended sign-in is left in the document": ({ steps, started }) => {
    for (const { after: document } of steps) {
      const live = new Set(document.logins.map(({ stateDigest }) => stateDigest));
      const ended = started.filter(({ stateDigest }) => !live.has(stateDigest));
      const text = JSON.stringify(document);
      expect(ended.filter(({ state, codeVerifier }) => text.includes(state) || text.includes(codeVerifier))).toEqual(
        [],
      );
    }
  },

  "a receipt has these fields and no others": ({ steps }) => {
    const fields = ["atMs", "binding", "outcome", "profileId", "profileName", "stateDigest"];
    for (const receipt of steps.at(-1)?.after.receipts ?? []) expect(Object.keys(receipt).toSorted()).toEqual(fields);
  },

  "a sign-in that has left the document has one receipt": ({ steps, started }) => {
    const { logins, receipts } = steps.at(-1)?.after ?? EMPTY_DOCUMENT;
    if (steps.some(({ event: each }) => each.kind === "time" && Math.abs(each.byMs) >= DAY_MS / 10)) return;
    const digests = [...logins, ...receipts].map(({ stateDigest }) => stateDigest);
    expect(digests.toSorted()).toEqual(started.map(({ stateDigest }) => stateDigest).toSorted());
  },

  "a user has at most one live sign-in for a profile": ({ steps }) => {
    for (const { after: document } of steps) {
      const keys = document.logins.map(({ binding, profileId }) => JSON.stringify([binding, profileId]));
      expect(new Set(keys).size).toBe(keys.length);
    }
  },
};

/** Chance seldom gives so many URLs of other sign-ins in a row. */
const GIVEN_UP: Event[] = [
  { kind: "start", who: 0, profile: 0 },
  ...Array.from({ length: MAX_ATTEMPTS }, () => ({
    kind: "paste-unknown" as const,
    who: 0,
    digest: "digest" as const,
  })),
];

describe("any order of events", () => {
  // Takes seconds under load: fewer than 100 runs of up to 60 events would not always reach every outcome.
  it("keeps every law, and reaches every outcome, so that the laws have something to judge", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60, size: "max" }), (events) => {
        const played = play(events);
        for (const keeps of Object.values(LAWS)) keeps(played);
        for (const { after: document } of played.steps) for (const { outcome } of document.receipts) seen.add(outcome);
      }),
      { numRuns: 100, examples: [[GIVEN_UP]] },
    );
    expect([...seen].toSorted()).toEqual(OUTCOMES.toSorted());
  });
});

/**
 * The usage port. It asks for each account once a minute at most, for two at a time, and rests when OpenAI asks for it.
 * Answers are kept in the memory of the process and never in a file.
 */
import type { Clock, Timers, Entropy, StoredToken, Usage, UsageInquiry } from "../actions/ports.ts";
import { ExpiringMap } from "../rules/expiring-map.ts";
import type { ListedProfile } from "../rules/results.ts";
import {
  isFresh,
  type ProfileUsage,
  type UsageNumbers,
  type UsageOutcome,
  type UsageReason,
  type Untold,
} from "../rules/usage.ts";
import type { AskUsage } from "./request.ts";

/** Of one inquiry, however many accounts it asks about. */
const WHOLE_MS = 12_000;
const AT_ONCE = 2;
const KEPT = { ttlMs: 24 * 60 * 60_000, size: 500 };

/** The last answer for one token, and the last numbers, which may be older. */
interface Remembered {
  /** Of the access token. Another sign-in has another one. */
  readonly digest: string;
  readonly askedAtMs: number;
  readonly outcome: UsageOutcome;
  readonly numbers?: UsageNumbers | undefined;
}

interface Resting {
  readonly untold: Untold;
  readonly atMs: number;
  readonly ms: number;
}

/** One request, and the inquiries that wait for it. */
interface Flight {
  readonly askers: Asker[];
  readonly abort: AbortController;
  readonly outcome: Promise<UsageOutcome>;
}

interface Asker {
  isOver: boolean;
}

/** One for all copies of the plugin in a process, so that they share the limits. Contains no token. */
export class UsageMemory {
  readonly answers = new ExpiringMap<Remembered>(KEPT);
  readonly rests = new ExpiringMap<Resting>(KEPT);
  readonly flights = new Map<string, Flight>();
  #free = AT_ONCE;
  readonly #waiting: (() => void)[] = [];

  /** Runs the task when one of the places is free. */
  async inPlace<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

export interface UsageParts {
  readonly memory: UsageMemory;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly entropy: Pick<Entropy, "digest">;
  readonly ask: AskUsage;
  readonly proxyFacts: Usage["proxyFacts"];
}

const ALL = "all";
const LATE: Untold = { kind: "untold", reason: "late" };

type Key = Pick<ListedProfile, "expiresAtMs" | "profileId">;
const keyOf = ({ profileId, expiresAtMs }: { readonly [Name in keyof Key]: Key[Name] | undefined }) =>
  `${profileId} ${expiresAtMs}`;

export function createUsage(parts: UsageParts): Usage {
  const { memory, clock } = parts;
  return {
    proxyFacts: () => parts.proxyFacts(),
    remembered: (profile) => memory.answers.get(keyOf(profile), clock.nowMs())?.numbers,
    ask: (tokens) => inquire(parts, tokens),
  };
}

/** A token to ask about. */
interface Asked {
  readonly token: StoredToken;
  /** As in `Remembered`. */
  readonly digest: string;
}

function inquire(parts: UsageParts, tokens: readonly StoredToken[]): UsageInquiry {
  const asker: Asker = { isOver: false };
  const usages = new Map<string, ProfileUsage>();
  const asked = tokens.map((token) => ({ token, digest: parts.entropy.digest(token.access.reveal()) }));
  const all = asked.map(async (one) => {
    const usage = await usageOf(parts, one, asker);
    if (!asker.isOver) usages.set(one.token.profileId, usage);
  });
  const timer = new AbortController();
  const settled = Promise.race([Promise.all(all), parts.timers.wait(WHOLE_MS, timer.signal)]).then(() => {
    timer.abort();
    asker.isOver = true;
    for (const one of asked.filter(({ token }) => !usages.has(token.profileId))) {
      usages.set(one.token.profileId, withNumbers(LATE, knownOf(parts, one)?.numbers));
    }
    for (const { askers, abort } of parts.memory.flights.values()) if (askers.every(isOver)) abort.abort();
  });
  return { settled, usageOf: (profileId) => usages.get(profileId) ?? { kind: "awaited" } };
}

const isOver = (asker: Asker) => asker.isOver;

async function usageOf(parts: UsageParts, asked: Asked, asker: Asker): Promise<ProfileUsage> {
  const { memory, clock } = parts;
  const known = knownOf(parts, asked);
  if (known !== undefined && isFresh(known, clock.nowMs())) return withNumbers(known.outcome, known.numbers);
  const key = `${asked.token.profileId} ${asked.digest}`;
  const flying = memory.flights.get(key);
  flying?.askers.push(asker);
  const { outcome } = flying ?? startFlight(parts, asked, { key, asker });
  return withNumbers(await outcome, known?.numbers);
}

function knownOf({ memory, clock }: UsageParts, { token, digest }: Asked): Remembered | undefined {
  const known = memory.answers.get(keyOf(token), clock.nowMs());
  return known?.digest === digest ? known : undefined;
}

function withNumbers(outcome: UsageOutcome, last: UsageNumbers | undefined): ProfileUsage {
  if (outcome.kind === "numbers") return outcome;
  const { rest: _rest, ...untold } = outcome;
  return { ...untold, ...(last === undefined ? {} : { last }) };
}

function startFlight(
  parts: UsageParts,
  asked: Asked,
  { key, asker }: { readonly key: string; readonly asker: Asker },
): Flight {
  const { memory } = parts;
  const askers = [asker];
  const abort = new AbortController();
  const outcome = memory
    .inPlace(async () => (askers.every(isOver) ? LATE : (restOf(parts, asked) ?? send(parts, asked, abort.signal))))
    .finally(() => memory.flights.delete(key));
  const flight = { askers, abort, outcome };
  memory.flights.set(key, flight);
  return flight;
}

/** Call it right before a request, because an answer to another one may just have begun a rest. */
function restOf({ memory, clock }: UsageParts, { token }: Asked): Untold | undefined {
  const nowMs = clock.nowMs();
  const isResting = (rest: Resting | undefined) => rest !== undefined && Math.abs(nowMs - rest.atMs) < rest.ms;
  return [memory.rests.get(ALL, nowMs), memory.rests.get(keyOf(token), nowMs)].find(isResting)?.untold;
}

/** A failure of the network is not kept, because the next request may succeed. */
const NOT_KEPT: ReadonlySet<UsageReason> = new Set(["late", "unreachable"]);

async function send(parts: UsageParts, asked: Asked, signal: AbortSignal): Promise<UsageOutcome> {
  const { memory, clock } = parts;
  const { token, digest } = asked;
  const outcome = await parts.ask(token, signal);
  const nowMs = clock.nowMs();
  if (outcome.kind === "untold" && NOT_KEPT.has(outcome.reason)) return outcome;
  if (outcome.kind === "untold" && outcome.rest !== undefined) {
    const { ms, forAll } = outcome.rest;
    memory.rests.set(forAll ? ALL : keyOf(token), { untold: outcome, atMs: nowMs, ms }, nowMs);
  }
  const numbers = outcome.kind === "numbers" ? outcome.numbers : knownOf(parts, asked)?.numbers;
  memory.answers.set(keyOf(token), { digest, askedAtMs: nowMs, outcome, numbers }, nowMs);
  return outcome;
}

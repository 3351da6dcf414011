/** Long lists of profiles, for a few seconds: the host parses its whole store for each look at it, and nothing less. */
import type { Clock } from "../actions/ports.ts";
import type { ListedProfile } from "../rules/results.ts";

/** Up to here a look costs next to nothing, and is always a look at what there is now. */
const SHORT = 50;
const KEPT_MS = 10_000;

interface Kept {
  readonly profiles: readonly ListedProfile[];
  readonly atMs: number;
}

export class RecentLists {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  #changes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What was kept of the agent, if it is no older than ten seconds. */
  get(agentId: string): readonly ListedProfile[] | undefined {
    const kept = this.#kept.get(agentId);
    const isRecent = kept !== undefined && Math.abs(this.#clock.nowMs() - kept.atMs) < KEPT_MS;
    return isRecent ? kept.profiles : undefined;
  }

  /** Keeps what is read, unless there was a change meanwhile: it may be from before that. */
  async renew(agentId: string, read: () => Promise<readonly ListedProfile[]>): Promise<readonly ListedProfile[]> {
    const changes = this.#changes;
    const profiles = await read();
    if (profiles.length > SHORT && changes === this.#changes) {
      this.#kept.set(agentId, { profiles, atMs: this.#clock.nowMs() });
    } else this.#kept.delete(agentId);
    return profiles;
  }

  /** Forgets all agents' lists, before and after a change: they may share a store. */
  async around<Result>(change: () => Promise<Result>): Promise<Result> {
    this.#forget();
    try {
      return await change();
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    this.#changes += 1;
    this.#kept.clear();
  }
}

/**
 * Polls the device codes of this gateway's sign-ins, each at its own pace. There is one poller in a process: the server
 * hands an approved code out once, so a second one could take it from the first.
 */
import { logFailure } from "../errors.ts";
import { polledSignInsOf, type DeviceSignIn } from "../rules/pending-sign-ins.ts";
import { pollSignIn, type DeviceOutcome, type PolledOnce } from "./device.ts";
import type { Log, PollingPace, Ports } from "./ports.ts";

/** A running copy of the plugin. */
export interface PollerHost {
  readonly gateway: string;
  readonly log: Log;
  ports(): Promise<Ports>;
  /** The returned function says whether the user of the sign-in is still an owner. It never throws. */
  ownerQuestion(login: DeviceSignIn): Promise<() => boolean>;
  tell(login: DeviceSignIn, result: DeviceOutcome): Promise<void>;
}

export class DevicePoller {
  readonly #hosts = new Set<PollerHost>();
  readonly #watched = new Set<string>();
  #stopped = new AbortController();

  /** A reload may start the new copy of the plugin before it stops the old one, so each stops only itself. */
  start(host: PollerHost): void {
    if (this.#hosts.size === 0) this.#stopped = new AbortController();
    this.#hosts.add(host);
  }

  /** A poll that was sent is still finished, because its answer may be an approved code. */
  stop(host: PollerHost): void {
    this.#hosts.delete(host);
    if (this.#hosts.size === 0) this.#stopped.abort();
  }

  /** Begins to poll the pending sign-ins that are not polled yet. Throws what the ports throw. */
  async look(): Promise<void> {
    const host = this.#host;
    if (host === undefined) return;
    const { pending, clock } = await host.ports();
    for (const login of polledSignInsOf(await pending.read(), host.gateway, clock.nowMs())) {
      if (this.#watched.has(login.stateDigest)) continue;
      this.#watched.add(login.stateDigest);
      void this.#watch(login);
    }
  }

  /** The one that started last: an older copy may be about to stop. */
  get #host(): PollerHost | undefined {
    return [...this.#hosts].at(-1);
  }

  async #watch(login: DeviceSignIn): Promise<void> {
    const logged = (error: unknown) => this.#host && logFailure(this.#host.log, "polling device codes", error);
    await this.#pollUntilOver(login).catch(logged);
    this.#watched.delete(login.stateDigest);
    // The end of this sign-in makes room for one beyond the limit.
    await this.look().catch(logged);
  }

  async #pollUntilOver(login: DeviceSignIn): Promise<void> {
    const { intervalMs } = login.device;
    let next: Extract<PolledOnce, { kind: "waiting" }> = { kind: "waiting", waitMs: intervalMs, pace: { intervalMs } };
    for (let host = this.#host; host !== undefined; host = this.#host) {
      await this.#wait(host, login, next.waitMs);
      const current = this.#host;
      if (current === undefined) return;
      const polled = await pollWith(current, login, next.pace);
      if (polled.kind === "over") return;
      next = polled;
    }
  }

  /** Up to a fifth longer, so that sign-ins do not poll in step, but not beyond the end of the sign-in. */
  async #wait(host: PollerHost, { expiresAtMs }: DeviceSignIn, waitMs: number): Promise<void> {
    const { clock, entropy, timers } = await host.ports();
    const jitter = Number.parseInt(entropy.bytes(1).toHex(), 16) / 255 / 5;
    const restMs = Math.max(expiresAtMs - clock.nowMs(), 0);
    await timers.wait(Math.min(waitMs * (1 + jitter), restMs), this.#stopped.signal);
  }
}

/** Never throws: a sign-in that cannot be polled now is polled later. */
async function pollWith(host: PollerHost, login: DeviceSignIn, pace: PollingPace): Promise<PolledOnce> {
  try {
    const [ports, isAllowed] = await Promise.all([host.ports(), host.ownerQuestion(login)]);
    const polled = await pollSignIn(ports, { login, pace, isAllowed, ifOtherAccount: "ask-later" });
    if (polled.kind === "over" && polled.result !== undefined) await host.tell(login, polled.result);
    return polled;
  } catch (error) {
    logFailure(host.log, "polling a device code", error);
    return { kind: "waiting", waitMs: pace.intervalMs, pace };
  }
}

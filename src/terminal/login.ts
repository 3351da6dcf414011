/**
 * The command `login`: starts a sign-in and stays until it is finished, by the callback URL that a browser brings to
 * this machine, by one that is pasted here, by a device code, or by another program of the same gateway.
 */
import { findCallback, pageAfter } from "../actions/callback.ts";
import { pollSignIn, startWithCode, type DeviceOutcome, type PolledOnce } from "../actions/device.ts";
import { finishSignIn } from "../actions/finish.ts";
import { readStatus } from "../actions/overview.ts";
import { refusalOf } from "../actions/outcome.ts";
import type { CallbackListener, PollingPace, Ports } from "../actions/ports.ts";
import { startSignIn } from "../actions/start.ts";
import { Paste } from "../rules/callback-url.ts";
import {
  cancelSignIn,
  refusalOfReceipt,
  signInOf,
  type DeviceSignIn,
  type Receipt,
} from "../rules/pending-sign-ins.ts";
import { DEFAULT_PROFILE_NAME, type ProfileName } from "../rules/profile-id.ts";
import type { CallbackPage, Refusal, StartedSignIn, StartedWithCode } from "../rules/results.ts";
import type { Secret } from "../secret.ts";
import type { TerminalRequest } from "./arguments.ts";
import type { LiveListener, TerminalAnswer, TerminalContext } from "./context.ts";

type Started = StartedSignIn | StartedWithCode;

/** Throws only what `ports` throws. Leaves nothing pending, unless the process is killed. */
export async function runLogin(context: TerminalContext, request: TerminalRequest): Promise<TerminalAnswer> {
  let waiting: WaitingLogin | undefined;
  let opened: LiveListener | undefined;
  const listener: CallbackListener = {
    async open() {
      opened ??= await context.live.listen(async (url) => (await waiting?.answerBrowser(url)) ?? "unknown");
      return opened !== undefined;
    },
  };
  const ports = { ...(await context.ports()), listener };
  try {
    const started = await start(ports, context, request);
    if (started.kind === "refused") return started;
    waiting = new WaitingLogin(ports, context, request, started);
    context.live.print({ kind: "login", started });
    return await waiting.result();
  } finally {
    await opened?.close();
  }
}

function start(ports: Ports, { binding }: TerminalContext, request: TerminalRequest): Promise<Started | Refusal> {
  const askedName = request.profileName ?? (DEFAULT_PROFILE_NAME as ProfileName);
  const begin = request.device === true ? startWithCode : startSignIn;
  return begin(ports, { binding, askedName });
}

const LOOK_MS = 1_000;
/** The user of the terminal owns the files, so the operating system has checked access already. */
const isAllowed = () => true;

class WaitingLogin {
  readonly #ports: Ports;
  readonly #context: TerminalContext;
  readonly #started: Started;
  readonly #ifOtherAccount: "refuse" | "replace";
  readonly #over = new AbortController();
  #end: (answer: TerminalAnswer) => void = () => undefined;
  /** Running exchanges of this process. Until they end, the file of pending sign-ins does not decide. */
  #exchanges = 0;

  constructor(ports: Ports, context: TerminalContext, { replace }: TerminalRequest, started: Started) {
    this.#ports = ports;
    this.#context = context;
    this.#started = started;
    this.#ifOtherAccount = replace === true ? "replace" : "refuse";
  }

  /** Waits for whatever comes first. */
  async result(): Promise<TerminalAnswer> {
    const { log } = this.#ports;
    try {
      return await new Promise<TerminalAnswer>((resolve) => {
        this.#end = resolve;
        const ways = [this.#read(), this.#watch(), this.#waitForStop(), this.#poll()];
        for (const way of ways) way.catch((error: unknown) => resolve(refusalOf(error, log)));
      });
    } finally {
      this.#over.abort();
    }
  }

  /** Another sign-in of this gateway may need answers that only its own chat can ask for. */
  async answerBrowser(callbackUrl: Secret): Promise<CallbackPage> {
    const { gateway } = this.#context.binding;
    const pasted = new Paste(callbackUrl.reveal());
    try {
      const found = await findCallback(this.#ports, gateway, pasted);
      if (found.kind === "ended") return found.page;
      if (found.login.stateDigest !== this.#started.stateDigest) return "unknown";
      return await pageAfter(this.#ports, gateway, pasted, await this.#finish(pasted));
    } catch (error) {
      refusalOf(error, this.#ports.log);
      return "later";
    }
  }

  #finish(pasted: Paste): Promise<DeviceOutcome> {
    const { binding } = this.#context;
    const ifOtherAccount = this.#ifOtherAccount;
    return this.#during(async () =>
      this.#settle(await finishSignIn(this.#ports, { binding, pasted, isAllowed, ifOtherAccount })),
    );
  }

  async #during<Result>(exchange: () => Promise<Result>): Promise<Result> {
    this.#exchanges += 1;
    try {
      return await exchange();
    } finally {
      this.#exchanges -= 1;
    }
  }

  /** A terminal cannot be asked: its request says beforehand what to do. */
  #settle(result: DeviceOutcome): DeviceOutcome {
    if (result.kind === "saved") this.#end(result);
    if (result.kind === "question") this.#end({ kind: "refused", code: result.code });
    if (result.kind === "refused" && result.isOver) this.#end({ ...result, next: "again" });
    return result;
  }

  async #read(): Promise<void> {
    for await (const text of this.#context.live.texts(this.#over.signal)) {
      if (text.trim() === "") continue;
      const result = await this.#finish(new Paste(text));
      if (result.kind === "refused" && !result.isOver) this.#context.live.warn(result);
    }
  }

  /** Another program may finish or cancel the sign-in, and its time runs out. */
  async #watch(): Promise<void> {
    const { pending, clock, timers } = this.#ports;
    const { stateDigest } = this.#started;
    while (!this.#over.signal.aborted) {
      const document = await pending.read();
      const found = signInOf(document, this.#context.binding.gateway, stateDigest, clock.nowMs());
      if (found?.kind === "pending") this.#context.live.showTimeLeft(found.login.expiresAtMs - clock.nowMs());
      else if (this.#exchanges === 0 && found?.receipt.outcome !== "claimed")
        this.#end(await this.#endedAs(found?.receipt));
      await timers.wait(LOOK_MS, this.#over.signal);
    }
  }

  async #endedAs(receipt: Receipt | undefined): Promise<TerminalAnswer> {
    const { profileName } = this.#started;
    if (receipt?.outcome === "saved") return readStatus(this.#ports, this.#context.binding, profileName);
    const code = receipt === undefined ? "login-expired" : refusalOfReceipt(receipt);
    return { kind: "refused", code, profileName };
  }

  async #waitForStop(): Promise<void> {
    await this.#context.live.stopped(this.#over.signal);
    if (this.#over.signal.aborted) return;
    const { pending, clock } = this.#ports;
    const { stateDigest, profileName } = this.#started;
    await pending.update((document) => cancelSignIn(document, stateDigest, clock.nowMs()));
    this.#end({ kind: "cancelled", profileNames: [profileName] });
  }

  /** This process alone polls the code: the gateway leaves a terminal's codes to it. */
  async #poll(): Promise<void> {
    const { pending, clock, timers } = this.#ports;
    const { stateDigest } = this.#started;
    const found = signInOf(await pending.read(), this.#context.binding.gateway, stateDigest, clock.nowMs());
    if (found?.kind !== "pending" || found.login.device === undefined) return;
    const login: DeviceSignIn = { ...found.login, device: found.login.device };
    let pace: PollingPace = { intervalMs: login.device.intervalMs };
    let waitMs = pace.intervalMs;
    for (;;) {
      await timers.wait(Math.min(waitMs, Math.max(login.expiresAtMs - clock.nowMs(), 0)), this.#over.signal);
      if (this.#over.signal.aborted) return;
      const polled = await this.#during(() => this.#pollOnce(login, pace));
      if (polled.kind === "over") return;
      ({ pace, waitMs } = polled);
    }
  }

  async #pollOnce(login: DeviceSignIn, pace: PollingPace): Promise<PolledOnce> {
    const ifOtherAccount = this.#ifOtherAccount;
    const polled = await pollSignIn(this.#ports, { login, pace, isAllowed, ifOtherAccount });
    if (polled.kind === "over" && polled.result !== undefined) this.#settle(polled.result);
    return polled;
  }
}

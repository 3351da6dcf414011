/** A terminal in memory: what it printed, and what a test types, brings and stops. */
import type { AnswerBrowser, LiveListener, LiveTerminal, TerminalAnswer } from "../../src/terminal/context.ts";
import type { CallbackPage, Refusal } from "../../src/rules/results.ts";
import { Secret } from "../../src/secret.ts";

export class FakeLive implements LiveTerminal {
  readonly printed: TerminalAnswer[] = [];
  readonly warned: Refusal[] = [];
  readonly timesLeft: number[] = [];
  /** Whether another program has the port. */
  isPortTaken = false;
  isListening = false;
  #answer: AnswerBrowser | undefined;
  #texts: string[] = [];
  #typed = Promise.withResolvers<void>();
  #isInputOver = false;
  readonly #stop = Promise.withResolvers<void>();

  print(answer: TerminalAnswer): void {
    this.printed.push(answer);
  }

  warn(refusal: Refusal): void {
    this.warned.push(refusal);
  }

  showTimeLeft(ms: number): void {
    this.timesLeft.push(ms);
  }

  async listen(answer: AnswerBrowser): Promise<LiveListener | undefined> {
    if (this.isPortTaken) return undefined;
    this.#answer = answer;
    this.isListening = true;
    return { close: async () => void (this.isListening = false) };
  }

  async *texts(over: AbortSignal): AsyncIterable<string> {
    over.addEventListener("abort", () => this.endInput());
    for (;;) {
      yield* this.#texts.splice(0);
      if (this.#isInputOver) return;
      await this.#typed.promise;
      this.#typed = Promise.withResolvers<void>();
    }
  }

  stopped(over: AbortSignal): Promise<void> {
    over.addEventListener("abort", () => this.#stop.resolve());
    return this.#stop.promise;
  }

  // ---- what tests do

  type(text: string): void {
    this.#texts.push(text);
    this.#typed.resolve();
  }

  endInput(): void {
    this.#isInputOver = true;
    this.#typed.resolve();
  }

  pressCtrlC(): void {
    this.#stop.resolve();
  }

  async bring(address: string): Promise<CallbackPage> {
    if (this.#answer === undefined) throw new Error("nothing listens");
    return this.#answer(new Secret(address));
  }
}

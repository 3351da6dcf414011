/** The terminal of a command that stays: it prints, listens, reads on and notices Ctrl-C. */
import type { Timers } from "../actions/ports.ts";
import { textOfBytes } from "../rules/pasted-text.ts";
import type { CallbackPage, Refusal } from "../rules/results.ts";
import type { ListenerParts } from "../loopback/listener.ts";
import type { LiveListener, LiveTerminal, TerminalAnswer } from "./context.ts";
import type { Printed } from "./output.ts";

export interface LiveParts {
  readonly timers: Timers;
  readonly isJson: boolean;
  print(answer: TerminalAnswer): Printed;
  /** For people, also if the answers are JSON. */
  inWords(refusal: Refusal): string;
  timeLeft(ms: number): string;
  listener(): Pick<ListenerParts, "locale" | "port" | "statusCommand">;
}

const MAX_INPUT = 64 * 1024;
/** A pasted text of several lines arrives as several lines. */
const PASTE_MS = 100;
const DONE_PAGE_MS = 3_000;

/** As shells report the end of a program by a signal. */
const STOP_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type StopSignal = keyof typeof STOP_CODES;
const STOP_SIGNALS = Object.keys(STOP_CODES) as readonly StopSignal[];

export class Live implements LiveTerminal {
  /** The exit code of a program that the user stopped. */
  stopCode: number | undefined;
  readonly #parts: LiveParts;
  #shown = "";

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  print(answer: TerminalAnswer): void {
    process.stdout.write(`${this.#parts.print(answer).text}\n`);
  }

  warn(refusal: Refusal): void {
    this.clear();
    process.stderr.write(`${this.#parts.inWords(refusal)}\n`);
  }

  /** Writes over its own line, and only if the text has changed, so that it seldom overwrites what the user types. */
  showTimeLeft(ms: number): void {
    if (this.#parts.isJson || process.stderr.isTTY !== true) return;
    const text = this.#parts.timeLeft(ms);
    if (text === this.#shown) return;
    process.stderr.write(`${ERASE_LINE}${text} `);
    this.#shown = text;
  }

  clear(): void {
    if (this.#shown !== "") process.stderr.write(ERASE_LINE);
    this.#shown = "";
  }

  async listen(answer: Parameters<LiveTerminal["listen"]>[0]): Promise<LiveListener | undefined> {
    const { openListener } = await import("../loopback/listener.ts");
    const { timers, listener } = this.#parts;
    const shown = new AbortController();
    const answers: Promise<CallbackPage>[] = [];
    const opened = await openListener({
      ...listener(),
      answer(callbackUrl) {
        const page = answer(callbackUrl);
        answers.push(page);
        return page;
      },
      onReleased: () => undefined,
      onShown: () => shown.abort(),
    });
    if (opened === undefined) return undefined;
    return {
      async close() {
        const pages = await Promise.all(answers);
        if (pages.some((page) => page !== "unknown" && page !== "later")) await timers.wait(DONE_PAGE_MS, shown.signal);
        opened.close();
      },
    };
  }

  async *texts(over: AbortSignal): AsyncIterable<string> {
    const { stdin } = process;
    over.addEventListener("abort", () => stdin.destroy());
    let chunks: Buffer[] = [];
    try {
      for await (const chunk of stdin as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        const size = chunks.reduce((sum, { length }) => sum + length, 0);
        if (chunk.at(-1) !== LINE_END && size <= MAX_INPUT) continue;
        await this.#parts.timers.wait(PASTE_MS, over);
        for (let more = stdin.read() as Buffer | null; more !== null; more = stdin.read() as Buffer | null)
          chunks.push(more);
        yield textOfBytes(Buffer.concat(chunks));
        chunks = [];
      }
      if (chunks.length > 0) yield textOfBytes(Buffer.concat(chunks));
    } catch (error) {
      // A terminal that went away, or the end of the wait.
      if (!over.aborted) throw error;
    }
  }

  stopped(over: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const listeners = STOP_SIGNALS.map((signal) => {
        const listener = () => {
          this.stopCode = STOP_CODES[signal];
          resolve();
        };
        process.once(signal, listener);
        return { signal, listener };
      });
      over.addEventListener("abort", () => {
        for (const { signal, listener } of listeners) process.off(signal, listener);
        resolve();
      });
    });
  }
}

const ERASE_LINE = "\r\u001B[2K";
const LINE_END = 0x0a;

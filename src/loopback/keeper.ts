/**
 * Keeps one listener for all pending sign-ins of this gateway: open from the start of the first to the end of the last.
 * The copies of the plugin in one process share it.
 */
import { openListener, type Listener, type ListenerParts } from "./listener.ts";

export interface KeeperParts extends Omit<ListenerParts, "onReleased"> {
  /** Returns whether a sign-in of this gateway is pending, and the setting allows the listener. Never rejects. */
  isNeeded(): Promise<boolean>;
}

export interface Timer {
  start(): void;
  stop(): void;
}

/** After an answer, the listener stays open for this many looks: the browser loads the result, and the user may reload it. */
const LOOKS_AFTER_ANSWER = 30;

export class ListenerKeeper {
  readonly #timer: Timer;
  #parts: KeeperParts | undefined;
  #opening: Promise<boolean> | undefined;
  #listener: Listener | undefined;
  #stops = 0;
  #heldRequests = 0;
  #looksLeft = 0;

  /** `createTimer`: runs the task every few seconds between `start` and `stop`. */
  constructor(createTimer: (look: () => Promise<void>) => Timer) {
    this.#timer = createTimer(() => this.#look());
  }

  /** Returns whether it listens. The newest parts serve all sign-ins. */
  async open(parts: KeeperParts): Promise<boolean> {
    this.#parts = parts;
    if (this.#listener !== undefined) return true;
    this.#opening ??= this.#open(parts).finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Frees the port and cuts all requests. */
  stop(): void {
    this.#stops += 1;
    this.#listener?.close(true);
    this.#forget();
  }

  async #open(parts: KeeperParts): Promise<boolean> {
    const stops = this.#stops;
    const current = () => this.#parts ?? parts;
    const listener = await openListener({
      ...parts,
      locale: () => current().locale(),
      answer: (callbackUrl) => this.#hold(() => current().answer(callbackUrl)),
      onReleased: () => this.#forget(),
    });
    if (stops === this.#stops) this.#listener = listener;
    else listener?.close(true);
    if (this.#listener !== undefined) this.#timer.start();
    return this.#listener !== undefined;
  }

  async #hold<Result>(answer: () => Promise<Result>): Promise<Result> {
    this.#heldRequests += 1;
    try {
      return await answer();
    } finally {
      this.#heldRequests -= 1;
      this.#looksLeft = LOOKS_AFTER_ANSWER;
    }
  }

  /** The pending sign-ins are looked at, because a terminal or another gateway can end one too. */
  async #look(): Promise<void> {
    if (this.#heldRequests > 0 || (await this.#parts?.isNeeded()) === true) return;
    if (this.#looksLeft > 0) {
      this.#looksLeft -= 1;
      return;
    }
    this.#listener?.close();
    this.#forget();
  }

  #forget(): void {
    this.#timer.stop();
    this.#listener = undefined;
    this.#looksLeft = 0;
  }
}

/** A mutant that no unit test notices, and why none does. */

/**
 * `same`: no input tells it from the original. `words`: a value that is shown and nothing more. `speed`: the same answer, sooner
 * or later. `elsewhere`: other processes, a real host or a failing disk tell. `open`: a test is missing.
 */
export type Reason = "same" | "words" | "speed" | "elsewhere" | "open";

/** Mutants of one line that live for one reason. */
export interface Survivor {
  /** The first line of what was changed. */
  readonly was: string;
  /** That line as each of them has it. */
  readonly becomes: readonly string[];
  readonly reason: Reason;
  readonly why: string;
}

/** By file. */
export type Survivors = Readonly<Record<string, readonly Survivor[]>>;

/** What a command of the terminal program is given, and what it answers. */
import type { PendingPorts, Ports } from "../actions/ports.ts";
import type { Binding } from "../rules/binding.ts";
import type {
  CallbackPage,
  CancelledSignIns,
  ChangeLog,
  FinishRefusal,
  Inspection,
  NextStep,
  ProfileList,
  RetriedProfile,
  Refusal,
  SavedSignIn,
  SignInStatus,
  StartedSignIn,
  StartedWithCode,
  UndoneChange,
  UsageReport,
} from "../rules/results.ts";
import type { Secret } from "../secret.ts";

export interface TerminalContext {
  /**
   * The agent of the binding is known once `ports` has resolved. Pending sign-ins are shown and cancelled for every
   * agent.
   */
  readonly binding: Binding;
  pendingPorts(): Promise<PendingPorts>;
  ports(): Promise<Ports>;
  readStandardInput(): Promise<string>;
  readonly live: LiveTerminal;
}

export type TerminalAnswer =
  | StartedSignIn
  | { readonly kind: "login"; readonly started: StartedSignIn | StartedWithCode }
  | SavedSignIn
  | UndoneChange
  | SignInStatus
  | CancelledSignIns
  | ProfileList
  | RetriedProfile
  | UsageReport
  | ChangeLog
  | Inspection
  | Refusal
  | (FinishRefusal & { readonly next: NextStep })
  | { readonly kind: "help" }
  | { readonly kind: "version"; readonly version: string };

/** A terminal that prints before the command ends, listens and reads on. */
export interface LiveTerminal {
  print(answer: TerminalAnswer): void;
  /** For a text that was refused while the sign-in stays pending: it is not the result. */
  warn(refusal: Refusal): void;
  /** Returns undefined if another program has the port. */
  listen(answer: AnswerBrowser): Promise<LiveListener | undefined>;
  /** Yields each typed or pasted text, until the input ends or the signal aborts. */
  texts(over: AbortSignal): AsyncIterable<string>;
  /** Resolves once the user stops the program. */
  stopped(over: AbortSignal): Promise<void>;
  showTimeLeft(ms: number): void;
}

export interface LiveListener {
  /** Frees the port, after a browser that finished the sign-in has shown the result. */
  close(): Promise<void>;
}

export type AnswerBrowser = (callbackUrl: Secret) => Promise<CallbackPage>;

/**
 * The error codes, and the rules for errors: they carry a code and no input. The sentence of each code is in
 * `languages/`.
 */
export const ERROR_CODES = [
  "not-allowed",
  "not-private",
  "chat-unsupported",
  "profile-missing",
  "bad-selector",
  "reserved-word",
  "no-pending-login",
  "login-expired",
  "login-cancelled",
  "login-replaced",
  "login-already-used",
  "login-interrupted",
  "login-of-other-profile",
  "too-many-attempts",
  "account-differs",
  "account-has-profile",
  "nothing-parked",
  "profile-of-other-account",
  "pin-missing",
  "pin-other-model",
  "pin-unavailable",
  "retry-not-held",
  "retry-limit-reached",
  "retry-unanswered",
  "revive-not-failed",
  "revive-forgotten",
  "revive-changed",
  "revive-offline",
  "revive-rejected",
  "revive-failed",
  "usage-unknown",

  "callback-empty",
  "callback-too-long",
  "callback-not-found",
  "callback-is-sign-in-link",
  "callback-is-error-page",
  "callback-taken",
  "callback-ambiguous",
  "callback-wrong-redirect",
  "callback-duplicate-parameter",
  "callback-wrong-issuer",
  "state-missing",
  "state-mismatch",
  "code-missing",
  "code-malformed",

  "authorization-denied",
  "authorization-failed",
  "workspace-not-entitled",
  "device-code-refused",
  "device-code-off",
  "device-code-expired",
  "token-rejected",
  "account-refused",
  "client-rejected",
  "region-unsupported",
  "provider-blocked",
  "provider-rate-limited",
  "provider-failed",
  "provider-timeout",
  "provider-unreachable",
  "provider-certificate",
  "proxy-malformed",
  "proxy-socks",
  "proxy-needs-other-node",
  "token-response-invalid",
  "identity-missing",

  "no-status",
  "usage-verb",
  "usage-option",
  "usage-address",
  "usage-address-cut",

  "host-not-found",
  "host-launcher",
  "host-path-invalid",
  "host-path-denied",
  "host-unknown",
  "host-needs-other-node",
  "host-state-folder",
  "host-config-unreadable",
  "store-ambiguous",
  "host-uses-sqlite",
  "auth-path-invalid",

  "store-locked",
  "store-unreadable",
  "store-migration-required",
  "store-import-required",
  "store-write-failed",
  "store-read-only",
  "store-of-other-user",
  "profile-unknown",
  "profile-not-codex",
  "profile-unreadable",
  "agent-unknown",
  "login-of-other-store",
  "undo-missing",
  "undo-changed",
  "undo-unwritable",
  "state-of-other-user",
  "pending-locked",
  "pending-insecure",
  "pending-of-other-user",
  "log-insecure",
  "pending-unwritable",

  "manifest-invalid",
  "config-invalid",
  "host-unsupported",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * An expected failure. It contains no message, URL or body of the error that it replaces, because the host logs thrown
 * errors, and its redactor leaves `state=` and opaque tokens readable.
 */
export class CodexAuthError extends Error {
  override readonly name = "CodexAuthError";
  readonly code: ErrorCode;
  #because: string | undefined;

  constructor(code: ErrorCode) {
    super(`codex-auth: ${code}`);
    this.code = code;
  }

  /** Keeps the name and the code of the other error for the log, and nothing else of it. */
  static replacing(other: unknown, code: ErrorCode): CodexAuthError {
    const error = new CodexAuthError(code);
    error.#because = failureName(other);
    return error;
  }

  /** The name and the code of the error that this one replaces. */
  get because(): string | undefined {
    return this.#because;
  }
}

/**
 * Returns the name and the code of a caught error, which is all that may be logged. A message may contain the input,
 * and a name that was assigned may too, so only names in the form of classes and systems are returned.
 */
export function failureName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  if (error instanceof CodexAuthError) {
    const { name, code, because } = error;
    return because === undefined ? `${name} ${code}` : `${name} ${code}, ${because}`;
  }
  const { name: given, code } = error as { readonly name: unknown; readonly code?: unknown };
  const isPlain = typeof given === "string" && /^[A-Za-z]{0,40}(?:Error|Exception)$/.test(given);
  const name = isPlain ? given : "Error";
  return typeof code === "string" && /^[A-Z][A-Z_]{1,39}$/.test(code) ? `${name} ${code}` : name;
}

/** The name and the code of the error behind the code that a user sees, if there is one. */
export function reasonOf(error: unknown): string | undefined {
  return error instanceof CodexAuthError ? error.because : failureName(error);
}

/** The code that a user sees: our own, or `internal` for any other error. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof CodexAuthError ? error.code : "internal";
}

/** Logs an error that is not passed on. `what` names the step that failed. */
export function logFailure(log: { warn(event: string): void }, what: string, error: unknown): void {
  log.warn(`${what} failed (${failureName(error)})`);
}

interface Fallback<Result> {
  readonly log: { warn(event: string): void };
  /** The step that the work is. */
  readonly what: string;
  readonly fallback: Result;
}

/** Returns the result of the work. If the work fails, logs that and returns `fallback`. */
export async function withFallback<Result>(
  { log, what, fallback }: Fallback<Result>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    logFailure(log, what, error);
    return fallback;
  }
}

/** For a program that has no log. */
export const SILENT_LOG = { info: () => undefined, warn: () => undefined };

/** Throws `code` for every failure of the work. Only name and code of the original error are kept. */
export async function failingAs<Result>(code: ErrorCode, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw CodexAuthError.replacing(error, code);
  }
}

export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** The one list of error codes. The sentences that a user reads for each are in `languages/`. */
export const ERROR_CODES = [
  "not-allowed",
  "not-private",
  "profile-missing",
  "bad-selector",
  "reserved-word",
  "no-pending-login",
  "login-expired",
  "login-cancelled",
  "login-replaced",
  "login-already-used",
  "login-of-other-profile",
  "too-many-attempts",
  "account-differs",
  "account-has-profile",
  "nothing-parked",
  "profile-of-other-account",
  "pin-missing",
  "pin-other-model",
  "pin-unavailable",
  "stale-button",

  "callback-empty",
  "callback-too-long",
  "callback-not-found",
  "callback-is-sign-in-link",
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
  "token-rejected",
  "client-rejected",
  "region-unsupported",
  "provider-blocked",
  "provider-rate-limited",
  "provider-failed",
  "provider-timeout",
  "provider-unreachable",
  "provider-certificate",
  "token-response-invalid",
  "identity-missing",

  "no-status",
  "usage-verb",
  "usage-option",
  "usage-address",

  "host-not-found",
  "host-unknown",
  "host-needs-other-node",
  "host-config-unreadable",
  "store-ambiguous",
  "host-uses-sqlite",
  "auth-path-invalid",

  "store-locked",
  "store-unreadable",
  "store-migration-required",
  "store-write-failed",
  "profile-unknown",
  "profile-not-codex",
  "agent-unknown",
  "login-of-other-store",
  "undo-missing",
  "undo-changed",
  "undo-unwritable",
  "pending-locked",
  "pending-insecure",
  "log-insecure",
  "pending-unwritable",

  "manifest-invalid",
  "config-invalid",
  "host-unsupported",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * An expected failure of this program. It carries the code and nothing of the input: no cause, URL or body, because the
 * host logs what is thrown, and its redactor leaves `state=` and opaque tokens readable.
 */
export class CodexAuthError extends Error {
  override readonly name = "CodexAuthError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode) {
    super(`codex-auth: ${code}`);
    this.code = code;
  }
}

/**
 * The name and the code of a caught error: all that may be logged of it. Its message may hold what was sent, and so may
 * a name that somebody wrote onto it, so only the shapes that classes and systems use are passed on.
 */
export function failureName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  if (error instanceof CodexAuthError) return `${error.name} ${error.code}`;
  const name = /^[A-Za-z]{0,40}(?:Error|Exception)$/.test(error.name) ? error.name : "Error";
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" && /^[A-Z][A-Z_]{1,39}$/.test(code) ? `${name} ${code}` : name;
}

/** Logs an error that is caught and not passed on. `what` says which step failed. */
export function logFailure(log: { warn(event: string): void }, what: string, error: unknown): void {
  log.warn(`${what} failed (${failureName(error)})`);
}

/** Runs the work and throws `code` for every failure of it. The original error is dropped, because it may hold a secret. */
export async function failingAs<Result>(code: ErrorCode, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch {
    throw new CodexAuthError(code);
  }
}

/** Whether it is an error of the file system or the system with that code, such as `ENOENT`. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

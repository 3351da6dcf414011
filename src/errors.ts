/** The one table of error codes. What a person reads for each is in `languages/*-refusals.ts`. */
/** Who has to act: the person, the sign-in server, the host's store, or whoever runs the program. */
export type ErrorCategory = "caller" | "callback" | "provider" | "store" | "program";

interface ErrorFacts {
  readonly category: ErrorCategory;
  /** Whether the same call, unchanged, may succeed later. */
  readonly retryable: boolean;
}

export const ERRORS = {
  "not-allowed": { category: "caller", retryable: false },
  "not-private": { category: "caller", retryable: false },
  "profile-missing": { category: "caller", retryable: false },
  "bad-selector": { category: "caller", retryable: false },
  "reserved-word": { category: "caller", retryable: false },
  "no-pending-login": { category: "caller", retryable: false },
  "login-expired": { category: "caller", retryable: false },
  "login-cancelled": { category: "caller", retryable: false },
  "login-replaced": { category: "caller", retryable: false },
  "login-already-used": { category: "caller", retryable: false },
  "login-of-other-profile": { category: "caller", retryable: false },
  "too-many-attempts": { category: "caller", retryable: false },
  "account-differs": { category: "caller", retryable: false },
  "account-has-profile": { category: "caller", retryable: false },
  "nothing-parked": { category: "caller", retryable: false },
  "profile-of-other-account": { category: "caller", retryable: false },
  "pin-missing": { category: "caller", retryable: false },
  "pin-other-model": { category: "caller", retryable: false },
  "pin-unavailable": { category: "store", retryable: false },
  "stale-button": { category: "caller", retryable: false },

  "callback-empty": { category: "callback", retryable: false },
  "callback-too-long": { category: "callback", retryable: false },
  "callback-not-found": { category: "callback", retryable: false },
  "callback-is-sign-in-link": { category: "callback", retryable: false },
  "callback-taken": { category: "callback", retryable: false },
  "callback-ambiguous": { category: "callback", retryable: false },
  "callback-wrong-redirect": { category: "callback", retryable: false },
  "callback-duplicate-parameter": { category: "callback", retryable: false },
  "callback-wrong-issuer": { category: "callback", retryable: false },
  "state-missing": { category: "callback", retryable: false },
  "state-mismatch": { category: "callback", retryable: false },
  "code-missing": { category: "callback", retryable: false },
  "code-malformed": { category: "callback", retryable: false },

  "authorization-denied": { category: "provider", retryable: false },
  "authorization-failed": { category: "provider", retryable: false },
  "workspace-not-entitled": { category: "provider", retryable: false },
  "token-rejected": { category: "provider", retryable: false },
  "client-rejected": { category: "provider", retryable: false },
  "region-unsupported": { category: "provider", retryable: false },
  "provider-blocked": { category: "provider", retryable: false },
  "provider-rate-limited": { category: "provider", retryable: false },
  "provider-failed": { category: "provider", retryable: false },
  "provider-timeout": { category: "provider", retryable: false },
  "provider-unreachable": { category: "provider", retryable: false },
  "provider-certificate": { category: "provider", retryable: false },
  "token-response-invalid": { category: "provider", retryable: false },
  "identity-missing": { category: "provider", retryable: false },

  "no-status": { category: "caller", retryable: false },
  "usage-verb": { category: "caller", retryable: false },
  "usage-option": { category: "caller", retryable: false },
  "usage-address": { category: "caller", retryable: false },

  "host-not-found": { category: "program", retryable: false },
  "host-unknown": { category: "program", retryable: false },
  "host-needs-other-node": { category: "program", retryable: false },
  "host-config-unreadable": { category: "program", retryable: false },
  "store-ambiguous": { category: "store", retryable: false },
  "host-uses-sqlite": { category: "store", retryable: false },
  "auth-path-invalid": { category: "caller", retryable: false },

  "store-locked": { category: "store", retryable: true },
  "store-unreadable": { category: "store", retryable: false },
  "store-migration-required": { category: "store", retryable: false },
  "store-write-failed": { category: "store", retryable: false },
  "profile-unknown": { category: "caller", retryable: false },
  "profile-not-codex": { category: "caller", retryable: false },
  "agent-unknown": { category: "caller", retryable: false },
  "login-of-other-store": { category: "caller", retryable: false },
  "undo-missing": { category: "store", retryable: false },
  "undo-changed": { category: "store", retryable: false },
  "undo-unwritable": { category: "store", retryable: false },
  "pending-locked": { category: "store", retryable: true },
  "pending-insecure": { category: "store", retryable: false },
  "log-insecure": { category: "store", retryable: false },
  "pending-unwritable": { category: "store", retryable: false },

  "manifest-invalid": { category: "program", retryable: false },
  "config-invalid": { category: "program", retryable: false },
  "host-unsupported": { category: "program", retryable: false },
  internal: { category: "program", retryable: true },
} as const satisfies Record<string, ErrorFacts>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * A broken promise of this program. Carries the code and nothing of the input: no cause, no URL, no body,
 * because the host logs what is thrown and its redactor leaves `state=` and opaque tokens readable.
 */
export class CodexAuthError extends Error {
  override readonly name = "CodexAuthError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode) {
    super(`codex-auth: ${code}`);
    this.code = code;
  }

  get category(): ErrorCategory {
    return ERRORS[this.code].category;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

/** Whatever the work throws is told by this code alone; the rest of it is dropped. */
export async function failingAs<Result>(code: ErrorCode, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch {
    throw new CodexAuthError(code);
  }
}

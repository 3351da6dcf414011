/**
 * Asks OpenAI for the usage of one account: one GET, and the only request to chatgpt.com. The URL is a constant, because
 * the request carries an access token.
 */
import type { Clock, Destination, GuardedFetch, Log, StoredToken } from "../actions/ports.ts";
import { CodexAuthError, logFailure, type ErrorCode } from "../errors.ts";
import { judgeUsageAnswer, type UsageOutcome, type UsageReason } from "../rules/usage.ts";

export interface UsageEndpoint extends Destination {
  readonly url: string;
}

const PATH = "/backend-api/wham/usage";

function endpointAt(origin: string, isSandbox: boolean): UsageEndpoint {
  const url = `${origin}${PATH}`;
  return { url, urls: [url], hostname: new URL(origin).hostname, isSandbox };
}

export const USAGE_ENDPOINT = endpointAt("https://chatgpt.com", false);

/** `origin`: a loopback origin such as `http://127.0.0.1:4000`, which `environment.ts` has checked. */
export const sandboxUsageEndpoint = (origin: string) => endpointAt(origin, true);

export const USAGE_LIMITS = { timeoutMs: 10_000, maxBytes: 256 * 1024 } as const;

export interface UsageConnection {
  readonly endpoint: UsageEndpoint;
  readonly fetch: GuardedFetch;
}

export interface UsageRequestParts {
  /** Called for the first request. May throw. */
  readonly connect: () => UsageConnection;
  /** Of OpenClaw, if it is known. */
  readonly hostVersion: string | undefined;
  readonly clock: Pick<Clock, "nowMs">;
  readonly log: Log;
  /** Returns the user in an access token, if it names one. */
  readonly readUserId: (accessToken: string) => string | undefined;
}

/** Never rejects. */
export type AskUsage = (token: StoredToken, signal: AbortSignal) => Promise<UsageOutcome>;

export function createUsageRequest(parts: UsageRequestParts): AskUsage {
  const { clock, log, readUserId } = parts;
  let connection: UsageConnection | undefined;
  return async (token, signal) => {
    const { chatgptAccountId } = token;
    try {
      const { endpoint, fetch } = (connection ??= parts.connect());
      const answer = await fetch({ url: endpoint.url, method: "GET", headers: headersFor(parts, token), signal });
      const asked = { userId: readUserId(token.access.reveal()), chatgptAccountId };
      return judgeUsageAnswer(answer, asked, clock.nowMs());
    } catch (error) {
      logFailure(log, "asking for the usage of an account", error);
      return { kind: "untold", reason: reasonOf(error) };
    }
  };
}

/** The host's own request has these headers. Without the account OpenAI answers for the user's default workspace. */
function headersFor({ hostVersion = "dev" }: UsageRequestParts, { access, chatgptAccountId }: StoredToken) {
  return {
    Authorization: `Bearer ${access.reveal()}`,
    Accept: "application/json",
    originator: "openclaw",
    "User-Agent": `openclaw/${hostVersion}`,
    ...(chatgptAccountId === undefined ? {} : { "ChatGPT-Account-Id": chatgptAccountId }),
  };
}

const REASONS: Partial<Record<ErrorCode, UsageReason>> = {
  "provider-timeout": "late",
  "token-response-invalid": "unreadable",
};

function reasonOf(error: unknown): UsageReason {
  return (error instanceof CodexAuthError ? REASONS[error.code] : undefined) ?? "unreachable";
}

/** How the fake token endpoint goes wrong: one value of `Misbehaviour` per row, and what it puts on the wire. */
import type { ServerResponse } from "node:http";
import { sendJson } from "../support/loopback.ts";

export type Misbehaviour =
  /** Errors seen on the real server (OAUTH.md 1.4). */
  | "token-exchange-user-error"
  | "token-exchange-user-error-401"
  | "invalid-grant"
  | "invalid-client"
  | "unknown-parameter"
  | "unsupported-country"
  | "cloudflare-403"
  | "empty-error-401"
  | "server-error-500"
  | "unavailable-503-html"
  | { readonly kind: "rate-limited"; readonly retryAfter?: string }
  /** The transport goes wrong. */
  | { readonly kind: "slow"; readonly ms: number }
  /** The answer is sent when the promise resolves. */
  | { readonly kind: "held"; readonly until: Promise<unknown> }
  | "hang"
  | "reset"
  | "huge-body"
  | { readonly kind: "redirect"; readonly location?: string; readonly status?: number }
  /** 200, but not an answer. */
  | "html-200"
  | "malformed-json"
  | "json-array"
  | "wrong-content-type"
  /** 200 and almost right. The grant is spent. */
  | "no-refresh-token"
  | "no-access-token"
  | "no-id-token"
  | "no-token-type"
  | "no-expires-in"
  | { readonly kind: "expires-in"; readonly value: unknown }
  | "opaque-access-token"
  | "no-account-id"
  /** 200 for the right grant, but of another person than the one who approved. */
  | { readonly kind: "other-account"; readonly email: string };

/** The modes that need no more than their name: what the sandbox page offers. */
export const NAMED_MODES = [
  "token-exchange-user-error",
  "unsupported-country",
  "cloudflare-403",
  "server-error-500",
  "hang",
  "reset",
  "huge-body",
  "html-200",
  "no-refresh-token",
  "no-account-id",
] as const satisfies readonly Misbehaviour[];

export type MisbehaviourKind = Misbehaviour extends infer M ? (M extends { kind: infer K } ? K : M) : never;

export function kindOf(mode: Misbehaviour): MisbehaviourKind {
  return typeof mode === "string" ? mode : mode.kind;
}

/** The nested error shape of auth.openai.com, which is not RFC 6749. */
export function sendOpenAiError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  type = "invalid_request_error",
): void {
  sendJson(response, status, { error: { message, type, param: null, code } });
}

const CLOUDFLARE = `<!DOCTYPE html><html lang="en-US"><head><title>auth.openai.com | 403 Forbidden</title></head><body><h1>Sorry, you have been blocked</h1><p>Cloudflare Ray ID: 9f0000000000fake</p></body></html>`;

/** Writes the whole answer for modes that replace it. `false`: this mode only changes a right answer. */
export function sendMisbehaviour(
  response: ServerResponse,
  mode: Misbehaviour,
  count: (bytes: number) => void,
): boolean {
  switch (kindOf(mode)) {
    case "token-exchange-user-error":
      sendOpenAiError(response, 400, "token_exchange_user_error", "Invalid request. Please try again later.");
      return true;
    case "token-exchange-user-error-401":
      sendOpenAiError(response, 401, "token_exchange_user_error", "Invalid request. Please try again later.");
      return true;
    case "invalid-grant":
      sendOpenAiError(response, 400, "invalid_grant", "Invalid authorization code.");
      return true;
    case "invalid-client":
      sendOpenAiError(response, 401, "invalid_client", "Invalid client specified.");
      return true;
    case "unknown-parameter":
      sendOpenAiError(response, 400, "unknown_parameter", "Unknown parameter.");
      return true;
    case "unsupported-country":
      sendOpenAiError(
        response,
        403,
        "unsupported_country_region_territory",
        "Country, region, or territory not supported",
        "request_forbidden",
      );
      return true;
    case "cloudflare-403":
      sendHtml(response, 403, CLOUDFLARE);
      return true;
    case "empty-error-401":
      sendJson(response, 401, { error: {} });
      return true;
    case "server-error-500":
      sendOpenAiError(
        response,
        500,
        "internal_error",
        "The server had an error while processing your request.",
        "server_error",
      );
      return true;
    case "unavailable-503-html":
      sendHtml(response, 503, "<html><body><h1>503 Service Unavailable</h1></body></html>");
      return true;
    case "rate-limited": {
      const retryAfter = typeof mode === "object" && mode.kind === "rate-limited" ? (mode.retryAfter ?? "30") : "30";
      sendJson(
        response,
        429,
        {
          error: { message: "Too many requests.", type: "rate_limit_error", param: null, code: "rate_limit_exceeded" },
        },
        { "retry-after": retryAfter },
      );
      return true;
    }
    case "hang":
      return true;
    case "reset":
      response.socket?.destroy();
      return true;
    case "huge-body":
      void streamUntilClosed(response, count);
      return true;
    case "redirect": {
      const location = typeof mode === "object" && mode.kind === "redirect" ? mode.location : undefined;
      const status = typeof mode === "object" && mode.kind === "redirect" ? mode.status : undefined;
      response.writeHead(status ?? 307, { location: location ?? "https://elsewhere.example/oauth/token" });
      response.end();
      return true;
    }
    case "html-200":
      sendHtml(response, 200, "<html><body>Welcome to ChatGPT</body></html>");
      return true;
    case "malformed-json":
      response.writeHead(200, { "content-type": "application/json" });
      response.end('{"access_token":"eyJ-cut-off');
      return true;
    case "json-array":
      sendJson(response, 200, ["not", "an", "object"]);
      return true;
    default:
      return false;
  }
}

/** Edits a right answer. `jwt` makes an access token from claims; `claims` are those of the right one. */
export function spoil(
  answer: Record<string, unknown>,
  mode: Misbehaviour,
  claims: Record<string, unknown>,
  jwt: (claims: Record<string, unknown>) => string,
): Record<string, unknown> {
  const without = (field: string): Record<string, unknown> =>
    Object.fromEntries(Object.entries(answer).filter(([key]) => key !== field));
  switch (kindOf(mode)) {
    case "no-refresh-token":
      return without("refresh_token");
    case "no-access-token":
      return without("access_token");
    case "no-id-token":
      return without("id_token");
    case "no-token-type":
      return without("token_type");
    case "no-expires-in":
      return without("expires_in");
    case "expires-in":
      return { ...answer, expires_in: (mode as { value: unknown }).value };
    case "opaque-access-token":
      return { ...answer, access_token: `opaque-${crypto.randomUUID()}-${crypto.randomUUID()}` };
    case "no-account-id": {
      const auth = { ...(claims["https://api.openai.com/auth"] as Record<string, unknown>) };
      delete auth.chatgpt_account_id;
      return { ...answer, access_token: jwt({ ...claims, "https://api.openai.com/auth": auth }) };
    }
    default:
      return answer;
  }
}

function sendHtml(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=UTF-8" });
  response.end(html);
}

/** Sends a JSON string that never closes, until the reader hangs up or 64 MiB are gone. */
async function streamUntilClosed(response: ServerResponse, count: (bytes: number) => void): Promise<void> {
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"access_token":"');
  const chunk = "A".repeat(64 * 1024);
  const closed = new Promise<void>((resolve) => response.once("close", resolve));
  for (let sent = 0; sent < 64 * 1024 * 1024 && !response.destroyed; sent += chunk.length) {
    count(chunk.length);
    if (!response.write(chunk))
      await Promise.race([closed, new Promise<void>((resolve) => response.once("drain", resolve))]);
  }
  response.destroy();
}

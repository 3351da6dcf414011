/**
 * Asks for a device code, and asks whether it was approved. The roles are those of RFC 8628, but the bodies are JSON
 * with OpenAI's own names, and a code that nobody approved yet is answered with 403.
 */
import * as z from "zod/mini";
import type { DeviceCodeRefusal, DeviceCodeResult, DevicePoll, GuardedFetch, PollingPace } from "../actions/ports.ts";
import { CodexAuthError, reasonOf } from "../errors.ts";
import { isPage, parseJson, type HttpAnswer } from "../rules/parse.ts";
import { Secret } from "../secret.ts";
import { CLIENT_ID, DEVICE_REDIRECT_URI, ORIGINATOR, type Endpoints } from "./endpoints.ts";
import { REFUSAL_BY_SERVER_CODE, retryAfterOf, serverCodeOf } from "./token.ts";

/** The names that OpenClaw's own login sends. The protection before the server blocks some clients without one. */
const HEADERS = { "Content-Type": "application/json", originator: ORIGINATOR, "User-Agent": ORIGINATOR };

const DEFAULT_INTERVAL_SECONDS = 5;
const MAX_INTERVAL_SECONDS = 60;
const BLOCKED_WAIT_MS = 60_000;
const MAX_RETRY_AFTER_SECONDS = 300;
/** After `slow_down`, all later polls wait this much longer (RFC 8628 section 3.5). */
const SLOW_DOWN_MS = 5_000;
/** This many useless answers in a row end a sign-in. */
const MAX_IN_A_ROW = 3;

/** Printable and without spaces. The user code is shown in a code span, which a backtick would end. */
const secretText = (maxLength: number) => z.string().check(z.maxLength(maxLength), z.regex(/^[\x21-\x5f\x61-\x7e]+$/));
const userCode = secretText(64);
const seconds = z.union([z.number(), z.pipe(z.string().check(z.regex(/^\d{1,5}$/)), z.transform(Number))]);
const time = z.pipe(z.string(), z.coerce.date());

const codeFields = z.object({
  device_auth_id: secretText(512),
  user_code: z.optional(userCode),
  usercode: z.optional(userCode),
  interval: z.catch(seconds, DEFAULT_INTERVAL_SECONDS),
  expires_at: z.catch(z.optional(time), undefined),
});

const approvedFields = z.object({ authorization_code: secretText(4096), code_verifier: secretText(512) });

function post(url: string, fetch: GuardedFetch, fields: Readonly<Record<string, string>>): Promise<HttpAnswer> {
  return fetch({ url, method: "POST", headers: HEADERS, body: JSON.stringify(fields) });
}

export async function requestDeviceCode(endpoints: Endpoints, fetch: GuardedFetch): Promise<DeviceCodeResult> {
  try {
    return judgeDeviceCode(await post(endpoints.deviceCode, fetch, { client_id: CLIENT_ID }), endpoints.devicePage);
  } catch (error) {
    return { kind: "refused", code: transportCodeOf(error), because: reasonOf(error) };
  }
}

const NETWORK_CODES = ["provider-timeout", "provider-unreachable", "provider-certificate"] as const;

function transportCodeOf(error: unknown) {
  const code = error instanceof CodexAuthError ? error.code : undefined;
  return NETWORK_CODES.find((one) => one === code) ?? "token-response-invalid";
}

const refused = (code: DeviceCodeRefusal) => ({ kind: "refused", code }) as const;

export function judgeDeviceCode({ status, headers, body }: HttpAnswer, verificationUri: string): DeviceCodeResult {
  if (isPage({ headers, body })) return refused("provider-blocked");
  const serverCode = serverCodeOf(body);
  if (serverCode === "unsupported_country_region_territory") return refused("region-unsupported");
  if (status === 429) return { ...refused("provider-rate-limited"), retryAfterSeconds: retryAfterOf(headers) };
  if (status >= 500) return refused("provider-failed");
  if (status !== 200) return refused("device-code-refused");
  const fields = codeFields.safeParse(parseJson(body));
  const code = fields.data?.user_code ?? fields.data?.usercode;
  if (!fields.success || code === undefined) return refused("token-response-invalid");
  const { device_auth_id, interval, expires_at } = fields.data;
  return {
    kind: "issued",
    verificationUri,
    deviceAuthId: new Secret(device_auth_id),
    userCode: new Secret(code),
    // A longer interval than the server's is always allowed, and keeps a sign-in to 180 polls.
    intervalMs: Math.min(Math.max(interval, DEFAULT_INTERVAL_SECONDS), MAX_INTERVAL_SECONDS) * 1000,
    expiresAtMs: expires_at?.getTime(),
  };
}

export async function pollDevice(
  endpoints: Endpoints,
  fetch: GuardedFetch,
  { deviceAuthId, userCode: code }: { readonly deviceAuthId: Secret; readonly userCode: Secret },
  pace: PollingPace,
): Promise<DevicePoll> {
  try {
    const fields = { device_auth_id: deviceAuthId.reveal(), user_code: code.reveal() };
    return judgePoll(await post(endpoints.devicePoll, fetch, fields), pace);
  } catch (error) {
    return transportCodeOf(error) === "token-response-invalid" ? rejected(pace, "client-rejected") : unanswered(pace);
  }
}

/**
 * Decides by status, headers and body, because a 403 can mean that nobody approved yet, a page of the protection before
 * the server, or a country that it does not serve.
 */
export function judgePoll({ status, headers, body }: HttpAnswer, pace: PollingPace): DevicePoll {
  if (isPage({ headers, body })) return blocked(pace);
  if (status === 200) return judgeApproval(body);
  const serverCode = serverCodeOf(body) ?? "";
  const ended = endOf(serverCode);
  if (ended !== undefined) return { kind: "ended", code: ended };
  if (status === 429 || serverCode === "slow_down") return slower(headers, pace);
  if (status >= 500) return unanswered(pace);
  if (PENDING_STATUSES.has(status) || PENDING_CODES.has(serverCode)) return pending(pace);
  // This code is unknown, so only the status can be judged.
  const isAccount = serverCode !== "" && (status === 401 || status === 402);
  return rejected(pace, isAccount ? "account-refused" : "client-rejected");
}

function judgeApproval(body: string): DevicePoll {
  const fields = approvedFields.safeParse(parseJson(body));
  if (!fields.success) return { kind: "ended", code: "token-response-invalid" };
  const { authorization_code, code_verifier } = fields.data;
  const [code, codeVerifier] = [new Secret(authorization_code), new Secret(code_verifier)];
  return { kind: "approved", grant: { code, codeVerifier, redirectUri: DEVICE_REDIRECT_URI } };
}

type Ended = Extract<DevicePoll, { kind: "ended" }>["code"];

const ENDS: ReadonlyMap<string, Ended> = new Map<string, Ended>([
  ["unsupported_country_region_territory", "region-unsupported"],
  ["access_denied", "authorization-denied"],
  ["authorization_declined", "authorization-denied"],
  ["expired_token", "device-code-expired"],
  ["deviceauth_expired", "device-code-expired"],
]);

function endOf(serverCode: string): Ended | undefined {
  const known = ENDS.get(serverCode);
  if (known !== undefined) return known;
  if (REFUSAL_BY_SERVER_CODE.get(serverCode) === "account-refused") return "account-refused";
  return /disabled|not_enabled/.test(serverCode) ? "device-code-off" : undefined;
}

/**
 * As in OpenClaw and the Codex CLI, these mean that nobody approved yet, unless the body has a code that ends the sign-in.
 */
const PENDING_STATUSES: ReadonlySet<number> = new Set([202, 204, 403, 404]);
const PENDING_CODES: ReadonlySet<string> = new Set([
  "deviceauth_authorization_pending",
  "deviceauth_authorization_unknown",
  "authorization_pending",
]);

const waiting = (waitMs: number, pace: PollingPace): DevicePoll => ({ kind: "waiting", waitMs, pace });

function pending({ intervalMs }: PollingPace): DevicePoll {
  return waiting(intervalMs, { intervalMs });
}

function slower(headers: HttpAnswer["headers"], pace: PollingPace): DevicePoll {
  const intervalMs = pace.intervalMs + SLOW_DOWN_MS;
  const retryAfterMs = Math.min(retryAfterOf(headers) ?? 0, MAX_RETRY_AFTER_SECONDS) * 1000;
  return waiting(Math.max(retryAfterMs, intervalMs), { intervalMs });
}

function blocked({ intervalMs, blocked: before = 0 }: PollingPace): DevicePoll {
  const times = before + 1;
  if (times >= MAX_IN_A_ROW) return { kind: "ended", code: "provider-blocked" };
  return waiting(Math.max(BLOCKED_WAIT_MS, intervalMs), { intervalMs, blocked: times });
}

function rejected({ intervalMs, rejected: before = 0 }: PollingPace, code: Ended): DevicePoll {
  const times = before + 1;
  if (times >= MAX_IN_A_ROW) return { kind: "ended", code };
  return waiting(intervalMs, { intervalMs, rejected: times });
}

const FIRST_BACKOFF_MS = 5_000;
const LONGEST_BACKOFF_MS = 60_000;

/** RFC 8628 section 3.5 requires a client to poll less often after a timeout. Only its expiry ends such a sign-in. */
function unanswered({ intervalMs, unanswered: before = 0 }: PollingPace): DevicePoll {
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** before, LONGEST_BACKOFF_MS);
  return waiting(Math.max(backoffMs, intervalMs), { intervalMs, unanswered: before + 1 });
}

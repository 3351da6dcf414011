/** chatgpt.com/backend-api/wham/usage: tells each account its own usage, unless a test scripts another answer. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../support/loopback.ts";
import type { FakeAccount } from "./sign-in-accounts.ts";

export const USAGE_PATH = "/backend-api/wham/usage";

export interface UsageRequest {
  readonly method: string;
  readonly token: string;
  readonly account: FakeAccount | undefined;
  readonly accountId: string | undefined;
  readonly userAgent: string;
}

/** `held`: no answer before `until`. */
export type UsageScript =
  | { readonly kind: "used"; readonly windows: readonly UsedWindow[]; readonly extra?: object }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: "held"; readonly until: Promise<void>; readonly next: UsageScript };

export interface UsedWindow {
  readonly seconds: number;
  readonly usedPercent: number;
  readonly resetAfterSeconds: number;
}

export const FIVE_HOURS = 18_000;
export const WEEK = 604_800;

const UNUSED: UsageScript = {
  kind: "used",
  windows: [
    { seconds: FIVE_HOURS, usedPercent: 7, resetAfterSeconds: 16_140 },
    { seconds: WEEK, usedPercent: 32, resetAfterSeconds: 507_780 },
  ],
};

export class UsageEndpoint {
  readonly requests: UsageRequest[] = [];
  readonly #scripts = new Map<string, UsageScript>();
  readonly #ownerOf: (accessToken: string) => FakeAccount | undefined;

  constructor(ownerOf: (accessToken: string) => FakeAccount | undefined) {
    this.#ownerOf = ownerOf;
  }

  /** From now on this account gets that answer. */
  script({ email }: FakeAccount, script: UsageScript): void {
    this.#scripts.set(email, script);
  }

  readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const token = (request.headers.authorization ?? "").replace(/^Bearer /u, "");
    const account = this.#ownerOf(token);
    const accountId = request.headers["chatgpt-account-id"];
    this.requests.push({
      method: request.method ?? "",
      token,
      account,
      accountId: typeof accountId === "string" ? accountId : undefined,
      userAgent: request.headers["user-agent"] ?? "",
    });
    if (request.method !== "GET") return sendJson(response, 405, { detail: "Method Not Allowed" });
    if (account === undefined) return sendJson(response, 401, { detail: "Unauthorized" });
    await answer(response, account, this.#scripts.get(account.email) ?? UNUSED);
  };
}

async function answer(response: ServerResponse, account: FakeAccount, script: UsageScript): Promise<void> {
  switch (script.kind) {
    case "used":
      return sendJson(response, 200, { ...bodyFor(account, script.windows), ...script.extra });
    case "status":
      response.writeHead(script.status, script.headers);
      response.end(script.body ?? "");
      return;
    case "held":
      await script.until;
      return answer(response, account, script.next);
  }
}

function bodyFor(account: FakeAccount, windows: readonly UsedWindow[]): object {
  const [primary = null, secondary = null] = windows.map(({ seconds, usedPercent, resetAfterSeconds }) => ({
    used_percent: usedPercent,
    limit_window_seconds: seconds,
    reset_after_seconds: resetAfterSeconds,
    reset_at: Math.floor(Date.now() / 1000) + resetAfterSeconds,
  }));
  const isReached = windows.some(({ usedPercent }) => usedPercent >= 100);
  return {
    user_id: account.userId,
    account_id: account.userId,
    email: account.email,
    plan_type: account.plan,
    rate_limit: {
      allowed: !isReached,
      limit_reached: isReached,
      primary_window: primary,
      secondary_window: secondary,
    },
    code_review_rate_limit: null,
    additional_rate_limits: null,
    credits: { has_credits: false, unlimited: false, overage_limit_reached: false, balance: "0" },
    spend_control: null,
    rate_limit_reached_type: null,
    rate_limit_reset_credits: { available_count: 0, applicable_available_count: 0 },
  };
}

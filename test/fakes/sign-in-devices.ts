/**
 * Device codes of the fake sign-in server: their life, and the page on which a person types one. The bodies of a pending
 * and an approved code are those of a log of the real server; those of a denied and an expired one are not known, and
 * have the names of RFC 8628.
 */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { sendJson } from "../support/loopback.ts";
import { CLIENT_ID, type FakeAccount } from "./sign-in-accounts.ts";
import { sendOpenAiError } from "./sign-in-misbehaviour.ts";
import { devicePage, escapeHtml, page } from "./sign-in-pages.ts";

const LIFETIME_MS = 15 * 60_000;

export interface DeviceSettings {
  /**
   * `off`: codes are issued, and only the page says that they are turned off. `refused`: no code is issued, as on a server
   * without device codes.
   */
  mode: "on" | "off" | "refused";
  /** As the server writes it: in seconds, as text or as a number, or not at all. */
  interval: string | number | undefined;
  userCodeKey: "user_code" | "usercode";
}

interface Device {
  readonly deviceAuthId: string;
  readonly userCode: string;
  readonly expiresAtMs: number;
  lastPollMs: number;
  state: "pending" | "denied" | "expired" | "spent" | { readonly code: string; readonly codeVerifier: string };
}

/** Registers an authorization code for an account; gives the code. */
type Grant = (account: FakeAccount, codeChallenge: string) => string;

export class DeviceCodes {
  readonly settings: DeviceSettings = { mode: "on", interval: "5", userCodeKey: "user_code" };
  /** Polls that came before the interval was over. Each is answered with `slow_down`. */
  earlyPolls = 0;
  readonly #devices: Device[] = [];
  readonly #grant: Grant;

  constructor(grant: Grant) {
    this.#grant = grant;
  }

  // ---- what tests do

  /** The person types the code, signs in and agrees. Throws where they would see an error page. */
  approve(userCode: string, account: FakeAccount): void {
    const device = this.#pending(userCode);
    if (device === undefined) throw new Error("the page says: unknown code");
    if (this.settings.mode === "off") throw new Error("the page says: codes are turned off");
    const codeVerifier = randomBytes(32).toString("base64url");
    const codeChallenge = createHash("sha256").update(codeVerifier).digest("base64url");
    device.state = { code: this.#grant(account, codeChallenge), codeVerifier };
  }

  deny(userCode: string): void {
    this.#end(userCode, "denied");
  }

  expire(userCode: string): void {
    this.#end(userCode, "expired");
  }

  /** Every device id and user code that was issued, for searching places they must not be. */
  secrets(): string[] {
    return this.#devices.flatMap(({ deviceAuthId, userCode }) => [deviceAuthId, userCode]);
  }

  /** The codes of all devices, the newest last. */
  userCodes(): string[] {
    return this.#devices.map(({ userCode }) => userCode);
  }

  #pending(userCode: string): Device | undefined {
    return this.#devices.find((device) => device.userCode === userCode && device.state === "pending");
  }

  #end(userCode: string, state: "denied" | "expired"): void {
    const device = this.#pending(userCode);
    if (device === undefined) throw new Error("no such code is pending");
    device.state = state;
  }

  // ---- the wire

  issue(fields: ReadonlyMap<string, string>, response: ServerResponse): void {
    if (this.settings.mode === "refused") return sendOpenAiError(response, 404, "not_found", "Not found.");
    if (fields.get("client_id") !== CLIENT_ID || fields.size !== 1)
      return sendOpenAiError(response, 400, "invalid_client", "Invalid client specified.");
    const device: Device = {
      deviceAuthId: `deviceauth_${randomUUID()}`,
      userCode: `${letters(4)}-${letters(5)}`,
      expiresAtMs: Date.now() + LIFETIME_MS,
      lastPollMs: 0,
      state: "pending",
    };
    this.#devices.push(device);
    sendJson(response, 200, {
      device_auth_id: device.deviceAuthId,
      [this.settings.userCodeKey]: device.userCode,
      interval: this.settings.interval,
      expires_at: new Date(device.expiresAtMs).toISOString().replace("Z", "000+00:00"),
    });
  }

  poll(fields: ReadonlyMap<string, string>, response: ServerResponse): void {
    const isMeant = (one: Device) => one.deviceAuthId === fields.get("device_auth_id");
    const device = this.#devices.find(isMeant);
    if (device === undefined || device.userCode !== fields.get("user_code") || device.state === "spent")
      return refuse(response, 403, "deviceauth_authorization_unknown", "Device authorization is unknown.");
    const sinceMs = Date.now() - device.lastPollMs;
    device.lastPollMs = Date.now();
    if (sinceMs < Number(this.settings.interval ?? 5) * 1000) {
      this.earlyPolls += 1;
      return refuse(response, 400, "slow_down", "Slow down.");
    }
    if (device.state === "denied") return refuse(response, 403, "access_denied", "The person declined.");
    if (device.state === "expired" || device.expiresAtMs < Date.now())
      return refuse(response, 403, "expired_token", "Device authorization has expired.");
    if (device.state === "pending")
      return refuse(
        response,
        403,
        "deviceauth_authorization_pending",
        "Device authorization is pending. Please try again.",
      );
    const { code, codeVerifier } = device.state;
    device.state = "spent";
    sendJson(response, 200, {
      status: "success",
      user_code: device.userCode,
      user_code_expiration: new Date(device.expiresAtMs).toISOString(),
      authorization_code: code,
      code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
      code_verifier: codeVerifier,
    });
  }

  /** The page before and after the person has sent it. */
  page(sent: ReadonlyMap<string, string> | undefined, accounts: readonly FakeAccount[]): string {
    const userCode = (sent?.get("user_code") ?? "").trim().toUpperCase();
    if (sent === undefined) return devicePage(accounts);
    const account = accounts[Number(sent.get("account"))];
    if (this.#pending(userCode) === undefined) return devicePage(accounts, "This code is not known, or it has ended.");
    if (this.settings.mode === "off")
      return devicePage(
        accounts,
        "Enable device code authorization for Codex in ChatGPT Security Settings, then run “codex login --device-auth” again.",
      );
    if (account === undefined || sent.has("deny")) this.deny(userCode);
    else this.approve(userCode, account);
    const result = account === undefined ? "You declined." : `You signed in as ${account.email}.`;
    return page("Done (test server)", `<h1>${escapeHtml(result)}</h1><p>You can close this page.</p>`);
  }
}

/** Without letters and digits that look alike. */
function letters(count: number): string {
  const alphabet = "BCDFGHJKLMNPQRSTVWXZ23456789";
  return Array.from(randomBytes(count), (byte) => alphabet[byte % alphabet.length]).join("");
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  sendOpenAiError(response, status, code, message);
}

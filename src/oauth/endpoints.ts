/**
 * The only URLs of a sign-in. They are constants: if chat, config or a server's answer could set them, a code could
 * be sent to an attacker.
 */
import type { Destination } from "../actions/ports.ts";

/**
 * Registered with OpenAI as this exact string. Both requests send it, even if a callback URL with another spelling
 * was pasted.
 */
export const REDIRECT_URI = "http://localhost:1455/auth/callback";
/** Registered for device codes. Nobody opens it: the server hands the code to the poll (openai/codex device_code_auth.rs). */
export const DEVICE_REDIRECT_URI = "https://auth.openai.com/deviceauth/callback";
export const CLIENT_ID = "app_EMoamEEZ73f0CkXaXp7hrann";
export const SCOPE = "openid profile email offline_access";
/** The server checks it against a list after the user has signed in, and shows an error page for any other name. */
export const ORIGINATOR = "openclaw";

export interface Endpoints extends Destination {
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  /** Issues a device code (RFC 8628 section 3.1, with OpenAI's own names). */
  readonly deviceCode: string;
  /** Answers whether a device code was approved. */
  readonly devicePoll: string;
  /** The page on which the user types a device code. It is shown and never requested. */
  readonly devicePage: string;
}

export const OPENAI: Endpoints = {
  issuer: "https://auth.openai.com",
  authorization: "https://auth.openai.com/oauth/authorize",
  token: "https://auth.openai.com/oauth/token",
  deviceCode: "https://auth.openai.com/api/accounts/deviceauth/usercode",
  devicePoll: "https://auth.openai.com/api/accounts/deviceauth/token",
  devicePage: "https://auth.openai.com/codex/device",
  hostname: "auth.openai.com",
  urls: [
    "https://auth.openai.com/oauth/token",
    "https://auth.openai.com/api/accounts/deviceauth/usercode",
    "https://auth.openai.com/api/accounts/deviceauth/token",
  ],
  isSandbox: false,
};

/** Of every request to the sign-in server. */
export const TOKEN_LIMITS = { timeoutMs: 30_000, maxBytes: 1024 * 1024 } as const;

/** Of a look whether that server answers. */
export const LOOK_LIMITS = { timeoutMs: 5_000, maxBytes: 1024 * 1024 } as const;

/** The same server, and only the page that a look may ask for. */
export const lookAt = ({ hostname, isSandbox, authorization }: Endpoints): Destination => ({
  hostname,
  isSandbox,
  urls: [authorization],
});

/** `origin`: a loopback origin such as `http://127.0.0.1:4000`, which `environment.ts` has checked. */
export function sandboxEndpoints(origin: string): Endpoints {
  return {
    issuer: OPENAI.issuer,
    authorization: `${origin}/oauth/authorize`,
    token: `${origin}/oauth/token`,
    deviceCode: `${origin}/api/accounts/deviceauth/usercode`,
    devicePoll: `${origin}/api/accounts/deviceauth/token`,
    devicePage: `${origin}/codex/device`,
    hostname: new URL(origin).hostname,
    urls: [
      `${origin}/oauth/token`,
      `${origin}/api/accounts/deviceauth/usercode`,
      `${origin}/api/accounts/deviceauth/token`,
    ],
    isSandbox: true,
  };
}

/** The only URLs that a sign-in uses. They are constants, and never come from chat, config or a server's answer. */

/** Registered with OpenAI as this exact string. Both requests send it, whichever callback URL was pasted. */
export const REDIRECT_URI = "http://localhost:1455/auth/callback";
export const CLIENT_ID = "app_EMoamEEZ73f0CkXaXp7hrann";
export const SCOPE = "openid profile email offline_access";
/** The server checks it against a list after the user has signed in. An invented name ends in an error page. */
export const ORIGINATOR = "openclaw";

export interface Endpoints {
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  /** The one host the token request may reach. */
  readonly hostname: string;
  /** Whether this is the sandbox on a loopback address. Every screen says so. */
  readonly isSandbox: boolean;
}

export const OPENAI: Endpoints = {
  issuer: "https://auth.openai.com",
  authorization: "https://auth.openai.com/oauth/authorize",
  token: "https://auth.openai.com/oauth/token",
  hostname: "auth.openai.com",
  isSandbox: false,
};

/** The same paths on a loopback origin such as `http://127.0.0.1:4000`, which `environment.ts` has checked. */
export function sandboxEndpoints(origin: string): Endpoints {
  return {
    issuer: OPENAI.issuer,
    authorization: `${origin}/oauth/authorize`,
    token: `${origin}/oauth/token`,
    hostname: new URL(origin).hostname,
    isSandbox: true,
  };
}

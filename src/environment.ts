/** The only reader of `process.env`. */
import { CodexAuthError } from "./errors.ts";

/** Names a loopback stand-in for the sign-in server, for demos and tests. Nothing else can change where a sign-in goes. */
export const SANDBOX_VARIABLE = "CODEX_AUTH_SANDBOX";

const LOOPBACK_ORIGIN = /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost):([1-9]\d{0,4})$/;

/**
 * The sandbox origin, or undefined when none is asked for. Throws `config-invalid` for any other address: to go on
 * with the real server, or with that address, would both be something nobody asked for.
 */
export function readSandboxOrigin(): string | undefined {
  const origin = process.env[SANDBOX_VARIABLE];
  if (origin === undefined || origin === "") return undefined;
  const port = LOOPBACK_ORIGIN.exec(origin)?.[1];
  if (port === undefined || Number(port) > 65_535) throw new CodexAuthError("config-invalid");
  return origin;
}

/** Turns whatever a port threw into a refusal: our own codes as they are, anything else as `internal`. */
import { CodexAuthError } from "../errors.ts";
import type { Refusal } from "../flow/answers.ts";
import type { Log } from "./ports.ts";

export function refusalOf(error: unknown, log: Log): Refusal {
  const code = error instanceof CodexAuthError ? error.code : "internal";
  log.warn(code === "internal" ? `internal error (${kindOf(error)})` : code);
  return { kind: "refused", code };
}

/** The name of a foreign error's class tells where to look; its message, and a name made up by hand, may hold anything. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : "Error";
}

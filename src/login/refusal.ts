/** Turns whatever a port threw into a refusal: our own codes as they are, anything else as `internal`. */
import { CodexAuthError } from "../errors.ts";
import type { Refusal } from "../flow/answers.ts";
import type { Log } from "./ports.ts";

export function refusalOf(error: unknown, log: Log): Refusal {
  const code = error instanceof CodexAuthError ? error.code : "internal";
  // The name of a foreign error's class tells where to look; its message may hold what was pasted.
  log.warn(code === "internal" ? `internal error (${error instanceof Error ? error.name : typeof error})` : code);
  return { kind: "refused", code };
}

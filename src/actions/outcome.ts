/**
 * Turns an error of a port into a refusal: our own codes as they are, anything else as `internal`. The error itself
 * is logged and dropped.
 */
import { codeOf, logFailure, reasonOf, type ErrorCode } from "../errors.ts";
import type { Binding } from "../rules/binding.ts";
import { type Refusal, actorOf, withoutEmail, type AuditedAction } from "../rules/results.ts";
import type { Log, Ports } from "./ports.ts";

export function refusalOf(error: unknown, log: Log): Refusal {
  const code = codeOf(error);
  log.warn(lineOf(code, reasonOf(error)));
  return { kind: "refused", code };
}

/** Builds the refusals of an action on one profile. */
export const refusing = (profileName: string) => (code: ErrorCode) => ({ kind: "refused", code, profileName }) as const;

export function lineOf(code: ErrorCode, reason: string | undefined): string {
  const what = code === "internal" ? "internal error" : code;
  return reason === undefined ? what : `${what} (${reason})`;
}

export interface Done {
  readonly binding: Binding;
  readonly action: AuditedAction;
  readonly profileName: string;
  readonly outcome: "done" | ErrorCode;
}

/** Writes one line into the audit log. Never throws: a failure is logged, and the change stays done. */
export async function audited(ports: Pick<Ports, "audit" | "clock" | "log">, done: Done): Promise<void> {
  const { binding, action, profileName, outcome } = done;
  try {
    await ports.audit.note({
      atMs: ports.clock.nowMs(),
      who: actorOf(binding),
      action,
      profileName: withoutEmail(profileName),
      outcome,
    });
  } catch (error) {
    logFailure(ports.log, "writing the audit log", error);
  }
}

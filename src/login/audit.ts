/** Notes what was done. A log that cannot be written changes nothing of what was. */
import { actorOf, withoutEmail, type AuditedAction } from "../flow/audit-entry.ts";
import type { LoginBinding } from "../flow/binding.ts";
import type { ErrorCode } from "../errors.ts";
import type { LoginPorts } from "./ports.ts";

export interface Done {
  readonly binding: LoginBinding;
  readonly action: AuditedAction;
  readonly profileName: string;
  readonly outcome: "done" | ErrorCode;
}

/** Never throws. */
export async function audited(ports: Pick<LoginPorts, "audit" | "clock" | "log">, done: Done): Promise<void> {
  const { binding, action, profileName, outcome } = done;
  try {
    await ports.audit.note({
      atMs: ports.clock.nowMs(),
      who: actorOf(binding),
      action,
      profileName: withoutEmail(profileName),
      outcome,
    });
  } catch {
    ports.log.warn("the audit log could not be written");
  }
}

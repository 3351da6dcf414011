/** What was done here, when, by whom: one line of the audit log. No secret and no e-mail address gets into one. */
import type { ErrorCode } from "../errors.ts";
import type { LoginBinding } from "./binding.ts";

export const AUDITED_ACTIONS = ["sign-in", "sign-out", "prefer", "undo", "use", "unuse"] as const;
export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

export interface AuditEntry {
  /** Unix time in milliseconds. */
  readonly atMs: number;
  /** `telegram:4242001`; `webchat` and `terminal` have one operator and no ids. */
  readonly who: string;
  readonly action: AuditedAction;
  readonly profileName: string;
  readonly outcome: "done" | ErrorCode;
}

/** A person as the audit log names them. */
export function actorOf({ channel, senderId }: LoginBinding): string {
  return senderId === "" ? channel : `${channel}:${senderId}`;
}

/** A profile may be named after an e-mail address: enough of it is left to tell two apart. */
export function withoutEmail(name: string): string {
  return name.replaceAll(/([^\s@])\S*@([^\s@]+)/g, "$1…@$2");
}

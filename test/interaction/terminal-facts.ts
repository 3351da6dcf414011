/** Each answer of the terminal once, in each of its shapes. */
import type { InvalidArgument, NextStep } from "../../src/rules/results.ts";
import { AUDITED_ACTIONS } from "../../src/rules/stored-records.ts";
import type { TerminalAnswer } from "../../src/terminal/context.ts";
import { HEALTHS } from "../support/english.ts";
import { ERROR_CODES, listed, listOf, NOW_MS, SAVED, started, UNDONE, USAGE_REPORTS, withCode } from "./facts.ts";

export interface NamedAnswer {
  readonly kind: string;
  readonly answer: TerminalAnswer;
  readonly queueApply?: boolean;
}

const WAITING = { profileName: "my team", expiresInMs: 14 * 60_000 };
const LAST_SAVED = { profileName: "work", profileId: "openai:work", agoMs: 90_400, activation: "restart" } as const;

const INVALID: readonly InvalidArgument[] = [
  { kind: "option", name: "--force" },
  { kind: "needs-value", name: "--agent" },
  { kind: "takes-no-value", name: "--json" },
  { kind: "value", name: "--agent" },
  { kind: "word", name: "home" },
  { kind: "place", place: 3 },
  { kind: "profile" },
];

const refusedFinish = (facts: { readonly profileName?: string; readonly next: NextStep }): TerminalAnswer => ({
  kind: "refused",
  code: "login-expired",
  isOver: false,
  ...facts,
});

export function terminalAnswers(): readonly NamedAnswer[] {
  return [
    { kind: "start", answer: started() },
    { kind: "start, stand-in", answer: started({ isDefaultFallback: true }) },
    { kind: "saved", answer: { ...SAVED, email: "a@b.example", plan: "plus", isUndoable: true } },
    { kind: "saved, though a restart was allowed", answer: SAVED, queueApply: true },
    { kind: "saved, restarted", answer: { ...SAVED, activation: "restarted" }, queueApply: true },
    { kind: "saved, not in force", answer: { ...SAVED, activation: "restart", sameAccountAs: "home" } },
    { kind: "saved, left out", answer: { ...SAVED, isSelectable: false } },
    { kind: "undone", answer: UNDONE },
    { kind: "retried", answer: { kind: "retried", profileName: "work", activation: "live" } },
    { kind: "retried, not in force", answer: { kind: "retried", profileName: "work", activation: "restart" } },
    { kind: "status", answer: { kind: "status", pending: [WAITING], lastSaved: LAST_SAVED } },
    { kind: "status, saved", answer: { kind: "status", pending: [], lastSaved: LAST_SAVED } },
    { kind: "cancelled", answer: { kind: "cancelled", profileNames: ["work", "home"] } },
    { kind: "nothing to cancel", answer: { kind: "cancelled", profileNames: [] } },
    { kind: "list, empty", answer: listOf(0) },
    { kind: "list, longer than a page", answer: listOf(10, [WAITING]) },
    { kind: "list", answer: { ...listOf(0), profiles: HEALTHS.map((health) => listed(health, { health })) } },
    {
      kind: "log",
      answer: {
        kind: "log",
        entries: AUDITED_ACTIONS.map((action, at) => ({
          atMs: NOW_MS - at * 20 * 60 * 60_000,
          who: "terminal",
          action,
          profileName: "work",
          outcome: at === 0 ? "store-locked" : "done",
        })),
        nowMs: NOW_MS,
      },
    },
    {
      kind: "audit",
      answer: {
        kind: "inspection",
        findings: [{ code: "profile-failing", profile: listed("my team", { health: "disabled", reason: "billing" }) }],
        nowMs: NOW_MS,
      },
    },
    { kind: "login", answer: { kind: "login", started: started({ isNewProfile: true }) } },
    { kind: "login, listening", answer: { kind: "login", started: started({ isListening: true }) } },
    { kind: "login, with a code", answer: { kind: "login", started: withCode({ isDefaultFallback: true }) } },
    { kind: "usage", answer: USAGE_REPORTS["usage"] as TerminalAnswer },
    { kind: "help", answer: { kind: "help" } },
    ...ERROR_CODES.map((code) => ({
      kind: code,
      answer: { kind: "refused", code, profileName: "work" } as const,
    })),
    {
      kind: "no-status of a profile, others are pending",
      answer: { kind: "refused", code: "no-status", profileName: "work", others: ["home"] },
    },
    { kind: "no-status of all", answer: { kind: "refused", code: "no-status" } },
    { kind: "usage-verb, a typing error", answer: { kind: "refused", code: "usage-verb", near: "status" } },
    ...INVALID.map((invalid) => ({
      kind: `usage-option, ${invalid.kind}`,
      answer: { kind: "refused", code: "usage-option", invalid } as const,
    })),
    { kind: "login-expired, start again", answer: refusedFinish({ profileName: "work", next: "again" }) },
    { kind: "login-expired, start again, no name known", answer: refusedFinish({ next: "again" }) },
    { kind: "login-expired, another one pending", answer: refusedFinish({ next: "still-waiting" }) },
  ];
}

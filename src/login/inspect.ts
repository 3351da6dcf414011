/** What is wrong here, and what was last changed here. */
import { CodexAuthError, type ErrorCode } from "../errors.ts";
import type { ChangeLog, Finding, Inspection, Refusal } from "../flow/answers.ts";
import { isFailing } from "../flow/health.ts";
import type { LoginPorts } from "./ports.ts";
import { refusalOf } from "./refusal.ts";

const LOG_SHOWN = 10;

/** Looks, and changes nothing. Never throws. */
export async function inspect(ports: LoginPorts, agentId: string): Promise<Inspection> {
  const [pendingCode, logCode, { profiles, code: storeCode }, folders, hasOwner] = await Promise.all([
    codeOf(ports.pending.read()),
    codeOf(ports.audit.last(1)),
    profilesOf(ports, agentId),
    ports.surroundings.oldSkills(),
    ports.surroundings.hasOwner(),
  ]);
  const findings: readonly (Finding | false)[] = [
    pendingCode === "pending-insecure" && { code: "pending-insecure" },
    logCode === "log-insecure" && { code: "log-insecure" },
    storeCode === "store-migration-required" && { code: "legacy-file" },
    storeCode === "store-unreadable" && { code: "store-unreadable" },
    hasOwner === false && { code: "no-owner" },
    ...folders.map((folder) => ({ code: "old-skill", folder }) as const),
    ...profiles.filter(isFailing).map((profile) => ({ code: "profile-failing", profile }) as const),
  ];
  return { kind: "inspection", findings: findings.filter((one) => one !== false), nowMs: ports.clock.nowMs() };
}

/** The last changes, the newest first. Never throws. */
export async function readChangeLog(ports: LoginPorts): Promise<ChangeLog | Refusal> {
  try {
    return { kind: "log", entries: (await ports.audit.last(LOG_SHOWN)).toReversed(), nowMs: ports.clock.nowMs() };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

async function profilesOf(ports: LoginPorts, agentId: string) {
  const listed = ports.profiles.list(agentId);
  const code = await codeOf(listed);
  return { code, profiles: code === undefined ? await listed : [] };
}

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof CodexAuthError ? error.code : "internal";
  }
}

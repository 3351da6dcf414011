/** The same findings for the host's own `security audit`, where a version of it asks plugins (2026.9.6 does not). */
import { inspectionScreen } from "../interaction/gateway-screens.ts";
import { toPlainText } from "../interaction/render.ts";
import { inspect } from "../login/inspect.ts";
import type { DoorContext } from "./context.ts";

export interface SecurityFinding {
  readonly checkId: string;
  readonly severity: "warn";
  readonly title: string;
  readonly detail: string;
}

/** Never throws: a gateway that cannot be looked at from there has its own findings. */
export async function securityFindings(context: DoorContext, agentOf: () => string): Promise<SecurityFinding[]> {
  try {
    const { findings, nowMs } = await inspect(await context.ports(), agentOf());
    return findings.map((finding) => {
      const [title = "", detail = ""] = toPlainText(
        inspectionScreen({ kind: "inspection", findings: [finding], nowMs }),
        context.words(),
      ).split("\n\n");
      return { checkId: `codex-auth.${finding.code}`, severity: "warn", title, detail };
    });
  } catch {
    return [];
  }
}

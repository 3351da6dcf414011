/** A host in memory that renews logins as OpenClaw 2026.9.6 does: placeholders first, which stay if the renewal fails. */
import { createHash } from "node:crypto";
import type { StoredCredential } from "../../src/store/host-records.ts";
import { MemoryHostAuthStore } from "./memory-host-auth-store.ts";

const digestOf = (parts: readonly unknown[]) => createHash("sha256").update(JSON.stringify(parts)).digest("hex");

/** The host's placeholder for both tokens of a credential. */
export function fenceOver(
  profileId: string,
  { access = "", refresh = "", ...rest }: StoredCredential,
  state: "failed" | "pending" = "failed",
): StoredCredential {
  const mark = (kind: string, secret: string) => {
    const digest = digestOf(["openclaw.oauth-refresh-generation", 1, profileId, rest.provider, kind, secret]);
    return `openclaw-oauth-refresh-fence:v1:${"0123456789abcdef".repeat(2)}:${state === "failed" ? "failed:" : ""}${kind}:${digest}`;
  };
  return { ...rest, access: mark("access", access), refresh: mark("refresh", refresh), expires: 1 } as StoredCredential;
}

export class FailingHost extends MemoryHostAuthStore {
  /** `spent`: OpenAI refuses the refresh token. `other`: the host answers with another profile. */
  network: "up" | "down" | "spent" | "other" = "up";
  renewals = 0;
  /** Runs while the host waits for OpenAI. */
  meanwhile = async (): Promise<void> => undefined;

  async renew(agentDir: string, profileId: string): Promise<boolean> {
    this.renewals += 1;
    const before = this.persisted(agentDir, profileId) as StoredCredential;
    const put = (next: StoredCredential) =>
      this.update({
        agentDir: this.ownerOf(agentDir, profileId),
        keepInOrder: [],
        edit(document) {
          document.profiles[profileId] = next;
          return true;
        },
      });
    await put(fenceOver(profileId, before, "pending"));
    await this.meanwhile();
    if (this.network === "up" || this.network === "other") {
      await put({ ...before, access: "access-renewed", refresh: "refresh-renewed" });
      return this.network === "up";
    }
    await put(fenceOver(profileId, before));
    throw Object.assign(new Error("canary"), this.network === "spent" ? { reason: "refresh_token_reused" } : {});
  }
}

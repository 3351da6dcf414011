/** The profile store of the gateway this plugin runs in, by what that gateway itself says of it. */
import { CodexAuthError } from "../errors.ts";
import { createFileAuthStore } from "../store/file-auth-store.ts";
import type { HostAuthStore, HostChange } from "../store/host-auth-store.ts";
import type { StoredCredential } from "../store/profiles-document.ts";
import { createSqliteAuthStore, type AuthStoreSdk } from "../store/sqlite-auth-store.ts";
import { bindAuthStoreSdk, defaultAgentOf, loadRunningAuthSdk, type AuthSdkParts } from "./auth-store.ts";
import { currentConfig, type OpenClawPluginApi, type SdkConfig } from "./sdk.ts";

/** How long after a change a gateway that keeps profiles in memory is asked whether it still has it. */
const SETTLE_MS = 3_000;

/**
 * Throws `CodexAuthError`: `host-unsupported` where the host has no such SDK, `host-unknown` where it names a store of a
 * kind that is not known here. Nothing is guessed: the wrong file would break the gateway.
 */
export async function openRunningHost(api: OpenClawPluginApi): Promise<HostAuthStore> {
  const parts = await loadRunningAuthSdk().catch(() => {
    throw new CodexAuthError("host-unsupported");
  });
  const config = () => currentConfig(api);
  const sdk = bindAuthStoreSdk(parts, config);
  const path = parts.agentRuntime.resolveAuthStorePathForDisplay(sdk.agentDirOf(defaultAgentOf(parts, config)));
  if (path.endsWith(".sqlite")) return createSqliteAuthStore(sdk);
  if (path.endsWith("/auth-profiles.json")) return openFile(parts, sdk, config);
  throw new CodexAuthError("host-unknown");
}

/** A gateway of 2026.6.1: one file for each agent, and a copy of it in the gateway's memory. */
function openFile(parts: AuthSdkParts, sdk: AuthStoreSdk, config: () => SdkConfig): HostAuthStore {
  return createFileAuthStore({
    provider: sdk.provider === "openai" ? "openai" : "openai-codex",
    lock: "file",
    state: "auth-state.json",
    agentDirOf: (agentId) => sdk.agentDirOf(agentId),
    mainAgentDir: () => sdk.agentDirOf(defaultAgentOf(parts, config)),
    configured: () => sdk.configured(),
    publish: async (change) => ((await publish(sdk, change)) ? "live" : "restart"),
  });
}

/** Writes the same record through the host's own writer, which takes the whole file into the gateway's memory. */
async function publish(sdk: AuthStoreSdk, { agentDir, profileId, credential }: HostChange): Promise<boolean> {
  const edit = (document: { profiles: Record<string, StoredCredential> }) => {
    if (credential === undefined) delete document.profiles[profileId];
    else document.profiles[profileId] = credential;
    return true;
  };
  const written = await sdk.update({ agentDir, keepInOrder: [profileId], edit }).catch(() => null);
  if (written === null) return false;
  // A refresh of the host that began before may still save what it had loaded: then ours is gone by now.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return agentDir !== undefined && sdk.read(agentDir).profiles[profileId]?.refresh === credential?.refresh;
}

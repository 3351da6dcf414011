/** A look at the gateway's profiles that loads nothing but the host's own functions: most looks find nothing. */
import { needsSignIn } from "../flow/health.ts";
import { listCodexProfiles } from "../store/profiles-document.ts";
import { bindAuthStoreSdk, defaultAgentOf, loadRunningAuthSdk } from "./auth-store.ts";
import { currentConfig, type OpenClawPluginApi } from "./sdk.ts";

/** The default agent, if one of its profiles needs a new sign-in. */
export async function agentWithDeadLogin(api: OpenClawPluginApi, nowMs: number): Promise<string | undefined> {
  const parts = await loadRunningAuthSdk();
  const config = () => currentConfig(api);
  const sdk = bindAuthStoreSdk(parts, config);
  const agentId = defaultAgentOf(parts, config);
  const profiles = listCodexProfiles(sdk.read(sdk.agentDirOf(agentId)), sdk.provider, nowMs);
  return profiles.some(needsSignIn) ? agentId : undefined;
}

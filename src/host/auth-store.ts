/** The host's auth-profile functions, bound to one running gateway. */
import type { AuthStoreSdk } from "../store/sqlite-auth-store.ts";
import type { ProfilesDocument, StoredCredential } from "../store/profiles-document.ts";
import { hostSdk, type OpenClawPluginApi } from "./sdk.ts";

const READ_OPTIONS = { readOnly: true, allowKeychainPrompt: false, syncExternalCli: false } as const;

export async function loadAuthStoreSdk(api: OpenClawPluginApi): Promise<AuthStoreSdk> {
  const [agentRuntime, providerAuth] = await Promise.all([hostSdk.agentRuntime(), hostSdk.providerAuth()]);
  const config = () => api.runtime.config.current() as OpenClawPluginApi["config"];
  const provider = providerAuth.CODEX_CLI_PROFILE_ID.split(":")[0] ?? "openai";
  const read = (agentDir: string) =>
    providerAuth.ensureAuthProfileStore(agentDir, { ...READ_OPTIONS, config: config() });
  return {
    provider,
    agentDirOf: (agentId) => agentRuntime.resolveAgentDir(config(), agentId),
    configuredIds: () => configuredIdsOf(config(), provider),
    read: (agentDir) => read(agentDir) as ProfilesDocument,
    ownerOf: (agentDir, profileId) => agentRuntime.resolvePersistedAuthProfileOwnerAgentDir({ agentDir, profileId }),
    update: async ({ agentDir, keepInOrder, edit }) =>
      (await providerAuth.updateAuthProfileStoreWithLock({
        ...(agentDir === undefined ? {} : { agentDir }),
        sharedStoreWrite: true,
        saveOptions: {
          filterExternalAuthProfiles: false,
          syncExternalCli: false,
          preserveOrderProfileIds: keepInOrder,
        },
        updater: (document) => edit(document as ProfilesDocument),
      })) as ProfilesDocument | null,
    persisted: (agentDir, profileId) =>
      agentRuntime.findPersistedAuthProfileCredential({ agentDir, profileId }) as StoredCredential | undefined,
    legacyFileOf: (agentDir) => `${agentDir}/auth-profiles.json`,
    selectableIds: (agentDir) =>
      agentRuntime.resolveAuthProfileOrder({ cfg: config(), store: read(agentDir), provider }),
  };
}

function configuredIdsOf(config: OpenClawPluginApi["config"], provider: string): readonly string[] {
  const order = config.auth?.order?.[provider];
  if (order !== undefined && order.length > 0) return order;
  return Object.entries(config.auth?.profiles ?? {})
    .filter(([, profile]) => profile.provider === provider)
    .map(([id]) => id);
}

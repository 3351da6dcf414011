/** The host's auth-profile functions, bound to one running gateway. */
import { configuredIn, FIRST_AGENT } from "./agent-folders.ts";
import type { HostConfig } from "./host-folders.ts";
import type { AuthStoreSdk } from "../store/sqlite-auth-store.ts";
import type { ProfilesDocument, StoredCredential } from "../store/profiles-document.ts";
import { hostSdk, type SdkConfig } from "./sdk.ts";

const READ_OPTIONS = { readOnly: true, allowKeychainPrompt: false, syncExternalCli: false } as const;

/** The two parts of the SDK that know about profiles, of the running host or of one that lies on this machine. */
export interface AuthSdkParts {
  readonly agentRuntime: Awaited<ReturnType<typeof hostSdk.agentRuntime>>;
  readonly providerAuth: Awaited<ReturnType<typeof hostSdk.providerAuth>>;
}

export async function loadRunningAuthSdk(): Promise<AuthSdkParts> {
  const [agentRuntime, providerAuth] = await Promise.all([hostSdk.agentRuntime(), hostSdk.providerAuth()]);
  return { agentRuntime, providerAuth };
}

/** `config` is asked anew each time: an owner may have changed it. */
export function bindAuthStoreSdk({ agentRuntime, providerAuth }: AuthSdkParts, config: () => SdkConfig): AuthStoreSdk {
  const provider = providerAuth.CODEX_CLI_PROFILE_ID.split(":")[0] ?? "openai";
  const read = (agentDir: string) =>
    providerAuth.ensureAuthProfileStore(agentDir, { ...READ_OPTIONS, config: config() });
  return {
    provider,
    agentDirOf: (agentId) => agentRuntime.resolveAgentDir(config(), agentId),
    configured: () => configuredIn({ auth: config().auth } as HostConfig, provider),
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
    selectableIds(agentDir, document) {
      const store = (document ?? read(agentDir)) as ReturnType<typeof read>;
      return agentRuntime.resolveAuthProfileOrder({ cfg: config(), store, provider });
    },
  };
}

/** Newer hosts may have several agents and none for whoever names none: then it is the one whose profiles all share. */
export function defaultAgentOf({ agentRuntime }: AuthSdkParts, config: () => SdkConfig): string {
  try {
    return agentRuntime.resolveDefaultAgentId(config());
  } catch {
    return FIRST_AGENT;
  }
}

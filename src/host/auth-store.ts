/**
 * Binds the host's auth-profile functions to one gateway, and opens the profile store of the gateway that runs this
 * plugin.
 */
import { isAbsolute } from "node:path";
import type { Log } from "../actions/ports.ts";
import { CodexAuthError, logFailure } from "../errors.ts";
import { DEFAULT_AGENT } from "../rules/binding.ts";
import { PLUGIN_HOST_RECORDS } from "../rules/host-versions.ts";
import { needsSignIn } from "../rules/results.ts";
import { createFileAuthStore } from "../store/file-auth-store.ts";
import type { StoredCredential } from "../store/host-records.ts";
import {
  type ProfilesDocument,
  type HostAuthStore,
  type HostChange,
  type AuthConfig,
  configuredIn,
  listCodexProfiles,
} from "../store/profiles-document.ts";
import { type AuthStoreSdk, createSqliteAuthStore } from "../store/sqlite-auth-store.ts";
import { hostSdk, logOf, type SdkConfig, currentConfig, type OpenClawPluginApi } from "./sdk.ts";

const READ_OPTIONS = { readOnly: true, allowKeychainPrompt: false, syncExternalCli: false } as const;

/** The two parts of the SDK that handle profiles, of the running host or of one that is installed on this machine. */
export interface AuthSdkParts {
  readonly agentRuntime: Awaited<ReturnType<typeof hostSdk.agentRuntime>>;
  readonly providerAuth: Awaited<ReturnType<typeof hostSdk.providerAuth>>;
}

export async function loadRunningAuthSdk(): Promise<AuthSdkParts> {
  const [agentRuntime, providerAuth] = await Promise.all([hostSdk.agentRuntime(), hostSdk.providerAuth()]);
  return { agentRuntime, providerAuth };
}

/** `config` is read again each time, because an owner may have changed it. */
export function bindAuthStoreSdk({ agentRuntime, providerAuth }: AuthSdkParts, config: () => SdkConfig): AuthStoreSdk {
  const provider = providerAuth.CODEX_CLI_PROFILE_ID.split(":")[0] ?? "openai";
  const read = (agentDir: string) =>
    providerAuth.ensureAuthProfileStore(agentDir, { ...READ_OPTIONS, config: config() });
  return {
    provider,
    agentDirOf: (agentId) => agentRuntime.resolveAgentDir(config(), agentId),
    configured: () => configuredIn(config().auth as AuthConfig | undefined, provider),
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
    persisted: (agentDir, profileId) => agentRuntime.findPersistedAuthProfileCredential({ agentDir, profileId }),
    storePathOf: (agentDir) => storePathIn(agentRuntime, agentDir),
    legacyFileOf: (agentDir) => `${agentDir}/auth-profiles.json`,
    selectableIds(agentDir, document) {
      const store = (document ?? read(agentDir)) as ReturnType<typeof read>;
      return agentRuntime.resolveAuthProfileOrder({ cfg: config(), store, provider });
    },
  };
}

/** Only a display path, so a host that cannot give it must not stop a sign-in. */
function storePathIn(agentRuntime: AuthSdkParts["agentRuntime"], agentDir?: string): string | undefined {
  try {
    const path = agentRuntime.resolveAuthStorePathForDisplay(agentDir);
    return isAbsolute(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A newer host may have several agents and no default. Then the agent is used whose profiles all others share. */
export function defaultAgentOf({ agentRuntime }: AuthSdkParts, config: () => SdkConfig): string {
  try {
    return agentRuntime.resolveDefaultAgentId(config());
  } catch {
    return DEFAULT_AGENT;
  }
}

/** After this time a gateway that keeps profiles in memory is asked whether it still has a change. */
const SETTLE_MS = 3_000;

/**
 * Throws `CodexAuthError`: `host-unsupported` if the host lacks the SDK, `host-unknown` if its store is of an unknown
 * kind. Nothing is guessed, because a write to the wrong file would break the gateway.
 */
export async function openRunningHost(api: OpenClawPluginApi): Promise<HostAuthStore> {
  const parts = await loadRunningAuthSdk().catch((error: unknown) => {
    logFailure(logOf(api), "loading the host's SDK", error);
    throw new CodexAuthError("host-unsupported");
  });
  const config = () => currentConfig(api);
  const sdk = bindAuthStoreSdk(parts, config);
  const path = parts.agentRuntime.resolveAuthStorePathForDisplay(sdk.agentDirOf(defaultAgentOf(parts, config)));
  if (path.endsWith(".sqlite")) return createSqliteAuthStore(sdk);
  if (/[\\/]auth-profiles\.json$/.test(path)) return openFile(api, parts, sdk);
  throw new CodexAuthError("host-unknown");
}

/** A gateway of 2026.6.1 has one file for each agent, and a copy of it in memory. */
function openFile(api: OpenClawPluginApi, parts: AuthSdkParts, sdk: AuthStoreSdk): HostAuthStore {
  const config = () => currentConfig(api);
  return createFileAuthStore({
    log: logOf(api),
    provider: sdk.provider === "openai" ? "openai" : "openai-codex",
    lock: "file",
    state: "auth-state.json",
    records: PLUGIN_HOST_RECORDS,
    agentDirOf: (agentId) => sdk.agentDirOf(agentId),
    mainAgentDir: () => sdk.agentDirOf(defaultAgentOf(parts, config)),
    configured: () => sdk.configured(),
    publish: async (change) => ((await publish(logOf(api), sdk, change)) ? "live" : "restart"),
  });
}

/** Writes the same record through the host's own writer, which reads the whole file into the gateway's memory. */
async function publish(log: Log, sdk: AuthStoreSdk, change: HostChange): Promise<boolean> {
  const { agentDir, profileId, record } = change;
  // The host's writer would drop the record that an undo has just put back.
  if (record?.kind === "unreadable") return false;
  const edit = (document: ProfilesDocument) => {
    if (record === undefined) delete document.profiles[profileId];
    else document.profiles[profileId] = record.raw as StoredCredential;
    return true;
  };
  const written = await sdk.update({ agentDir, keepInOrder: [profileId], edit }).catch((error: unknown) => {
    logFailure(log, "telling the gateway of a change", error);
    return null;
  });
  if (written === null) return false;
  // A refresh of the host that began earlier may still save the record it had loaded, and so remove ours.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return agentDir !== undefined && sdk.read(agentDir).profiles[profileId]?.refresh === record?.credential.refresh;
}

/**
 * Returns the default agent if one of its logins has expired. Loads only the host's own functions, because most
 * checks find nothing.
 */
export async function agentWithExpiredLogin(api: OpenClawPluginApi, nowMs: number): Promise<string | undefined> {
  const parts = await loadRunningAuthSdk();
  const config = () => currentConfig(api);
  const sdk = bindAuthStoreSdk(parts, config);
  const agentId = defaultAgentOf(parts, config);
  const profiles = listCodexProfiles(sdk.read(sdk.agentDirOf(agentId)), sdk.provider, nowMs);
  return profiles.some(needsSignIn) ? agentId : undefined;
}

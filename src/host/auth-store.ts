/**
 * Binds the host's auth-profile functions to one gateway, and opens the profile store of the gateway that runs this
 * plugin.
 */
import { isAbsolute } from "node:path";
import type { Entropy, Log } from "../actions/ports.ts";
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
import type { RememberedSignIns } from "../store/remembered-sign-ins.ts";
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
    async renew(agentDir, profileId) {
      const store = read(agentDir);
      // Forced, because a valid access token would be returned without a proof that the login can be renewed.
      const wanted = { cfg: config(), store, profileId, agentDir, allowProfileFallback: false, forceRefresh: true };
      // An older host could answer with another profile of that account.
      return (await agentRuntime.resolveApiKeyForProfile(wanted))?.profileId === profileId;
    },
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
export async function openRunningHost(api: OpenClawPluginApi, oauthFile: string): Promise<HostAuthStore> {
  const parts = await loadRunningAuthSdk().catch((error: unknown) => {
    logFailure(logOf(api), "loading the host's SDK", error);
    throw new CodexAuthError("host-unsupported");
  });
  const config = () => currentConfig(api);
  const sdk = bindAuthStoreSdk(parts, config);
  const path = parts.agentRuntime.resolveAuthStorePathForDisplay(sdk.agentDirOf(defaultAgentOf(parts, config)));
  if (path.endsWith(".sqlite")) return createSqliteAuthStore(sdk);
  if (/[\\/]auth-profiles\.json$/.test(path)) return openFile({ api, parts, sdk, oauthFile });
  throw new CodexAuthError("host-unknown");
}

interface RunningFileHost {
  readonly api: OpenClawPluginApi;
  readonly parts: AuthSdkParts;
  readonly sdk: AuthStoreSdk;
  readonly oauthFile: string;
}

/** A gateway of 2026.6.1 has one file for each agent, and a copy of it in memory. */
function openFile({ api, parts, sdk, oauthFile }: RunningFileHost): HostAuthStore {
  const config = () => currentConfig(api);
  return createFileAuthStore({
    log: logOf(api),
    provider: sdk.provider === "openai" ? "openai" : "openai-codex",
    lock: "file",
    state: "auth-state.json",
    records: PLUGIN_HOST_RECORDS,
    agentDirOf: (agentId) => sdk.agentDirOf(agentId),
    mainAgentDir: () => sdk.agentDirOf(defaultAgentOf(parts, config)),
    oauthFile,
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

/** More agents are not looked at. */
const MAX_AGENTS = 50;

export interface Look {
  readonly agentId: string;
  /** One of that agent's logins has expired. */
  readonly hasExpiredLogin: boolean;
}

interface LookParts {
  readonly remembered: RememberedSignIns;
  readonly entropy: Pick<Entropy, "digest">;
  readonly nowMs: number;
}

/**
 * Remembers the sign-ins of all agents, and looks at the profiles of the default agent. Loads only the host's own
 * functions, because most looks find nothing. The profiles of another agent that cannot be read are left out, so that a
 * damaged store does not end the repair for all agents. Throws any error of the default agent's.
 */
export async function lookAtSignIns(api: OpenClawPluginApi, { remembered, entropy, nowMs }: LookParts): Promise<Look> {
  const parts = await loadRunningAuthSdk();
  const config = () => currentConfig(api);
  const sdk = bindAuthStoreSdk(parts, config);
  const agentId = defaultAgentOf(parts, config);
  const read = (id: string) => sdk.read(sdk.agentDirOf(id));
  const own = read(agentId);
  const hasExpiredLogin = listCodexProfiles(own, sdk.provider, nowMs).some(needsSignIn);
  // Hosts that keep profiles in files leave no placeholder after a failed renewal, so they need nothing remembered.
  if (sdk.storePathOf(sdk.agentDirOf(agentId))?.endsWith(".sqlite") !== true) return { agentId, hasExpiredLogin };
  const others = parts.agentRuntime.listAgentIds(config()).filter((id) => id !== agentId);
  // Read and remembered without a pause, so that no sign-out comes between.
  const readable = others.slice(0, MAX_AGENTS - 1).flatMap((id) => {
    try {
      return [read(id)];
    } catch (error) {
      logFailure(logOf(api), "looking at the logins of another agent", error);
      return [];
    }
  });
  remembered.see([own, ...readable], sdk.provider, entropy);
  return { agentId, hasExpiredLogin };
}

/**
 * The only import of the host's SDK. Each part is loaded on first use, so that a host without it is refused then. The
 * host resolves `openclaw/plugin-sdk/*` to its own running copy, which therefore sees every write.
 */
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import type { Log } from "../actions/ports.ts";
import { logFailure } from "../errors.ts";
import { once } from "../system.ts";

export type { OpenClawPluginApi, PluginCommandContext, PluginCommandResult } from "openclaw/plugin-sdk/plugin-entry";

export type SdkConfig = OpenClawPluginApi["config"];

export function currentConfig(api: OpenClawPluginApi): SdkConfig {
  return api.runtime.config.current() as SdkConfig;
}

/** Never throws: a hook that threw because of its log would hand the message, and the secret in it, to the model. */
export function logOf({ logger }: OpenClawPluginApi): Log {
  const write = (level: "info" | "warn") => (event: string) => {
    try {
      logger[level](`codex-auth: ${event}`);
    } catch {
      // There is no other log.
    }
  };
  return { info: write("info"), warn: write("warn") };
}

/** Each part is imported once: the host resolves every `import()` again, which takes half a millisecond. */
export const hostSdk = {
  agentRuntime: once(() => import("openclaw/plugin-sdk/agent-runtime")),
  channelOutbound: once(() => import("openclaw/plugin-sdk/channel-outbound")),
  commandAuth: once(() => import("openclaw/plugin-sdk/command-auth-native")),
  configRuntime: once(() => import("openclaw/plugin-sdk/config-runtime")),
  providerAuth: once(() => import("openclaw/plugin-sdk/provider-auth")),
  ssrfRuntime: once(() => import("openclaw/plugin-sdk/ssrf-runtime")),
  tempPath: once(() => import("openclaw/plugin-sdk/temp-path")),
};

export interface PluginSettings {
  /** A language tag such as `zh-CN`. English is used if it is absent or unknown. */
  readonly language?: string;
  /** An IANA name, not checked here. */
  readonly timeZone?: string;
  /** False if owners must not be notified of expired logins. */
  readonly notify: boolean;
  /** False if no listener may be opened for callback URLs. */
  readonly loopback: boolean;
  /** True if owners are notified when the account in use is nearly used up. */
  readonly nudge: boolean;
}

/**
 * Reads `plugins.entries["codex-auth"].config`. A value of another shape counts as absent. Never throws, because the
 * transcript hook needs a language even if the config is broken.
 */
export function settingsOf(api: OpenClawPluginApi): PluginSettings {
  const { plugins, agents } = readableConfig(api);
  const timeZone: unknown = agents?.defaults?.userTimezone;
  const { language, notify, loopback, nudge } = plugins?.entries?.["codex-auth"]?.config ?? {};
  return {
    ...(typeof language === "string" ? { language } : {}),
    ...(typeof timeZone === "string" ? { timeZone } : {}),
    notify: notify !== false,
    loopback: loopback !== "off",
    nudge: nudge === true,
  };
}

function readableConfig(api: OpenClawPluginApi): Partial<SdkConfig> {
  try {
    return (currentConfig(api) as SdkConfig | undefined) ?? {};
  } catch (error) {
    logFailure(logOf(api), "reading the settings", error);
    return {};
  }
}

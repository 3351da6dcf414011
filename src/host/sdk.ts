/**
 * The only way to the host's SDK. Each part is loaded when it is first needed, and a host that lacks one is refused then.
 * The host resolves `openclaw/plugin-sdk/*` to its own running copy, so that copy sees every write.
 */
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import type { Log } from "../actions/ports.ts";
import { logFailure } from "../errors.ts";

export type { OpenClawPluginApi, PluginCommandContext, PluginCommandResult } from "openclaw/plugin-sdk/plugin-entry";

export type SdkConfig = OpenClawPluginApi["config"];

/** The config of this moment, which its type calls read-only and the SDK's own functions do not. */
export function currentConfig(api: OpenClawPluginApi): SdkConfig {
  return api.runtime.config.current() as SdkConfig;
}

/** The gateway's log, each line with the plugin's name. */
export function logOf({ logger }: OpenClawPluginApi): Log {
  return {
    info: (event) => logger.info(`codex-auth: ${event}`),
    warn: (event) => logger.warn(`codex-auth: ${event}`),
  };
}

export const hostSdk = {
  agentRuntime: () => import("openclaw/plugin-sdk/agent-runtime"),
  channelOutbound: () => import("openclaw/plugin-sdk/channel-outbound"),
  commandAuth: () => import("openclaw/plugin-sdk/command-auth-native"),
  providerAuth: () => import("openclaw/plugin-sdk/provider-auth"),
  ssrfRuntime: () => import("openclaw/plugin-sdk/ssrf-runtime"),
  tempPath: () => import("openclaw/plugin-sdk/temp-path"),
};

/** What the gateway's config says to this plugin, under `plugins.entries["codex-auth"].config`, as it is now. */
export interface PluginSettings {
  /** A language tag such as `zh-CN`; English where it is absent or not known. */
  readonly language?: string;
  /** The zone that times are shown in, as the config names it. */
  readonly timeZone?: string;
  /** False where owners are not to be told of sign-ins that have ended. */
  readonly notify: boolean;
}

/**
 * Anything of another shape counts as not there: the host has judged it against the plugin's own schema. Never throws: what
 * keeps a callback URL out of a transcript needs a language, whatever has become of the config.
 */
export function settingsOf(api: OpenClawPluginApi): PluginSettings {
  const { plugins, agents } = readableConfig(api);
  const timeZone: unknown = agents?.defaults?.userTimezone;
  const { language, notify } = plugins?.entries?.["codex-auth"]?.config ?? {};
  return {
    ...(typeof language === "string" ? { language } : {}),
    ...(typeof timeZone === "string" ? { timeZone } : {}),
    notify: notify !== false,
  };
}

function readableConfig(api: OpenClawPluginApi): Partial<SdkConfig> {
  try {
    return currentConfig(api);
  } catch (error) {
    logFailure(logOf(api), "reading the settings", error);
    return {};
  }
}

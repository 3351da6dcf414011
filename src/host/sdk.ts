/**
 * The only door to the host's SDK. Each part is loaded when first needed: a chat that never signs in pays for none.
 * The host resolves `openclaw/plugin-sdk/*` to its own running copy, so what is written here it sees at once.
 */
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";

export type { OpenClawPluginApi, PluginCommandContext, PluginCommandResult } from "openclaw/plugin-sdk/plugin-entry";

export type SdkConfig = OpenClawPluginApi["config"];

/** The config of this moment, which its type calls read-only and the SDK's own functions do not. */
export function currentConfig(api: OpenClawPluginApi): SdkConfig {
  return api.runtime.config.current() as SdkConfig;
}

export const hostSdk = {
  agentRuntime: () => import("openclaw/plugin-sdk/agent-runtime"),
  channelOutbound: () => import("openclaw/plugin-sdk/channel-outbound"),
  commandAuth: () => import("openclaw/plugin-sdk/command-auth-native"),
  providerAuth: () => import("openclaw/plugin-sdk/provider-auth"),
  ssrfRuntime: () => import("openclaw/plugin-sdk/ssrf-runtime"),
  tempPath: () => import("openclaw/plugin-sdk/temp-path"),
};

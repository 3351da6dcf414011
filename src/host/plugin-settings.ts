/** What the gateway's config says to this plugin, under `plugins.entries["codex-auth"].config`, as it is now. */
import { currentConfig, type OpenClawPluginApi } from "./sdk.ts";

export interface PluginSettings {
  /** A language tag such as `zh-CN`; English where it is absent or not known. */
  readonly language?: string;
  /** False where owners are not to be told of sign-ins that have ended. */
  readonly notify: boolean;
}

/**
 * Anything of another shape counts as not there: the host has judged it against the plugin's own schema. Never throws: what
 * keeps an address out of a transcript needs a language, whatever has become of the config.
 */
export function settingsOf(api: OpenClawPluginApi): PluginSettings {
  const { language, notify } = configured(api);
  return { ...(typeof language === "string" ? { language } : {}), notify: notify !== false };
}

function configured(api: OpenClawPluginApi): Readonly<Record<string, unknown>> {
  try {
    return currentConfig(api).plugins?.entries?.["codex-auth"]?.config ?? {};
  } catch {
    return {};
  }
}

/**
 * Whether a private chat can show buttons and hand their taps back. The host itself sends buttons even where they are
 * switched off, and nobody can tap those; so the channel's adapter and the config are asked first.
 */
import type { OpenClawPluginApi } from "./sdk.ts";

/** Channels whose taps this plugin takes. */
export const TAP_CHANNELS = ["telegram"] as const;

const TAPPABLE_SCOPES: ReadonlySet<unknown> = new Set(["dm", "all", "allowlist"]);

export async function canShowButtons(
  api: OpenClawPluginApi,
  channel: string,
  channelAccountId: string,
): Promise<boolean> {
  if (!TAP_CHANNELS.some((known) => known === channel)) return false;
  const adapter = await api.runtime.channel.outbound.loadAdapter(channel).catch(() => undefined);
  if (adapter?.presentationCapabilities?.buttons !== true) return false;
  return isInlineButtonsOn(api.runtime.config.current().channels?.telegram, channelAccountId);
}

/** Telegram's own rule: no list, or an empty one, means the default scope; a list must name `inlineButtons`. */
export function isInlineButtonsOn(telegram: unknown, channelAccountId: string): boolean {
  const account = fieldOf(fieldOf(telegram, "accounts"), channelAccountId);
  const capabilities = fieldOf(account, "capabilities") ?? fieldOf(telegram, "capabilities");
  if (capabilities === undefined || capabilities === null) return true;
  if (Array.isArray(capabilities)) return capabilities.length === 0 || capabilities.includes("inlineButtons");
  return TAPPABLE_SCOPES.has(fieldOf(capabilities, "inlineButtons") ?? "allowlist");
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/**
 * Asks which buttons a private chat can show, and sends messages. The host sends buttons even if they are switched
 * off and cannot be tapped, so the channel's adapter and the config are asked first.
 */
import { logFailure } from "../errors.ts";
import type { Binding } from "../rules/binding.ts";
import { type OpenClawPluginApi, currentConfig, hostSdk, logOf, type PluginCommandResult } from "./sdk.ts";

export const TAP_CHANNELS = ["telegram"] as const;

const TAPPABLE_SCOPES: ReadonlySet<unknown> = new Set(["dm", "all", "allowlist"]);

/** A channel may render buttons without passing their taps to a plugin. Its buttons can still open links. */
export async function buttonsOf(
  api: OpenClawPluginApi,
  channel: string,
  channelAccountId: string,
): Promise<"all" | "links" | "none"> {
  const adapter = await loadAdapter(api, channel);
  if (adapter?.presentationCapabilities?.buttons !== true) return "none";
  if (!TAP_CHANNELS.some((known) => known === channel)) return "links";
  return isInlineButtonsOn(api.runtime.config.current().channels?.telegram, channelAccountId) ? "all" : "none";
}

async function loadAdapter(api: OpenClawPluginApi, channel: string) {
  try {
    return await api.runtime.channel.outbound.loadAdapter(channel);
  } catch (error) {
    logFailure(logOf(api), "loading a channel's adapter", error);
    return undefined;
  }
}

/**
 * Follows Telegram's adapter in the host: without a list, or with an empty one, the channel's own setting decides,
 * and then the default scope.
 */
export function isInlineButtonsOn(telegram: unknown, channelAccountId: string): boolean {
  const account = accountOf(fieldOf(telegram, "accounts"), channelAccountId);
  const capabilities = [fieldOf(account, "capabilities"), fieldOf(telegram, "capabilities")].find(isSaid);
  if (capabilities === undefined) return true;
  if (Array.isArray(capabilities)) return capabilities.some((name) => /^inlinebuttons$/i.test(String(name).trim()));
  return TAPPABLE_SCOPES.has(fieldOf(capabilities, "inlineButtons") ?? "allowlist");
}

function isSaid(capabilities: unknown): boolean {
  return Array.isArray(capabilities) ? capabilities.length > 0 : capabilities !== undefined && capabilities !== null;
}

/** The host spells an account's id in lower case with dashes, whatever its name is in the config. */
function accountOf(accounts: unknown, id: string): unknown {
  if (typeof accounts !== "object" || accounts === null) return undefined;
  return fieldOf(accounts, id) ?? Object.entries(accounts).find(([name]) => toId(name) === toId(id))?.[1];
}

function toId(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-");
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** Returns whether the channel accepts a message that is not a reply. */
export async function canSendNow(api: OpenClawPluginApi, { channel }: Binding): Promise<boolean> {
  return (await loadAdapter(api, channel)) !== undefined;
}

/** Sends past the queue in which a hook's own answer would wait. Returns true once the host has sent it. */
export async function sendNow(
  api: OpenClawPluginApi,
  binding: Binding,
  payload: PluginCommandResult,
): Promise<boolean> {
  const { sendDurableMessageBatch } = await hostSdk.channelOutbound();
  const sent = await sendDurableMessageBatch({
    cfg: currentConfig(api),
    channel: binding.channel,
    to: binding.conversationId,
    accountId: binding.channelAccountId,
    payloads: [payload],
  });
  return sent.status === "sent";
}

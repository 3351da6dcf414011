/**
 * What buttons a private chat can show, and whether it hands their taps back. The host itself sends buttons even where
 * they are switched off, and nobody can tap those; so the channel's adapter and the config are asked first.
 */
import { logFailure } from "../errors.ts";
import type { Binding } from "../rules/binding.ts";
import { type OpenClawPluginApi, currentConfig, hostSdk, logOf, type PluginCommandResult } from "./sdk.ts";

/** Channels whose taps this plugin takes. */
export const TAP_CHANNELS = ["telegram"] as const;

const TAPPABLE_SCOPES: ReadonlySet<unknown> = new Set(["dm", "all", "allowlist"]);

/** A channel that renders the host's portable buttons but whose taps reach nobody here still opens links. */
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

/** Returns undefined if the channel has none, or if it cannot be loaded. */
async function loadAdapter(api: OpenClawPluginApi, channel: string) {
  try {
    return await api.runtime.channel.outbound.loadAdapter(channel);
  } catch (error) {
    logFailure(logOf(api), "loading a channel's adapter", error);
    return undefined;
  }
}

/** Telegram's own rule: no list, or an empty one, means what the channel says, then the default scope. */
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

/** The host writes an account's id in lower case with dashes, however the config spells its name. */
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

/** Sends into a chat past the queue in which the answer of a hook has to wait. */
export async function canSendNow(api: OpenClawPluginApi, { channel }: Binding): Promise<boolean> {
  return (await loadAdapter(api, channel)) !== undefined;
}

/** True once the host has sent it. */
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

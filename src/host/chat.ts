/**
 * Asks which buttons a private chat can show, and sends messages. The host sends buttons even if they are switched
 * off and cannot be tapped, so the channel's adapter and the config are asked first.
 */
import { logFailure } from "../errors.ts";
import type { Sender } from "../rules/binding.ts";
import { type OpenClawPluginApi, currentConfig, hostSdk, logOf, type PluginCommandResult } from "./sdk.ts";

export const TAP_CHANNELS = ["telegram", "slack", "discord"] as const;

const TAPPABLE_SCOPES: ReadonlySet<unknown> = new Set(["dm", "all", "allowlist"]);

/** What a channel's adapter and the config allow. Undefined if the channel shows no buttons. */
export async function askAdapter(api: OpenClawPluginApi, channel: string, channelAccountId: string) {
  const adapter = await loadAdapter(api, channel);
  const stated = adapter?.presentationCapabilities;
  if (stated?.buttons !== true) return undefined;
  if (channel === "telegram" && !isInlineButtonsOn(api.runtime.config.current().channels?.telegram, channelAccountId))
    return undefined;
  return { limits: stated.limits ?? {}, bringsTapsBack: channel !== "slack" || (await bringsTapsBack(adapter)) };
}

type Adapter = Awaited<ReturnType<typeof loadAdapter>>;

/** Packages before 2026.9.2 hand a tap to the model. They give a button another id. */
async function bringsTapsBack(adapter: Adapter): Promise<boolean> {
  const action = { type: "callback" as const, value: "codex_auth_close:probe" };
  const blocks = [{ type: "buttons" as const, buttons: [{ label: "?", action }] }];
  return JSON.stringify(await renderBlocks(adapter, { text: "?", presentation: { blocks } })).includes(
    '"openclaw:callback_button',
  );
}

interface SlackData {
  readonly renderedPresentationSegments?: readonly { readonly blocks?: readonly unknown[] }[];
}

async function renderBlocks(adapter: Adapter, payload: PluginCommandResult): Promise<readonly unknown[]> {
  const { presentation } = payload;
  if (presentation === undefined) return [];
  const rendered = await adapter?.renderPresentation?.({ payload, presentation, ctx: {} as never });
  const slack = rendered?.channelData?.["slack"] as SlackData | undefined;
  return (slack?.renderedPresentationSegments ?? []).flatMap(({ blocks = [] }) => blocks);
}

/** Empty if the message has no buttons: Slack then shows its text, and drops the blocks that it had. */
export async function slackBlocksOf(api: OpenClawPluginApi, payload: PluginCommandResult): Promise<readonly unknown[]> {
  return renderBlocks(await loadAdapter(api, "slack"), payload);
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

/** The default is an answer that only the user sees. */
export function areSlashAnswersPublic(api: OpenClawPluginApi, { channel, channelAccountId }: Sender): boolean {
  const config = fieldOf(api.runtime.config.current().channels, channel);
  const account = accountOf(fieldOf(config, "accounts"), channelAccountId);
  const said = [account, config].map((part) => fieldOf(fieldOf(part, "slashCommand"), "ephemeral"));
  return said.find((value) => value !== undefined) === false;
}

/** Returns whether the channel accepts a message that is not a reply. */
export async function canSendNow(api: OpenClawPluginApi, { channel }: Pick<Sender, "channel">): Promise<boolean> {
  return (await loadAdapter(api, channel)) !== undefined;
}

export interface Destination {
  readonly channel: string;
  readonly channelAccountId: string;
  /** In the form that the channel wants, such as `user:U0…`. */
  readonly address: string;
}

/** Sends past the queue in which a hook's own answer would wait. Returns true once the host has sent it. */
export async function sendNow(
  api: OpenClawPluginApi,
  { channel, channelAccountId, address }: Destination,
  payload: PluginCommandResult,
): Promise<boolean> {
  const { sendDurableMessageBatch } = await hostSdk.channelOutbound();
  const cfg = currentConfig(api);
  const sent = await sendDurableMessageBatch({
    cfg,
    channel,
    to: address,
    accountId: channelAccountId,
    payloads: [payload],
  });
  return sent.status === "sent";
}

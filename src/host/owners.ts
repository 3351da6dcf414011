/**
 * Asks the host whether a sender is an owner, and which agent answers them, for a tap and a pasted message. The
 * host's own rule is applied to its current config, so that a removed owner is refused immediately.
 */
import { DEFAULT_ACCOUNT, type Sender } from "../rules/binding.ts";
import { currentConfig, hostSdk, type OpenClawPluginApi } from "./sdk.ts";

export async function loadOwnerCheck(api: OpenClawPluginApi): Promise<(sender: Sender) => boolean> {
  const { resolveCommandAuthorization } = await hostSdk.commandAuth();
  return ({ channel, channelAccountId, senderId }) => {
    if (senderId === "") return false;
    const address = `${channel}:${senderId}`;
    const ctx = {
      Provider: channel,
      Surface: channel,
      AccountId: channelAccountId,
      SenderId: senderId,
      From: address,
      To: address,
      ChatType: "direct",
    };
    const cfg = currentConfig(api);
    return resolveCommandAuthorization({ ctx, cfg, commandAuthorized: true }).senderIsOwner === true;
  };
}

/**
 * The owners in the config whose private chat is named by their number. A notice cannot be sent to others, because
 * their entries name no chat.
 */
export async function loadOwners(api: OpenClawPluginApi, channel: "telegram"): Promise<readonly Sender[]> {
  const { resolveCommandAuthorization } = await hostSdk.commandAuth();
  const channelAccountId = firstAccountOf(currentConfig(api).channels?.[channel]);
  const ctx = { Provider: channel, Surface: channel, AccountId: channelAccountId, ChatType: "direct" };
  const { ownerList } = resolveCommandAuthorization({ ctx, cfg: currentConfig(api), commandAuthorized: true });
  const ids = ownerList.filter((id) => /^\d+$/.test(id));
  return ids.map((senderId) => ({ channel, channelAccountId, senderId }));
}

function firstAccountOf(channel: unknown): string {
  const { accounts, defaultAccount } = (channel ?? {}) as { accounts?: object; defaultAccount?: unknown };
  if (typeof defaultAccount === "string") return defaultAccount;
  const names = Object.keys(accounts ?? {});
  return names.includes(DEFAULT_ACCOUNT) ? DEFAULT_ACCOUNT : (names[0] ?? DEFAULT_ACCOUNT);
}

export function resolveAgent(api: OpenClawPluginApi, { channel, channelAccountId, senderId }: Sender): string {
  return api.runtime.channel.routing.resolveAgentRoute({
    cfg: currentConfig(api),
    channel,
    accountId: channelAccountId,
    peer: { kind: "direct", id: senderId },
  }).agentId;
}

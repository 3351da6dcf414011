/** Which agent the host routes a private chat to, by the host's own bindings. */
import { currentConfig, type OpenClawPluginApi } from "./sdk.ts";

export interface PrivateChat {
  readonly channel: string;
  readonly channelAccountId: string;
  readonly senderId: string;
}

export function resolveAgent(api: OpenClawPluginApi, { channel, channelAccountId, senderId }: PrivateChat): string {
  return api.runtime.channel.routing.resolveAgentRoute({
    cfg: currentConfig(api),
    channel,
    accountId: channelAccountId,
    peer: { kind: "direct", id: senderId },
  }).agentId;
}

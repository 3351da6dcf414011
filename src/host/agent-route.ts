/** Which agent the host routes a private chat to, by the host's own bindings. */
import { WEBCHAT } from "../flow/binding.ts";
import { currentConfig, type OpenClawPluginApi } from "./sdk.ts";

export interface PrivateChat {
  readonly channel: string;
  readonly channelAccountId: string;
  readonly senderId: string;
}

/** The agent that a chat goes to which nothing routes elsewhere. */
export function defaultAgent(api: OpenClawPluginApi): string {
  return api.runtime.channel.routing.resolveAgentRoute({ cfg: currentConfig(api), channel: WEBCHAT }).agentId;
}

export function resolveAgent(api: OpenClawPluginApi, { channel, channelAccountId, senderId }: PrivateChat): string {
  return api.runtime.channel.routing.resolveAgentRoute({
    cfg: currentConfig(api),
    channel,
    accountId: channelAccountId,
    peer: { kind: "direct", id: senderId },
  }).agentId;
}

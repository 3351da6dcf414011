/**
 * Asks the host who is an owner, for the two doors where it does not say: a tap and a pasted message. It is the
 * host's own rule over its current config, so that a removed owner is out at once.
 */
import { currentConfig, hostSdk, type OpenClawPluginApi } from "./sdk.ts";

export interface Person {
  readonly channel: string;
  readonly channelAccountId: string;
  readonly senderId: string;
}

export type OwnerCheck = (person: Person) => boolean;

export async function loadOwnerCheck(api: OpenClawPluginApi): Promise<OwnerCheck> {
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

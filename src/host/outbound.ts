/** Sends a message into a chat at once, past the queue that a hook's own answer has to wait in. */
import type { LoginBinding } from "../flow/binding.ts";
import { currentConfig, hostSdk, type OpenClawPluginApi, type PluginCommandResult } from "./sdk.ts";

export async function canSendNow(api: OpenClawPluginApi, { channel }: LoginBinding): Promise<boolean> {
  return (await api.runtime.channel.outbound.loadAdapter(channel).catch(() => undefined)) !== undefined;
}

/** True once the host has sent it. */
export async function sendNow(
  api: OpenClawPluginApi,
  binding: LoginBinding,
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

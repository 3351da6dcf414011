/** Who started a sign-in, and where: nobody else may go on with it. */

export interface LoginBinding {
  /** Which gateway, as a digest of its state directory: two gateways may share one pending file. */
  readonly gateway: string;
  readonly channel: string;
  /** The host's `accountId`: which of the channel's bots. */
  readonly channelAccountId: string;
  readonly conversationId: string;
  /** Empty where the channel has no senders (web chat: one operator). */
  readonly senderId: string;
  readonly agentId: string;
}

/** True when both are the same person in the same chat with the same agent of the same gateway. */
export function sameBinding(a: LoginBinding, b: LoginBinding): boolean {
  return (
    a.gateway === b.gateway &&
    a.channel === b.channel &&
    a.channelAccountId === b.channelAccountId &&
    a.conversationId === b.conversationId &&
    a.senderId === b.senderId &&
    a.agentId === b.agentId
  );
}

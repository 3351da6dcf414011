/** Who may see and finish a sign-in, by where it was started. Pure. */
import type { Binding } from "./stored-records.ts";

export type { Binding };

/** True when both are the same person in the same chat with the same agent of the same gateway. */
export function sameBinding(a: Binding, b: Binding): boolean {
  return (
    a.gateway === b.gateway &&
    a.channel === b.channel &&
    a.channelAccountId === b.channelAccountId &&
    a.conversationId === b.conversationId &&
    a.senderId === b.senderId &&
    a.agentId === b.agentId
  );
}

/** The channel of the host's own web chat and terminal: one operator, no sender, always private. */
export const WEBCHAT = "webchat";

/** The host's `accountId` where none is named. */
export const DEFAULT_ACCOUNT = "default";

/** The channel of a sign-in that was started in a terminal, by whoever owns the gateway's files on its machine. */
const TERMINAL = "terminal";

/** A terminal has one operator, no conversations, and stands above the chats of its gateway. */
export function terminalBinding(gateway: string, agentId: string): Binding {
  return { gateway, channel: TERMINAL, channelAccountId: "", conversationId: "", senderId: "", agentId };
}

export function isTerminal({ channel }: Binding): boolean {
  return channel === TERMINAL;
}

/** Who may see and stop a sign-in: whoever started it, and the terminal of its gateway. */
export function maySee(owner: Binding, viewer: Binding): boolean {
  return sameBinding(owner, viewer) || (isTerminal(viewer) && viewer.gateway === owner.gateway);
}

/**
 * Who may finish a sign-in with its address: whoever may see it, and for one that was started in the terminal every
 * owner of that gateway, who alone get as far as to be asked.
 */
export function mayFinish(owner: Binding, presenter: Binding): boolean {
  return maySee(owner, presenter) || (isTerminal(owner) && owner.gateway === presenter.gateway);
}

/** Decides who may see and finish a sign-in. */
import type { Binding } from "./stored-records.ts";

export type { Binding };

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

/** A user as the network spells them. A binding has them in one case. */
export interface Sender {
  readonly channel: string;
  readonly channelAccountId: string;
  readonly senderId: string;
}

/** `elsewhere`: nothing on this channel can prove that a chat is private, so it has no sign-in. */
export type Privacy = "private" | "group" | "elsewhere";

/** The channel of the host's own web chat and terminal: one operator, no sender, always private. */
export const WEBCHAT = "webchat";

/** The agent of a host whose config names none. */
export const DEFAULT_AGENT = "main";

/** The host's `accountId` if none is named. */
export const DEFAULT_ACCOUNT = "default";

const TERMINAL = "terminal";

export function terminalBinding(gateway: string, agentId: string): Binding {
  return { gateway, channel: TERMINAL, channelAccountId: "", conversationId: "", senderId: "", agentId };
}

export function isTerminal({ channel }: Binding): boolean {
  return channel === TERMINAL;
}

/** A sign-in may be seen and stopped by the user who started it, and in the terminal of its gateway. */
export function maySee(owner: Binding, viewer: Binding): boolean {
  return sameBinding(owner, viewer) || (isTerminal(viewer) && viewer.gateway === owner.gateway);
}

/**
 * A sign-in may be finished by those who may see it. One that was started in the terminal may be finished by every
 * owner of that gateway; the caller has checked that the user is an owner.
 */
export function mayFinish(owner: Binding, presenter: Binding): boolean {
  return maySee(owner, presenter) || (isTerminal(owner) && owner.gateway === presenter.gateway);
}

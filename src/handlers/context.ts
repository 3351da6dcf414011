/** The context of all handlers, and the steps from a screen to a message. */
import type { Ports } from "../actions/ports.ts";
import type { Caller } from "../commands/access.ts";
import { inChat, spellForChat } from "../commands/arguments.ts";
import { codeOf, logFailure } from "../errors.ts";
import type { ShownScreens } from "../interaction/buttons.ts";
import { capabilitiesOf, type Capabilities } from "../interaction/capabilities.ts";
import {
  MARKDOWN,
  shortOf,
  toText,
  toWireButtons,
  type Style,
  type WireButton,
  type WireRows,
} from "../interaction/render.ts";
import type { Line, Screen } from "../interaction/screen.ts";
import { refusalScreen, withSandboxNotice } from "../interaction/screens.ts";
import type { Locale } from "../languages/catalogue.ts";
import type { Binding, Sender } from "../rules/binding.ts";
import { keepsCallbackUrl, ownerEntryOf, type Place } from "./channels.ts";
import type { EarlyContext } from "./transcript.ts";

/** Applies the host's owner rule to its current config. Synchronous, because it is called inside the store's write. */
export type OwnerCheck = (sender: Sender) => boolean;

/** An owner to notify, and the private chat in which that is done. */
export type Owner = Pick<Place<Binding>, "who" | "sender">;

export interface HandlerContext extends EarlyContext {
  readonly gateway: string;
  readonly callbackPrefix: string;
  readonly isSandbox: boolean;
  readonly screens: ShownScreens;
  /** Built on first use. Throws `CodexAuthError` if the host or the configuration is not usable. */
  ports(): Promise<Ports>;
  loadOwnerCheck(): Promise<OwnerCheck>;
  agentOf(sender: Sender): string;
  /** What the channel's row says, within what its adapter and the host's config allow. */
  capabilitiesOf(binding: Binding): Promise<Capabilities>;
  /** Writes the message as the blocks that Slack's edit takes. */
  slackBlocksOf(message: Message): Promise<readonly unknown[]>;
  /** Whether a message that is not a reply can be sent. The web chat does not accept one. */
  canSendNow(sender: Sender): Promise<boolean>;
  /** Whether the config shows the answers to slash commands to all users of the chat. */
  areSlashAnswersPublic(sender: Sender): boolean;
  /** Runs a task after the handler has answered the host. The task must not reject. */
  inBackground(task: () => Promise<void>): void | Promise<void>;
  /** Sends a message that is not a reply, to the user's private chat. Returns false if it did not arrive. */
  sendNow(sender: Sender, message: Message): Promise<boolean>;
  ownersToNotify(): Promise<readonly Owner[]>;
}

export interface Message {
  readonly markdown: string;
  readonly plainText: string;
  readonly rows: WireRows;
}

interface Shown {
  readonly rows: WireRows;
  readonly style: Style;
}

/** Without `shown` the message has no buttons. Each form of the text is rendered only when it is read. */
export function presentText(
  context: HandlerContext,
  screen: Screen,
  { rows, style }: Shown = { rows: [], style: MARKDOWN },
): Message {
  const noticed = withSandboxNotice(screen, context.isSandbox);
  const locale = context.locale();
  let markdown: string | undefined;
  return {
    get markdown() {
      markdown ??= toText(noticed, locale, inChat(style));
      return markdown;
    },
    get plainText() {
      return toText(noticed, locale, inChat({ ...style, hasCodeSpans: false }));
    },
    rows,
  };
}

export async function present(context: HandlerContext, binding: Binding, screen: Screen): Promise<Message> {
  const hasButtons = screen.rows.length > 0;
  const capabilities = hasButtons ? await askCapabilities(context, binding) : capabilitiesOf(binding.channel);
  const rows = hasButtons ? rowsOf(context, binding, screen, capabilities) : [];
  const whole = presentText(context, screen, { rows, style: capabilities.style });
  if (capabilities.buttons === "none" || whole.markdown.length <= capabilities.maxText) return whole;
  // The host would split the text and leave out its buttons, or write their labels as a list. It could not edit it.
  const short = presentText(context, screen, { rows, style: shortOf(capabilities.style) });
  return short.markdown.length <= capabilities.maxText
    ? short
    : presentText(context, screen, { rows: [], style: capabilities.style });
}

export function presentLine(locale: Locale, line: Line): string {
  return toText({ lines: [line], rows: [] }, locale, inChat(MARKDOWN));
}

function rowsOf(
  context: HandlerContext,
  binding: Binding,
  screen: Screen,
  { buttons, ...limits }: Capabilities,
): WireRows {
  if (buttons === "none") return [];
  const locale = context.locale();
  if (buttons === "links") return toWireButtons(screen, locale, { limits });
  if (buttons === "commands") return toWireButtons(screen, locale, { limits, spell: spellForChat });
  const screenId = context.screens.remember(binding, screen, context.nowMs());
  return toWireButtons(screen, locale, { limits, tap: { prefix: context.callbackPrefix, screenId } });
}

/** The text of a screen is complete without buttons, so none are shown if the gateway cannot say. */
async function askCapabilities(context: HandlerContext, binding: Binding): Promise<Capabilities> {
  try {
    return await context.capabilitiesOf(binding);
  } catch (error) {
    logFailure(context.log, "asking for buttons", error);
    return { ...capabilitiesOf(binding.channel), buttons: "none" };
  }
}

/** Builds the caller of a tap or a pasted message, for which the host does not say whether the sender is an owner. */
export function callerByRule(
  context: HandlerContext,
  { who: binding, sender, privacy }: Place<Binding>,
  isOwner: OwnerCheck,
): Caller {
  return {
    binding,
    privacy,
    ownerEntry: ownerEntryOf(sender),
    keepsCallbackUrl: keepsCallbackUrl(binding.channel),
    senderId: sender.senderId,
    canBeTold: () => canBeTold(context, sender),
    isOwner: isOwner(sender),
    isAllowed: () => isStillOwner(context, isOwner, sender),
  };
}

/** Returns false if the host cannot say, and for a sender without a name, whom no message can be addressed to. */
export async function canBeTold(context: HandlerContext, sender: Sender): Promise<boolean> {
  if (sender.senderId === "") return false;
  try {
    return await context.canSendNow(sender);
  } catch (error) {
    logFailure(context.log, "asking whether a message can be sent", error);
    return false;
  }
}

/** Sends a screen as a message that is not a reply, and tries again once. Never throws. */
export async function sendScreen(
  context: HandlerContext,
  { who, sender }: Pick<Place<Binding>, "who" | "sender">,
  screen: Screen | Promise<Screen>,
): Promise<void> {
  try {
    await sendTwice(context, sender, await present(context, who, await screen));
  } catch (error) {
    logFailure(context.log, "writing an answer", error);
  }
}

/** Sends a message that is not a reply, and tries again once. Never throws. */
export async function sendTwice(context: HandlerContext, sender: Sender, message: Message): Promise<void> {
  const isSent = (await trySend(context, sender, message)) || (await trySend(context, sender, message));
  if (!isSent) context.log.warn("sending an answer failed twice");
}

async function trySend(context: HandlerContext, sender: Sender, message: Message): Promise<boolean> {
  try {
    return await context.sendNow(sender, message);
  } catch (error) {
    logFailure(context.log, "sending an answer", error);
    return false;
  }
}

/** Asks the owner rule again. Returns false if it throws. */
export function isStillOwner({ log }: Pick<HandlerContext, "log">, isOwner: OwnerCheck, sender: Sender): boolean {
  try {
    return isOwner(sender);
  } catch (error) {
    logFailure(log, "asking for the owner", error);
    return false;
  }
}

/** Turns a caught error into a message. The host must never get the error itself, because its log keeps messages. */
export function errorMessage(context: HandlerContext, error: unknown): Message {
  logFailure(context.log, "answering", error);
  return presentText(context, refusalScreen({ code: codeOf(error), sender: "", next: "none" }));
}

/** Writes one block per row, because the host starts a new row of the keyboard with each block. */
export function toReplyPayload(text: string, rows: WireRows) {
  if (rows.length === 0) return { text };
  const blocks = rows.map((row) => ({ type: "buttons" as const, buttons: row.map(presentationButton) }));
  return { text, presentation: { blocks } };
}

/**
 * Without `reusable`, the first tap of any user disables all buttons of a message on Discord. `ShownScreens` already limits
 * a screen to one tap.
 */
function presentationButton(button: WireButton) {
  const { label } = button;
  if ("command" in button) return { label, action: { type: "command" as const, command: button.command } };
  if ("callbackData" in button)
    return { label, reusable: true, action: { type: "callback" as const, value: button.callbackData } };
  const url = button.link.reveal();
  // Hosts before 2026.8 read only `url`, which is outside the action.
  return { label, url, action: { type: "url" as const, url } };
}

/**
 * Answers a tapped button. The host does not say whether the sender is an owner, and repeats a tap whose handler
 * failed.
 */
import { answer } from "../commands/answer.ts";
import type { Intent } from "../commands/arguments.ts";
import { logFailure } from "../errors.ts";
import { decodePayload, type ButtonPlace, type TapBinding, type TappedButton } from "../interaction/buttons.ts";
import { capabilitiesOf } from "../interaction/capabilities.ts";
import type { WireRows } from "../interaction/render.ts";
import type { Screen } from "../interaction/screen.ts";
import type { Binding } from "../rules/binding.ts";
import { placeOfTap, type Place, type TapPlace } from "./channels.ts";
import { callerByRule, errorMessage, present, presentText, type HandlerContext, type Message } from "./context.ts";

export interface Tap extends TapPlace {
  readonly payload: string;
  /** May reject if the message is deleted, too old, unchanged, or was shown only to the tapper. */
  edit(message: Message): Promise<void>;
  /** May reject, and may leave the buttons out. */
  reply(message: Message): Promise<void>;
}

/** The next screen and, if known, the tapped one. */
interface Answered {
  readonly message: Message;
  readonly place?: Place<Binding>;
  readonly tapped?: Screen;
  /** What the tapped message becomes if the answer is a message of its own. */
  readonly instead?: Screen;
}

/**
 * Shows the next screen so that no button of the old one stays active. A second tap on the same screen gets no answer.
 * Never throws.
 */
export async function answerTap(context: HandlerContext, tap: Tap): Promise<void> {
  let claimed: ButtonPlace | undefined;
  let answered: Answered;
  try {
    const place = placeOfTap(context.gateway, tap);
    const button = decodePayload(tap.payload);
    // Before anything is awaited: of two taps at the same moment only one acts.
    const used = context.screens.use(button, place.who, context.nowMs());
    if (used.kind === "used") return;
    if (used.kind === "action") claimed = button;
    answered = await answerOf(context, place, used);
  } catch (error) {
    answered = { message: errorMessage(context, error) };
  }
  const isReplaced = await deliver(context, tap, answered);
  // The user may still see the old buttons. They do not act again: they lead to the list of profiles.
  if (!isReplaced) context.screens.forget(claimed);
}

async function answerOf(
  context: HandlerContext,
  { who, ...rest }: Place<TapBinding>,
  used: Exclude<TappedButton, { kind: "used" }>,
): Promise<Answered> {
  // A stale button names no agent, so the host is asked for it. The answer is the list of profiles.
  const binding = used.kind === "action" ? used.binding : { ...who, agentId: context.agentOf(rest.sender) };
  const intent: Intent = used.kind === "action" ? used.action : { verb: "page", page: 1 };
  const place = { ...rest, who: binding };
  const caller = callerByRule(context, place, await context.loadOwnerCheck());
  const screen = await answer(() => context.ports(), caller, intent);
  const message = await present(context, binding, screen);
  const instead = screen.instead === undefined ? {} : { instead: { lines: screen.instead, rows: [] } };
  return { message, place, ...(used.kind === "action" ? { tapped: used.screen } : {}), ...instead };
}

/**
 * A message in a group is not replaced, because it may be someone else's. The answer says where to go instead. Returns
 * whether the tapped message has lost its buttons.
 */
async function deliver(
  context: HandlerContext,
  tap: Tap,
  { message, place, tapped, instead }: Answered,
): Promise<boolean> {
  const step = (what: string, action: () => Promise<unknown>) => tryStep(context, what, action);
  const edit = (to: Message) => step("editing a message", () => tap.edit(to));
  if (place?.privacy === "private") {
    const { afterTap, style } = capabilitiesOf(place.who.channel);
    const isSentFirst = afterTap === "send" || instead !== undefined;
    const left = instead ?? tapped;
    if (!isSentFirst && (await edit(message))) return true;
    if (await step("sending the answer to a tap", () => send(context, place, message)))
      return isSentFirst && left !== undefined && edit(presentText(context, left, { rows: [], style }));
  }
  await step("answering a tap", () => tap.reply(message));
  return false;
}

async function send(context: HandlerContext, { sender }: Place<Binding>, message: Message): Promise<void> {
  if (!(await context.sendNow(sender, message))) throw new Error("the channel did not take the message");
}

async function tryStep({ log }: HandlerContext, what: string, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    logFailure(log, what, error);
    return false;
  }
}

/** The buttons as Telegram's edit accepts them. */
export type TelegramButton = { text: string; url: string } | { text: string; callback_data: string };

/** What each channel's edit and reply take: Telegram text and buttons, Slack text and blocks, Discord components. */
interface HostMessage {
  readonly text?: string;
  readonly buttons?: TelegramButton[][];
  readonly blocks?: readonly unknown[];
  readonly components?: readonly unknown[];
}

/** The part of the host's interactive context that is used here, which the host types as unknown. */
export interface HostTap {
  readonly accountId: string;
  readonly conversationId: string;
  readonly senderId?: string;
  readonly isGroup?: boolean;
  readonly guildId?: string;
  /** Telegram's name for what the others call `interaction`. */
  readonly callback?: { readonly payload: string };
  readonly interaction?: { readonly payload: string };
  readonly respond: {
    editMessage(message: HostMessage): Promise<void>;
    reply(message: HostMessage): Promise<void>;
  };
}

export function tapOf(context: HandlerContext, channel: string, tap: HostTap): Tap {
  const { accountId, conversationId, senderId, isGroup, guildId, callback, interaction, respond } = tap;
  const messageFor = MESSAGES[channel] ?? telegramMessage;
  return {
    channel,
    accountId,
    conversationId,
    senderId,
    isGroup,
    guildId,
    payload: (callback ?? interaction)?.payload ?? "",
    edit: async (message) => respond.editMessage(await messageFor(context, message)),
    reply: ({ plainText, rows }) => {
      const text = channel === "slack" ? escapeEntities(plainText) : plainText;
      return respond.reply({ text, buttons: toTelegramRows(rows) });
    },
  };
}

type ToHostMessage = (context: HandlerContext, message: Message) => HostMessage | Promise<HostMessage>;

const telegramMessage: ToHostMessage = (_context, { plainText, rows }) => ({
  text: plainText,
  buttons: toTelegramRows(rows),
});

/** Slack reads `<!channel>` in a text as a mention, and `<url|name>` as a link. */
const escapeEntities = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Component types of Discord: a container, and a text in it. */
const [CONTAINER, TEXT_DISPLAY] = [17, 10];

const MESSAGES: Readonly<Record<string, ToHostMessage>> = {
  telegram: telegramMessage,
  // Slack keeps the blocks of an edited message that names none.
  slack: async (context, message) => ({
    text: escapeEntities(message.plainText),
    blocks: await context.slackBlocksOf(message),
  }),
  // An edit brings no buttons back on Discord, and a message that was sent with components takes no bare text.
  discord: (_context, { markdown }) => ({
    components: [{ type: CONTAINER, components: [{ type: TEXT_DISPLAY, content: markdown }] }],
  }),
};

function toTelegramRows(rows: WireRows): TelegramButton[][] {
  return rows.map((row) =>
    row.flatMap((button): TelegramButton[] => {
      if ("link" in button) return [{ text: button.label, url: button.link.reveal() }];
      return "callbackData" in button ? [{ text: button.label, callback_data: button.callbackData }] : [];
    }),
  );
}

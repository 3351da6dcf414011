/** What the handlers share: what they need of the gateway, and how a screen becomes a message. */
import type { Ports } from "../actions/ports.ts";
import type { Caller } from "../commands/answer.ts";
import { inChat } from "../commands/arguments.ts";
import { type ErrorCode, CodexAuthError, logFailure } from "../errors.ts";
import type { ShownScreens, TapBinding } from "../interaction/buttons.ts";
import {
  linkRows,
  MARKDOWN,
  PLAIN,
  toText,
  toWireButtons,
  WEB_MARKDOWN,
  type Style,
  type WireButton,
} from "../interaction/render.ts";
import type { ButtonSupport, Line, Screen } from "../interaction/screen.ts";
import { refusalScreen, withSandboxNotice } from "../interaction/screens.ts";
import type { Locale } from "../languages/catalogue.ts";
import { WEBCHAT, type Binding } from "../rules/binding.ts";
import { keptBy, type Place } from "./channels.ts";
import type { EarlyContext } from "./transcript.ts";

/** The host's owner rule over its config of this moment. Synchronous, because it is asked inside the store's write. */
export type OwnerCheck = (person: TapBinding) => boolean;

export interface HandlerContext extends EarlyContext {
  /** The state directory: which gateway this is. */
  readonly gateway: string;
  /** What callback data starts with, from the manifest. */
  readonly callbackPrefix: string;
  readonly isSandbox: boolean;
  readonly screens: ShownScreens;
  /** Built on first use. Throws `CodexAuthError` if the host or the configuration is not usable. */
  ports(): Promise<Ports>;
  loadOwnerCheck(): Promise<OwnerCheck>;
  /** The agent the host routes a private chat to. */
  agentOf(tapper: TapBinding): string;
  buttonsOf(binding: Binding): Promise<ButtonSupport>;
  /** Whether the channel takes messages that answer nothing: the web chat does not. */
  canSendNow(binding: Binding): Promise<boolean>;
  /** Runs a task after the handler has answered the host. The task must not reject. */
  inBackground(task: () => Promise<void>): void | Promise<void>;
  /** Sends a message without waiting for the hook to end. Returns false if it did not arrive. */
  sendNow(binding: Binding, message: Message): Promise<boolean>;
  /** The private chats of the owners that a message can be sent to without a question first. */
  ownersToNotify(): Promise<readonly Binding[]>;
}

/** A screen as it leaves: its text, in the form that is asked for, and its buttons if the chat can show them. */
export interface Message {
  readonly markdown: string;
  readonly plainText: string;
  readonly rows: readonly (readonly WireButton[])[];
}

/** What one chat shows of a screen beside its text. */
interface Shown {
  readonly rows: Message["rows"];
  readonly markdown: Style;
}

/** A screen, without its buttons unless they are given. No handler needs both forms of its text: each is made when read. */
export function presentText(
  context: HandlerContext,
  screen: Screen,
  { rows, markdown }: Shown = { rows: [], markdown: MARKDOWN },
): Message {
  const noticed = withSandboxNotice(screen, context.isSandbox);
  const locale = context.locale();
  return {
    get markdown() {
      return toText(noticed, locale, inChat(markdown));
    },
    get plainText() {
      return toText(noticed, locale, inChat(PLAIN));
    },
    rows,
  };
}

export async function present(context: HandlerContext, binding: Binding, screen: Screen): Promise<Message> {
  const markdown = binding.channel === WEBCHAT ? WEB_MARKDOWN : MARKDOWN;
  return presentText(context, screen, { rows: await rowsOf(context, binding, screen), markdown });
}

/** One line in Markdown, to be added to a message of the host. */
export function presentLine(locale: Locale, line: Line): string {
  return toText({ lines: [line], rows: [] }, locale, inChat(MARKDOWN));
}

async function rowsOf(context: HandlerContext, binding: Binding, screen: Screen): Promise<Message["rows"]> {
  if (screen.rows.length === 0) return [];
  const support = await supportOf(context, binding);
  if (support === "none") return [];
  if (support === "links") return linkRows(screen, context.locale());
  const screenId = context.screens.remember(binding, screen, context.nowMs());
  const place = { prefix: context.callbackPrefix, screenId };
  return toWireButtons(screen, context.locale(), place);
}

/** A gateway that cannot tell gets no buttons: the text of a screen is complete without them. */
async function supportOf(context: HandlerContext, binding: Binding): Promise<ButtonSupport> {
  try {
    return await context.buttonsOf(binding);
  } catch (error) {
    logFailure(context.log, "asking for buttons", error);
    return "none";
  }
}

/** A caller whom only the host's owner rule vouches for: a tap and a pasted message bring no owner mark of their own. */
export function callerByRule(
  context: HandlerContext,
  { who: binding, isPrivate }: Place<Binding>,
  isOwner: OwnerCheck,
): Caller {
  return {
    binding,
    isPrivate,
    chatKeeps: keptBy(binding.channel),
    isOwner: isOwner(binding),
    isAllowed: () => isStillOwner(context, isOwner, binding),
  };
}

/** Asks the owner rule again. A rule that cannot be asked allows nothing. */
export function isStillOwner({ log }: Pick<HandlerContext, "log">, isOwner: OwnerCheck, person: TapBinding): boolean {
  try {
    return isOwner(person);
  } catch (error) {
    logFailure(log, "asking for the owner", error);
    return false;
  }
}

/** Answers an error that a handler caught. The host must never see the error, because its log keeps messages. */
export function errorMessage(context: HandlerContext, error: unknown): Message {
  const code: ErrorCode = error instanceof CodexAuthError ? error.code : "internal";
  logFailure(context.log, "answering", error);
  return presentText(context, refusalScreen({ code, sender: "", next: "none" }));
}

/** A message in the host's portable shape. One block per row: the host starts a new row of the keyboard with each. */
export function toReplyPayload(text: string, rows: Message["rows"]) {
  if (rows.length === 0) return { text };
  const blocks = rows.map((row) => ({
    type: "buttons" as const,
    buttons: row.map((button) =>
      "link" in button
        ? linkButton(button.label, button.link.reveal())
        : { label: button.label, action: { type: "callback" as const, value: button.callbackData } },
    ),
  }));
  return { text, presentation: { blocks } };
}

/** `url` beside the action: hosts before 2026.8 know only that one. */
function linkButton(label: string, url: string) {
  return { label, url, action: { type: "url" as const, url } };
}

/** The same buttons as Telegram's edit takes them. */
export type TelegramButton = { text: string; url: string } | { text: string; callback_data: string };

export function toTelegramRows(rows: Message["rows"]): TelegramButton[][] {
  return rows.map((row) =>
    row.map((button) =>
      "link" in button
        ? { text: button.label, url: button.link.reveal() }
        : { text: button.label, callback_data: button.callbackData },
    ),
  );
}

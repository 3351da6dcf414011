/** The context of all handlers, and the steps from a screen to a message. */
import type { Ports } from "../actions/ports.ts";
import type { Caller } from "../commands/answer.ts";
import { inChat } from "../commands/arguments.ts";
import { codeOf, logFailure } from "../errors.ts";
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
import { keepsCallbackUrl, type Place } from "./channels.ts";
import type { EarlyContext } from "./transcript.ts";

/** Applies the host's owner rule to its current config. Synchronous, because it is called inside the store's write. */
export type OwnerCheck = (person: TapBinding) => boolean;

export interface HandlerContext extends EarlyContext {
  readonly gateway: string;
  readonly callbackPrefix: string;
  readonly isSandbox: boolean;
  readonly screens: ShownScreens;
  /** Built on first use. Throws `CodexAuthError` if the host or the configuration is not usable. */
  ports(): Promise<Ports>;
  loadOwnerCheck(): Promise<OwnerCheck>;
  agentOf(tapper: TapBinding): string;
  buttonsOf(binding: Binding): Promise<ButtonSupport>;
  /** Whether a message that is not a reply can be sent. The web chat does not accept one. */
  canSendNow(binding: Binding): Promise<boolean>;
  /** Runs a task after the handler has answered the host. The task must not reject. */
  inBackground(task: () => Promise<void>): void | Promise<void>;
  /** Sends a message without waiting for the hook to end. Returns false if it did not arrive. */
  sendNow(binding: Binding, message: Message): Promise<boolean>;
  ownersToNotify(): Promise<readonly Binding[]>;
}

export interface Message {
  readonly markdown: string;
  readonly plainText: string;
  readonly rows: readonly (readonly WireButton[])[];
}

interface Shown {
  readonly rows: Message["rows"];
  readonly markdown: Style;
}

/**
 * Without `shown` the message has no buttons. Each form of the text is rendered only when it is read.
 */
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

/** The text of a screen is complete without buttons, so none are shown if the gateway cannot say. */
async function supportOf(context: HandlerContext, binding: Binding): Promise<ButtonSupport> {
  try {
    return await context.buttonsOf(binding);
  } catch (error) {
    logFailure(context.log, "asking for buttons", error);
    return "none";
  }
}

/** For a tap and a pasted message, with which the host does not say whether the sender is an owner. */
export function callerByRule(
  context: HandlerContext,
  { who: binding, isPrivate }: Place<Binding>,
  isOwner: OwnerCheck,
): Caller {
  return {
    binding,
    isPrivate,
    keepsCallbackUrl: keepsCallbackUrl(binding.channel),
    isOwner: isOwner(binding),
    isAllowed: () => isStillOwner(context, isOwner, binding),
  };
}

/** Asks the owner rule again. Returns false if it throws. */
export function isStillOwner({ log }: Pick<HandlerContext, "log">, isOwner: OwnerCheck, person: TapBinding): boolean {
  try {
    return isOwner(person);
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

/** Hosts before 2026.8 read only `url`, which is outside the action. */
function linkButton(label: string, url: string) {
  return { label, url, action: { type: "url" as const, url } };
}

/** The buttons as Telegram's edit accepts them. */
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

/** What the three doors share: the way to the login shell, and the way a screen leaves again. */
import type { Ports } from "../actions/ports.ts";
import type { Caller } from "../commands/access.ts";
import { inChat, type Intent } from "../commands/arguments.ts";
import { type ErrorCode, CodexAuthError, logFailure } from "../errors.ts";
import type { ShownScreens, TapBinding } from "../interaction/buttons.ts";
import { linkRows, toMarkdown, toPlainText, toWireButtons, type WireButton } from "../interaction/render.ts";
import type { ButtonSupport, Screen } from "../interaction/screen.ts";
import { refusalScreen, withSandboxNotice } from "../interaction/screens.ts";
import type { Binding } from "../rules/binding.ts";
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
  /** Built on first use, so that a gateway whose chats never sign in loads nothing of it. */
  ports(): Promise<Ports>;
  /** The one way in behind the doors (`commands/answer.ts`), loaded with the first that goes through. */
  answer(caller: Caller, intent: Intent): Promise<Screen>;
  loadOwnerCheck(): Promise<OwnerCheck>;
  /** The agent the host routes a private chat to. */
  agentOf(tapper: TapBinding): string;
  buttonsOf(binding: Binding): Promise<ButtonSupport>;
  /** Whether the channel takes messages that answer nothing: the web chat does not. */
  canSendNow(binding: Binding): Promise<boolean>;
  /** Lets a task go on after the door has answered the host. It must not reject. */
  inBackground(task: () => Promise<void>): void | Promise<void>;
  /** Sends at once; false where it did not arrive. */
  sendNow(binding: Binding, message: Message): Promise<boolean>;
  /** The private chats of the owners that can be written to unasked. */
  ownersToNotify(): Promise<readonly Binding[]>;
}

/** A screen as it leaves: its text, in the form that is asked for, and its buttons if the chat can show them. */
export interface Message {
  readonly markdown: string;
  readonly plainText: string;
  readonly rows: readonly (readonly WireButton[])[];
}

/** A screen, without its buttons unless they are given. No door needs both forms of its text: each is made when read. */
export function presentText(context: HandlerContext, screen: Screen, rows: Message["rows"] = []): Message {
  const noticed = withSandboxNotice(screen, context.isSandbox);
  const surface = inChat(context.words());
  return {
    get markdown() {
      return toMarkdown(noticed, surface);
    },
    get plainText() {
      return toPlainText(noticed, surface);
    },
    rows,
  };
}

export async function present(context: HandlerContext, binding: Binding, screen: Screen): Promise<Message> {
  return presentText(context, screen, await rowsOf(context, binding, screen));
}

async function rowsOf(context: HandlerContext, binding: Binding, screen: Screen): Promise<Message["rows"]> {
  if (screen.rows.length === 0) return [];
  const support = await context.buttonsOf(binding).catch(() => "none");
  if (support === "none") return [];
  if (support === "links") return linkRows(screen, context.words());
  const screenId = context.screens.remember(binding, screen, context.nowMs());
  const place = { prefix: context.callbackPrefix, screenId };
  return toWireButtons(screen, context.words(), place);
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

/** The answer to an error that got as far as a door: the host must never see it, its log keeps messages. */
export function errorMessage(context: HandlerContext, error: unknown): Message {
  const code: ErrorCode = error instanceof CodexAuthError ? error.code : "internal";
  logFailure(context.log, "answering", error);
  return presentText(context, refusalScreen({ code, sender: "", next: "none" }));
}

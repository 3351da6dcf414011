/** The screens that start a sign-in with a link: the card of the chat, the steps of the terminal, and its command `login`. */
import { nearChatVerbOf } from "../rules/commands.ts";
import type { StartedSignIn, StartedWithCode } from "../rules/results.ts";
import { Secret } from "../secret.ts";
import {
  button,
  command,
  inChats,
  inTerminal,
  linkButton,
  nearLine,
  say,
  usage,
  verbatim,
  type Button,
  type Line,
  type Screen,
  type ScreenLine,
} from "./screen.ts";

const CARD_OPEN = say("card.open");

function afterOpening({ profileName }: StartedSignIn): ScreenLine[] {
  return [
    say("card.page"),
    inChats(say("card.paste")),
    inTerminal(say("card.run", { command: command("finish", profileName) })),
  ];
}

export function stepsScreen(started: StartedSignIn): Screen {
  return { lines: [CARD_OPEN, ...afterOpening(started)], rows: [] };
}

function titleLines(started: Omit<StartedSignIn, "authorizationUrl" | "isListening" | "kind" | "redirectUri">): Line[] {
  const name = verbatim(started.profileName);
  const title = say(started.isNewProfile ? "card.title" : "card.title.again", { name });
  return started.isDefaultFallback ? [title, say("card.stand-in", { name })] : [title];
}

/** Contains the sign-in link, as no other screen of a chat does. */
export function cardScreen(started: StartedSignIn): Screen {
  const link = started.authorizationUrl;
  const near = started.isNewProfile ? nearChatVerbOf(started.profileName) : undefined;
  const lines: ScreenLine[] = titleLines(started);
  lines.push(
    ...(near === undefined ? [] : [inChats(nearLine(near))]),
    CARD_OPEN,
    [{ link }],
    ...(started.isListening ? [say("card.listening", { command: command("status") })] : []),
    ...afterOpening(started),
    inChats(say("card.quiet", { command: usage("finish") })),
    inChats(say("card.code", { command: command("code", started.profileName) })),
    say("card.time", {
      time: { durationMs: started.expiresInMs },
      command: command("cancel", started.profileName),
    }),
  );
  return { lines, rows: cardRows(started, linkButton("button.open", link)) };
}

/** The way that worked for this user is first. */
function cardRows({ profileName: name, lastMethod }: StartedSignIn, link: Button): Button[][] {
  const code = button("button.code", { verb: "code", name });
  const cancel = button("button.cancel", { verb: "cancel", name });
  return lastMethod === "code" ? [[code], [link], [cancel]] : [[link], [code, cancel]];
}

/** For the command `login` of the terminal, which stays until the sign-in is finished. */
export function loginScreen(started: StartedSignIn | StartedWithCode): Screen {
  const { lines } = loginStepsScreen(started);
  const [open, ...steps] = lines;
  const link = started.kind === "code" ? new Secret(started.verificationUri) : started.authorizationUrl;
  const shown = open === undefined ? [] : [open, [{ link }]];
  return { lines: [...titleLines(started), ...shown, ...steps, timeLeft(started.expiresInMs)], rows: [] };
}

/** Without the link, which JSON has in a field of its own. */
export function loginStepsScreen(started: StartedSignIn | StartedWithCode): Screen {
  return { lines: started.kind === "code" ? codeSteps(started) : linkSteps(started), rows: [] };
}

function linkSteps({ isListening }: StartedSignIn): Line[] {
  const listening = isListening ? [say("login.listening")] : [];
  return [CARD_OPEN, ...listening, say("card.page"), say("login.paste")];
}

function codeSteps({ profileName, userCode }: StartedWithCode): Line[] {
  return [
    say("code.open"),
    say("code.type", { code: verbatim(userCode.reveal()) }),
    say("code.told"),
    say("code.warning"),
    say("code.off"),
    say("code.link", { command: command("login", profileName) }),
  ];
}

/** The line that a terminal writes again and again. */
export function timeLeftScreen(durationMs: number): Screen {
  return { lines: [timeLeft(durationMs)], rows: [] };
}

const timeLeft = (durationMs: number) => say("login.time", { time: { durationMs } });

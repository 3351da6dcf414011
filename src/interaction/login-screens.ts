/** The screens of the terminal's command `login`, which stays until the sign-in is finished. */
import type { StartedSignIn, StartedWithCode } from "../rules/results.ts";
import { Secret } from "../secret.ts";
import { command, namedLink, say, verbatim, type Line, type Screen } from "./screen.ts";
import { CARD_OPEN, titleLines } from "./screens.ts";

export function loginScreen(started: StartedSignIn | StartedWithCode): Screen {
  const { lines } = loginStepsScreen(started);
  const [open, ...steps] = lines;
  const url = started.kind === "code" ? new Secret(started.verificationUri) : started.authorizationUrl;
  const link = namedLink(url, started.kind === "code" ? "button.device-page" : "button.open");
  const shown = open === undefined ? [] : [open, [link]];
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

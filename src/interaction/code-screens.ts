/** The screens of a sign-in with a device code, built from the results of the actions. */
import type { ErrorCode } from "../errors.ts";
import type { ProfileName } from "../rules/profile-id.ts";
import type { CodeRefusal, FinishRefusal, StartedWithCode } from "../rules/results.ts";
import { Secret } from "../secret.ts";
import { cardScreen } from "./login-screens.ts";
import { refusalLine, refusalScreen } from "./screens.ts";
import { button, command, linkButton, say, verbatim, type Line, type Screen } from "./screen.ts";

/** The only screen that contains a device code. `canBeTold`: a message can be sent to this chat later. */
export function codeScreen(started: StartedWithCode, canBeTold: boolean): Screen {
  const name = started.profileName;
  const link = new Secret(started.verificationUri);
  const lines: Line[] = [say("code.title", { name: verbatim(name) })];
  if (started.isDefaultFallback) lines.push(say("card.stand-in", { name: verbatim(name) }));
  lines.push(
    say("code.open"),
    [{ link }],
    say("code.type", { code: verbatim(started.userCode.reveal()) }),
    canBeTold ? say("code.told") : say("code.ask", { command: command("status") }),
    say("code.warning"),
    say("card.time", { time: { durationMs: started.expiresInMs }, command: command("cancel", name) }),
    say("code.off"),
    say("code.link", { command: command("pick", name) }),
  );
  return {
    lines,
    rows: [
      [linkButton("button.device-page", link)],
      [button("button.link", { verb: "link", name }), button("button.cancel", { verb: "cancel", name })],
    ],
    instead: [say("code.replaces", { name: verbatim(name) })],
  };
}

/** Says why no code was issued, and shows the link that still works. */
export function codeRefusalScreen(refusal: CodeRefusal, sender: string): Screen {
  const { code, profileName, retryAfterSeconds, link, variable } = refusal;
  const facts = {
    code,
    ...(variable === undefined ? {} : { variable }),
    ...(profileName === undefined ? {} : { profileName }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
  if (link === undefined)
    return refusalScreen({ ...facts, sender, next: profileName === undefined ? "none" : "again" });
  const { lines, rows } = cardScreen(link);
  return { lines: [refusalLine(facts), say("code.link-works"), ...lines], rows };
}

/** A code expires too if the user could not approve it because codes are turned off for the account. */
const MAY_BE_OFF: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["device-code-expired", "device-code-off"]);

/** Says why a sign-in with a code ended, and offers both ways again. */
export function codeEndScreen({ code, profileName, retryAfterSeconds }: FinishRefusal): Screen {
  const facts = { code, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  if (profileName === undefined) return refusalScreen({ ...facts, sender: "", next: "none" });
  const name = profileName as ProfileName;
  return {
    lines: [
      say("code.ended", { name: verbatim(name) }),
      refusalLine({ ...facts, profileName }),
      ...(MAY_BE_OFF.has(code) ? [say("code.off")] : []),
      say("code.again", { command: command("code", name) }),
      say("code.link", { command: command("pick", name) }),
    ],
    rows: [[button("button.code-again", { verb: "code", name }), button("button.link", { verb: "pick", name })]],
  };
}

/** What screens are put together from: sentences and their values, commands to type, buttons. Pure. */
import type { ErrorCode } from "../errors.ts";
import type { ListedProfile, SavedLogin } from "../flow/answers.ts";
import type { ChatKey } from "../languages/catalogue.ts";
import type { Secret } from "../secret.ts";
import type { Action, Button, Line, Segment, Sentence, Values, Verbatim } from "./screen.ts";

const BUTTONS_PER_ROW = 2;

export const verbatim = (text: string): Verbatim => ({ verbatim: text });
export const command = (words: string) => verbatim(`/codex_auth${words && ` ${words}`}`);
export const FINISH_COMMAND = verbatim("/codex_auth_finish <address>");

const sentence = (key: ChatKey, values: Values = {}): Sentence => ({ sentence: key, values });
export const say = (key: ChatKey, values?: Values): Line => [sentence(key, values)];
export const sayRefusal = (refusal: ErrorCode, values: Values): Line => [{ refusal, values }];
export const button = (key: ChatKey, action: Action): Button => ({ label: sentence(key), action });
export const linkButton = (key: ChatKey, link: Secret): Button => ({ label: sentence(key), link });
export const nameButton = (name: string, action: Action): Button => ({ label: verbatim(name), action });

export function inRows(buttons: readonly Button[]): Button[][] {
  const rows: Button[][] = [];
  for (let at = 0; at < buttons.length; at += BUTTONS_PER_ROW) rows.push(buttons.slice(at, at + BUTTONS_PER_ROW));
  return rows;
}

/** E-mail, plan and health, as far as they are known. */
export function factsOf(profile: ListedProfile): Line {
  const facts: Segment[] = [];
  if (profile.email !== undefined) facts.push(verbatim(profile.email), ", ");
  if (profile.plan !== undefined) facts.push(verbatim(profile.plan), ", ");
  facts.push(sentence(`health.${profile.health}`));
  return facts;
}

/** When a change counts, and what stands in its way. */
export function effectLine({ isSelectable, activation }: Pick<SavedLogin, "isSelectable" | "activation">): Line {
  if (!isSelectable) return say("saved.left-out");
  return say(activation === "restart" ? "saved.restart" : "saved.live");
}

/** What screens are put together from: sentences with their values in place, commands to type, buttons. Pure. */
import type { ListedProfile, SavedLogin } from "../flow/answers.ts";
import type { Action, Button, Line, Segment, Verbatim } from "./screen.ts";
import { HEALTH, SENTENCES, type SentenceKey } from "./sentences.ts";

const BUTTONS_PER_ROW = 2;

/** A value of a sentence: one segment, or several that belong together. */
type Values = Readonly<Record<string, Segment | Line>>;

export const verbatim = (text: string): Verbatim => ({ verbatim: text });
export const command = (words: string) => verbatim(`/codex_auth${words && ` ${words}`}`);
export const FINISH_COMMAND = verbatim("/codex_auth_finish <address>");

/** A sentence with its values in place. */
export function fill(sentence: string, values: Values = {}): Line {
  return sentence.split(/(\{\w+\})/).flatMap((part): Segment[] => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return part === "" ? [] : [part];
    const value = values[name] ?? "";
    return Array.isArray(value) ? [...value] : [value as Segment];
  });
}

export const say = (key: SentenceKey, values?: Values): Line => fill(SENTENCES[key], values);
export const button = (key: SentenceKey, action: Action): Button => ({ label: SENTENCES[key], action });

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
  facts.push(HEALTH[profile.health]);
  return facts;
}

/** When a change counts, and what stands in its way. */
export function effectLine({ isSelectable, activation }: Pick<SavedLogin, "isSelectable" | "activation">): Line {
  if (!isSelectable) return say("saved.left-out");
  return say(activation === "restart" ? "saved.restart" : "saved.live");
}

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
export const button = (key: ChatKey, action: Action, values?: Values): Button => ({
  label: sentence(key, values),
  action,
});
export const linkButton = (key: ChatKey, link: Secret): Button => ({ label: sentence(key), link });
export const nameButton = (name: string, action: Action): Button => ({ label: verbatim(name), action });

export function inRows(buttons: readonly Button[]): Button[][] {
  const rows: Button[][] = [];
  for (let at = 0; at < buttons.length; at += BUTTONS_PER_ROW) rows.push(buttons.slice(at, at + BUTTONS_PER_ROW));
  return rows;
}

/** E-mail, plan and condition, as far as they are known. */
export function factsOf(profile: ListedProfile, nowMs: number): Line {
  const facts: Segment[] = [];
  if (profile.email !== undefined) facts.push(verbatim(profile.email), ", ");
  if (profile.plan !== undefined) facts.push(verbatim(profile.plan), ", ");
  return [...facts, ...conditionOf(profile, nowMs)];
}

/** The health in words, with its reason and its end where the host tells them. */
export function conditionOf({ health, reason, pausedUntilMs }: ListedProfile, nowMs: number): Line {
  const plain = say(`health.${health}`);
  const because = reason === undefined ? plain : say("health.because", { health: plain, reason: reasonOf(reason) });
  const isPaused = health === "cooling-down" || health === "disabled";
  if (!isPaused || pausedUntilMs === undefined || pausedUntilMs <= nowMs) return because;
  return say("health.until", { health: because, clock: clockOf(pausedUntilMs), time: duration(pausedUntilMs - nowMs) });
}

/** What the host calls a failure, and what a person calls it. Anything else is shown as the host wrote it. */
const REASONS: ReadonlyMap<string, ChatKey> = new Map([
  ["renewal-failed", "reason.renewal-failed"],
  ["no-token", "reason.no-token"],
  ["refused", "reason.refused"],
  ["auth", "reason.refused"],
  ["auth_permanent", "reason.refused"],
  ["subscription_limit", "reason.usage-limit"],
  ["billing", "reason.billing"],
  ["rate_limit", "reason.rate-limit"],
]);

function reasonOf(reason: string): Line {
  const key = REASONS.get(reason);
  return key === undefined ? [verbatim(reason)] : say(key);
}

const two = (value: number) => String(value).padStart(2, "0");

/** Hours and minutes of the day, UTC. */
function clockOf(ms: number): string {
  const minutes = Math.floor(ms / 60_000) % (24 * 60);
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

export function duration(ms: number): Line {
  const minutes = Math.ceil(ms / 60_000);
  if (ms < 60_000) return say("time.moment");
  if (minutes < 120) return say("time.minutes", { count: String(minutes) });
  return say("time.hours", { count: String(Math.floor(minutes / 60)) });
}

const NAMES_SHOWN = 6;

/** Names one after the other, the first few and how many more. */
export function namesOf(names: readonly string[]): Line {
  const shown = names
    .slice(0, NAMES_SHOWN)
    .flatMap((name, at): Segment[] => [...(at === 0 ? [] : [", "]), verbatim(name)]);
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? say("list.more", { names: shown, count: String(more) }) : shown;
}

/** When a change counts, and what stands in its way. */
export function effectLine({ isSelectable, activation }: Pick<SavedLogin, "isSelectable" | "activation">): Line {
  if (!isSelectable) return say("saved.left-out");
  return say(activation === "restart" ? "saved.restart" : "saved.live");
}

/** What a screen is made of, before anybody decides how a chat shows it. */
import type { ErrorCode } from "../errors.ts";
import type { ChatKey } from "../languages/catalogue.ts";
import type { Paste } from "../rules/callback-url.ts";
import type { ButtonVerb, NamedCommand, TakenBy, Verb } from "../rules/commands.ts";
import type { PendingDocument } from "../rules/pending-sign-ins.ts";
import { selectorOf, type ProfileName } from "../rules/profile-id.ts";
import type { ListedProfile, SavedSignIn } from "../rules/results.ts";
import type { Secret } from "../secret.ts";

/** Text that came from outside: a profile name, an e-mail, a plan. Shown as it is, never as markup. */
export interface Verbatim {
  readonly verbatim: string;
}

/** The sign-in link: shown bare on a line of its own, so that no chat can cut or wrap it. */
export interface SignInLink {
  readonly link: Secret;
}

/** A value of a sentence: one segment, or several that belong together. */
export type Values = Readonly<Record<string, Segment | Line>>;

/** Words of a catalogue, in whatever language they are shown in, with the values that stand in them. */
export type Sentence =
  | { readonly sentence: ChatKey; readonly values: Values }
  | { readonly refusal: ErrorCode; readonly values: Values };

/** A bare string is the same in every language: a separator. */
export type Segment = string | Verbatim | NamedCommand | SignInLink | Sentence;
export type Line = readonly Segment[];

/** What stands behind a command, by what it takes. Nothing here names more than a profile, but for the sealed text. */
interface Given {
  readonly nothing: unknown;
  readonly anything: unknown;
  readonly page: { readonly page: number };
  readonly profile: { readonly name: ProfileName };
  readonly "profile?": { readonly name?: ProfileName | undefined };
  readonly name: { readonly name: ProfileName };
  readonly "name?": { readonly name?: ProfileName | undefined };
  /** Without `isSure` it only asks. */
  readonly "profile yes?": { readonly name: ProfileName; readonly isSure: boolean };
  /** Without a text it only says what to send. */
  readonly "callback URL": {
    readonly pasted?: Paste | undefined;
    readonly name?: ProfileName | undefined;
    /** The pending file, if it was read for this paste already. */
    readonly pending?: PendingDocument | undefined;
  };
}

/** The question that a button was shown under; the newest one for words that were typed. */
interface Asked {
  readonly keep: { readonly questionId?: string | undefined };
}

/** What a person asks for, by words or by a button. */
export type IntentOf<V extends Verb> = {
  [One in V]: { readonly verb: One } & Given[TakenBy<One>] & (One extends keyof Asked ? Asked[One] : unknown);
}[V];

/** What a tapped button asks for. Nothing of it is secret. */
export type Action = IntentOf<ButtonVerb>;

export interface LinkButton {
  readonly label: Sentence;
  readonly link: Secret;
}

/** A label is words of a catalogue, or a profile's name. */
export type Button = { readonly label: Sentence | Verbatim; readonly action: Action } | LinkButton;

/** What a chat can do with a screen's buttons: all of them, only those that open a link, or nothing. */
export type ButtonSupport = "all" | "links" | "none";

export interface Screen {
  readonly lines: readonly Line[];
  readonly rows: readonly (readonly Button[])[];
}

/** What screens are put together from: sentences and their values, commands to type, buttons. Pure. */

const BUTTONS_PER_ROW = 2;

export const verbatim = (text: string): Verbatim => ({ verbatim: text });
export const command = (verb: Verb, profile?: string): NamedCommand => ({ command: verb, profile });
export const usage = (verb: Verb): NamedCommand => ({ command: verb, isUsage: true });

/** A profile as it can be typed behind any command; as it is called where nothing typed would mean it. */
export const typedName = (name: string) => verbatim(selectorOf(name) ?? name);

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
export function conditionOf({ health, reason, unusableUntilMs }: ListedProfile, nowMs: number): Line {
  const plain = say(`health.${health}`);
  const because = reason === undefined ? plain : say("health.because", { health: plain, reason: reasonOf(reason) });
  const isPaused = health === "cooling-down" || health === "disabled";
  if (!isPaused || unusableUntilMs === undefined || unusableUntilMs <= nowMs) return because;
  return say("health.until", {
    health: because,
    clock: clockOf(unusableUntilMs),
    time: duration(unusableUntilMs - nowMs),
  });
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
export function effectLine({ isSelectable, activation }: Pick<SavedSignIn, "isSelectable" | "activation">): Line {
  if (!isSelectable) return say("saved.left-out");
  return say(activation === "restart" ? "saved.restart" : "saved.live");
}

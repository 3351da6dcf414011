/** What a screen is made of, before anybody decides how a chat shows it. */
import type { PlacesOf, SentenceKey } from "../languages/en.ts";
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

/** The sign-in link, bare on a line of its own, so that no chat can cut or wrap it. `name`: what a named link says. */
export interface SignInLink {
  readonly link: Secret;
  readonly name: Sentence;
}

/** A fact whose wording depends on the language or the time zone: the renderer writes it. */
export type Fact =
  | number
  | { readonly durationMs: number }
  | { readonly agoMs: number }
  | { readonly atMs: number; readonly nowMs: number }
  /** `isWhole`: nothing follows, so that the last two items are joined by "and". */
  | { readonly items: readonly Line[]; readonly isWhole: boolean };

/** A value of a sentence: one segment, or several that belong together. */
export type Value = Segment | Line;

/** A sentence of the catalogue with the values in its places. Only `say` and the buttons make one: they check the places. */
export interface Sentence {
  readonly sentence: SentenceKey;
  readonly values: Readonly<Record<string, Value>>;
}

export type Segment = Verbatim | NamedCommand | SignInLink | Fact | Sentence;
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

/** What only a button says. */
interface Asked {
  /** The question that the button was shown under; typed words mean the newest one. */
  readonly keep: { readonly questionId?: string | undefined };
  /** Refresh shows no list that was read a few seconds ago. */
  readonly page: { readonly isFresh?: true | undefined };
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

/** A line, or one that only chats or only the terminal show. */
export type ScreenLine = Line | { readonly only: "chat" | "terminal"; readonly line: Line };

export interface Screen {
  readonly lines: readonly ScreenLine[];
  readonly rows: readonly (readonly Button[])[];
}

/** What screens are put together from: sentences and their values, commands to type, buttons. Pure. */
const BUTTONS_PER_ROW = 2;

export const verbatim = (text: string): Verbatim => ({ verbatim: text });
export const command = (verb: Verb, profile?: string): NamedCommand => ({ command: verb, profile });
export const usage = (verb: Verb): NamedCommand => ({ command: verb, isUsage: true });

/** A profile as it can be typed behind any command; as it is called where nothing typed would mean it. */
export const typedName = (name: string) => verbatim(selectorOf(name) ?? name);

/** One value for each place of a sentence, and none for any other. */
type Values<Key extends SentenceKey> = [PlacesOf<Key>] extends [never]
  ? []
  : [values: { readonly [Place in PlacesOf<Key>]: Value }];

function sentence<Key extends SentenceKey>(key: Key, ...values: Values<Key>): Sentence {
  const [filled = {}]: readonly [Sentence["values"]?] = values;
  return { sentence: key, values: filled };
}

export const say = <Key extends SentenceKey>(key: Key, ...values: Values<Key>): Line => [sentence(key, ...values)];

export const inChats = (line: Line): ScreenLine => ({ only: "chat", line });
export const inTerminal = (line: Line): ScreenLine => ({ only: "terminal", line });

export function button<Key extends SentenceKey>(key: Key, action: Action, ...values: Values<Key>): Button {
  return { label: sentence(key, ...values), action };
}

/** The sign-in link as a line and as a button. */
export const signInLink = (link: Secret): SignInLink => ({ link, name: sentence("button.open") });
export const linkButton = ({ link, name }: SignInLink): Button => ({ label: name, link });
export const nameButton = (name: string, action: Action): Button => ({ label: verbatim(name), action });

export function inRows(buttons: readonly Button[]): Button[][] {
  const rows: Button[][] = [];
  for (let at = 0; at < buttons.length; at += BUTTONS_PER_ROW) rows.push(buttons.slice(at, at + BUTTONS_PER_ROW));
  return rows;
}

/** E-mail, plan and condition, as far as they are known. */
export function factsOf(profile: ListedProfile, nowMs: number): Fact {
  const known = [profile.email, profile.plan].filter((fact) => fact !== undefined);
  return { items: [...known.map((fact) => [verbatim(fact)]), conditionOf(profile, nowMs)], isWhole: false };
}

/** The health in words, with its reason and its end if the host tells them. */
export function conditionOf({ health, reason, unusableUntilMs }: ListedProfile, nowMs: number): Line {
  const plain = say(`health.${health}`);
  const because = reason === undefined ? plain : say("health.because", { health: plain, reason: reasonOf(reason) });
  const isPaused = health === "cooling-down" || health === "disabled";
  if (!isPaused || unusableUntilMs === undefined || unusableUntilMs <= nowMs) return because;
  return say("health.until", {
    health: because,
    time: { atMs: unusableUntilMs, nowMs },
    left: { durationMs: unusableUntilMs - nowMs },
  });
}

/** What the host calls a failure, and what a person calls it. Anything else is shown as the host wrote it. */
const REASONS: ReadonlyMap<string, Extract<SentenceKey, `reason.${string}`>> = new Map([
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

const NAMES_SHOWN = 6;

/** Names in their order, the first few and how many more. */
export function namesOf(names: readonly string[]): Fact {
  const shown = names.slice(0, NAMES_SHOWN).map((name): Line => [verbatim(name)]);
  const more = names.length - NAMES_SHOWN;
  return more > 0
    ? { items: [...shown, say("list.more", { count: more })], isWhole: true }
    : { items: shown, isWhole: false };
}

/** When a change counts, and what stands in its way. */
export function effectLine({ isSelectable, activation }: Pick<SavedSignIn, "isSelectable" | "activation">): Line {
  if (!isSelectable) return say("saved.left-out");
  return say(EFFECTS[activation]);
}

const EFFECTS = { live: "saved.live", restart: "saved.restart", restarted: "saved.restarted" } as const;

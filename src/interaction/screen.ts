/** The parts of a screen before it is written for a surface, and the functions that make them. */
import type { PlacesOf, SentenceKey } from "../languages/en.ts";
import type { Paste } from "../rules/callback-url.ts";
import { needsProfile, type ButtonVerb, type NamedCommand, type TakenBy, type Verb } from "../rules/commands.ts";
import type { PendingDocument } from "../rules/pending-sign-ins.ts";
import { selectorOf, type ProfileName } from "../rules/profile-id.ts";
import type { ListedProfile, SavedSignIn } from "../rules/results.ts";
import type { Secret } from "../secret.ts";

/** Text from outside, such as a profile's name or an e-mail address. It is never treated as markup. */
export interface Verbatim {
  readonly verbatim: string;
}

/** The sign-in link or the page for codes, on a line of its own so that no chat can cut or wrap it. */
export interface BareLink {
  readonly link: Secret;
}

export type Fact =
  | number
  | { readonly durationMs: number }
  | { readonly agoMs: number }
  /** A duration with its minutes or hours, such as five days and 21 hours. */
  | { readonly spanMs: number }
  /** The name of the time zone. */
  | { readonly zone: true }
  | { readonly atMs: number; readonly nowMs: number }
  /** `isWhole`: the list is complete, so its last two items are joined by "and". */
  | { readonly items: readonly Line[]; readonly isWhole: boolean };

export type Value = Segment | Line;

/** A sentence of the catalogue with values for its places. Made by `say` and `button`, whose types check the places. */
export interface Sentence {
  readonly sentence: SentenceKey;
  readonly values: Readonly<Record<string, Value>>;
  /** Only the first sentence of the entry is written. */
  readonly isFirstOnly?: true;
}

/** What is left out of a message that would be too long. Without `short`, its line is left out too. */
export interface Optional {
  readonly full: Line;
  readonly short?: Line;
}

export type Segment = Verbatim | NamedCommand | BareLink | Fact | Sentence | Optional;
export type Line = readonly Segment[];

interface FieldsByArguments {
  readonly nothing: unknown;
  readonly anything: unknown;
  readonly page: { readonly page: number };
  readonly profile: { readonly name: ProfileName };
  readonly "profile?": { readonly name?: ProfileName | undefined };
  readonly name: { readonly name: ProfileName };
  readonly "name?": { readonly name?: ProfileName | undefined };
  readonly "profile yes?": { readonly name: ProfileName; readonly isSure: boolean };
  readonly "callback URL": {
    readonly pasted?: Paste | undefined;
    readonly name?: ProfileName | undefined;
    /** The pending sign-ins, if they were read for this message already. */
    readonly pending?: PendingDocument | undefined;
  };
}

/** The profile that the screen showed. A typed command means whichever profile has the name. */
interface Shown {
  readonly profileId?: string | undefined;
}

interface ButtonFields {
  readonly use: Shown;
  readonly unuse: Shown;
  readonly prefer: Shown;
  readonly signout: Shown;
  readonly undo: Shown;
  readonly retry: Shown;
  readonly revive: Shown;
  readonly quiet: Shown;
  /** The question that the button belongs to. A typed command answers the newest one. */
  readonly keep: { readonly questionId?: string | undefined };
  readonly page: { readonly isFresh?: true | undefined };
  readonly link: { readonly name: ProfileName };
}

export type IntentOf<V extends Verb> = {
  [One in V]: { readonly verb: One } & FieldsByArguments[TakenBy<One>] &
    (One extends keyof ButtonFields ? ButtonFields[One] : unknown);
}[V];

/** A request of a tapped button. It contains no secret. */
export type Action = IntentOf<ButtonVerb>;

export interface LinkButton {
  readonly label: Sentence;
  readonly link: Secret;
}

export type Button = { readonly label: Sentence | Verbatim; readonly action: Action } | LinkButton;

export type ScreenLine = Line | { readonly only: "chat" | "terminal"; readonly line: Line };

export interface Screen {
  readonly lines: readonly ScreenLine[];
  readonly rows: readonly (readonly Button[])[];
  /**
   * If a tap asks for this screen, the tapped message becomes these lines, and the screen is a message of its own: an
   * edited message has no markup, and so no text that a tap copies.
   */
  readonly instead?: readonly Line[];
}

const BUTTONS_PER_ROW = 2;

export const verbatim = (text: string): Verbatim => ({ verbatim: text });
export const command = (verb: Verb, profile?: string): NamedCommand => ({ command: verb, profile });
export const usage = (verb: Verb): NamedCommand => ({ command: verb, isUsage: true });

export const typedName = (name: string) => verbatim(selectorOf(name) ?? name);

type Values<Key extends SentenceKey> = [PlacesOf<Key>] extends [never]
  ? []
  : [values: { readonly [Place in PlacesOf<Key>]: Value }];

function sentence<Key extends SentenceKey>(key: Key, ...values: Values<Key>): Sentence {
  const [filled = {}]: readonly [Sentence["values"]?] = values;
  return { sentence: key, values: filled };
}

export const say = <Key extends SentenceKey>(key: Key, ...values: Values<Key>): Line => [sentence(key, ...values)];

/** Keeps only the first sentence, such as that of a refusal without its advice. */
export const firstSentenceOf = (line: Line): Line =>
  line.map((part) => (typeof part === "object" && "sentence" in part ? { ...part, isFirstOnly: true } : part));

/** Asks whether the user meant another command. It is named as it can be typed, or with the profile that it needs. */
export const nearLine = (verb: Verb): Line =>
  say("next.near", { command: needsProfile(verb) ? usage(verb) : command(verb) });

export const inChats = (line: Line): ScreenLine => ({ only: "chat", line });
export const inTerminal = (line: Line): ScreenLine => ({ only: "terminal", line });

export function button<Key extends SentenceKey>(key: Key, action: Action, ...values: Values<Key>): Button {
  return { label: sentence(key, ...values), action };
}

export const linkButton = (key: "button.device-page" | "button.open", link: Secret): Button => ({
  label: sentence(key),
  link,
});
export const nameButton = (name: string, action: Action): Button => ({ label: verbatim(name), action });

export function inRows(buttons: readonly Button[]): Button[][] {
  const rows: Button[][] = [];
  for (let at = 0; at < buttons.length; at += BUTTONS_PER_ROW) rows.push(buttons.slice(at, at + BUTTONS_PER_ROW));
  return rows;
}

export function factsOf(profile: ListedProfile, nowMs: number, more: readonly Line[] = []): Fact {
  const known = [profile.email, profile.plan].filter((fact) => fact !== undefined);
  return { items: [...known.map((fact) => [verbatim(fact)]), conditionOf(profile, nowMs), ...more], isWhole: false };
}

export function conditionOf(profile: ListedProfile, nowMs: number): Line {
  const { health, reason, unusableUntilMs } = profile;
  if (health === "cooling-down" && reason === "refused") return refusedCooldown(profile, nowMs);
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

/** One refused request of the host does not prove that the login has ended, so the screen says only that. */
function refusedCooldown({ refusedAtMs, unusableUntilMs }: ListedProfile, nowMs: number): Line {
  const refused =
    refusedAtMs === undefined
      ? say("cooldown.refused")
      : say("cooldown.refused-at", { time: { atMs: refusedAtMs, nowMs } });
  if (unusableUntilMs === undefined) return refused;
  return say("cooldown.again", { refused, time: { atMs: unusableUntilMs, nowMs } });
}

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

export function namesOf(names: readonly string[]): Fact {
  const shown = names.slice(0, NAMES_SHOWN).map((name): Line => [verbatim(name)]);
  const more = names.length - NAMES_SHOWN;
  return more > 0
    ? { items: [...shown, say("list.more", { count: more })], isWhole: true }
    : { items: shown, isWhole: false };
}

export function effectLines({ isSelectable, activation }: Pick<SavedSignIn, "isSelectable" | "activation">) {
  if (!isSelectable) return [say("saved.left-out")];
  return activation === "restart" ? restartLines() : [say(EFFECTS[activation])];
}

/** A chat's gateway runs. From a terminal, no answer can also mean that none does. */
export function restartLines(): ScreenLine[] {
  return [say("saved.restart"), inTerminal(say("saved.none-running"))];
}

const EFFECTS = { live: "saved.live", restarted: "saved.restarted" } as const;

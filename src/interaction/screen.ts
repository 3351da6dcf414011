/** What a screen is made of, before anybody decides how a chat shows it. */
import type { ErrorCode } from "../errors.ts";
import type { ProfileName } from "../flow/profile-id.ts";
import type { ChatKey } from "../languages/catalogue.ts";
import type { Secret } from "../secret.ts";

/** Text that came from outside: a profile name, an e-mail, a plan, words to type. Shown as it is, never as markup. */
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
export type Segment = string | Verbatim | SignInLink | Sentence;
export type Line = readonly Segment[];

/** What a tapped button asks for. Nothing here is secret, and nothing names more than a profile. */
export type Action =
  | { readonly verb: "pick"; readonly name: ProfileName }
  /** One profile's card, and what can be done from it. */
  | { readonly verb: "show"; readonly name: ProfileName }
  /** Pins this chat to it, or lets the chat go from it. */
  | { readonly verb: "use"; readonly name: ProfileName }
  | { readonly verb: "unuse"; readonly name?: ProfileName }
  | { readonly verb: "prefer"; readonly name: ProfileName }
  /** Saves a sign-in that waits for the person's word, under this name. */
  | { readonly verb: "keep"; readonly name: ProfileName; readonly questionId?: string }
  | { readonly verb: "undo"; readonly name: ProfileName }
  /** Asks first; only `isSure` acts. */
  | { readonly verb: "signout"; readonly name: ProfileName; readonly isSure: boolean }
  | { readonly verb: "page"; readonly page: number; readonly isFresh?: boolean }
  | { readonly verb: "new" }
  /** All sign-ins that wait, or one profile's. */
  | { readonly verb: "cancel"; readonly profileName?: ProfileName }
  | { readonly verb: "close" };

export type Verb = Action["verb"];

/** A record, so that none can be left out: the host is told of each, and a button of another would be dead. */
const IS_VERB: Readonly<Record<Verb, true>> = {
  pick: true,
  show: true,
  use: true,
  unuse: true,
  prefer: true,
  keep: true,
  undo: true,
  signout: true,
  page: true,
  new: true,
  cancel: true,
  close: true,
};

export const VERBS = Object.keys(IS_VERB) as readonly Verb[];

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

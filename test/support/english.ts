/** What tests read: screens and sentences in English. Other languages are compared with it in test/languages. */
import { inChat } from "../../src/commands/arguments.ts";
import { ERROR_CODES, type ErrorCode } from "../../src/errors.ts";
import type { ProfileHealth } from "../../src/rules/results.ts";
import { capabilitiesOf } from "../../src/interaction/capabilities.ts";
import * as render from "../../src/interaction/render.ts";
import type { Line, Screen } from "../../src/interaction/screen.ts";
import { localeOf } from "../../src/languages/catalogue.ts";
import { EN, type Catalogue } from "../../src/languages/en.ts";

export const ENGLISH = localeOf("en", "UTC");
export const SENTENCES: Catalogue = EN;
export const REFUSALS = Object.fromEntries(ERROR_CODES.map((code) => [code, EN[`refusal.${code}`]])) as Readonly<
  Record<ErrorCode, string>
>;

export const HEALTHS: readonly ProfileHealth[] = [
  "signed-in",
  "refreshing",
  "needs-sign-in",
  "cooling-down",
  "disabled",
];

export const MARKDOWN_CHAT = inChat(render.MARKDOWN);
export const PLAIN_CHAT = inChat(render.PLAIN);

export const toMarkdown = (screen: Screen) => render.toText(screen, ENGLISH, MARKDOWN_CHAT);
export const toPlainText = (screen: Screen) => render.toText(screen, ENGLISH, PLAIN_CHAT);
const limits = capabilitiesOf("telegram");
export const linkRows = (screen: Screen) => render.toWireButtons(screen, ENGLISH, { limits });
export const toWireButtons = (screen: Screen, prefix: string, screenId: string) =>
  render.toWireButtons(screen, ENGLISH, { limits, tap: { prefix, screenId } });

/** What stands on a button, or in one line. */
export const spelled = (line: Line) => toPlainText({ lines: [line], rows: [] });

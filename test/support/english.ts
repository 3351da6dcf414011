/** What tests read: screens and sentences in English. Other languages are compared with it in test/languages. */
import type { ProfileHealth } from "../../src/rules/results.ts";
import { inChat } from "../../src/commands/arguments.ts";
import * as render from "../../src/interaction/render.ts";
import type { Line, Screen } from "../../src/interaction/screen.ts";
import { catalogueOf } from "../../src/languages/catalogue.ts";

export const ENGLISH = catalogueOf("en");
export const { chat: SENTENCES, refusals: REFUSALS, terminal: TERMINAL } = ENGLISH;

/** The chat, in English. */
const IN_CHAT = inChat(ENGLISH);

export const HEALTHS: readonly ProfileHealth[] = [
  "signed-in",
  "refreshing",
  "needs-sign-in",
  "cooling-down",
  "disabled",
];

export const toMarkdown = (screen: Screen) => render.toMarkdown(screen, IN_CHAT);
export const toPlainText = (screen: Screen) => render.toPlainText(screen, IN_CHAT);
export const linkRows = (screen: Screen) => render.linkRows(screen, ENGLISH);
export const toWireButtons = (screen: Screen, prefix: string, screenId: string) =>
  render.toWireButtons(screen, ENGLISH, { prefix, screenId });

/** What stands on a button, or in one line. */
export const spelled = (line: Line) => toPlainText({ lines: [line], rows: [] });

/** Rendered text and buttons in the shapes the host takes: its portable presentation, and Telegram's edit. */
import type { WireButton } from "../interaction/render.ts";
import type { PluginCommandResult } from "./sdk.ts";

type ButtonRows = readonly (readonly WireButton[])[];

/** One block per row: the host starts a new row of the keyboard with each. */
export function toReplyPayload(text: string, rows: ButtonRows): PluginCommandResult {
  if (rows.length === 0) return { text };
  const blocks = rows.map((row) => ({
    type: "buttons" as const,
    buttons: row.map((button) =>
      "link" in button
        ? linkButton(button.label, button.link.reveal())
        : { label: button.label, action: { type: "callback" as const, value: button.callbackData } },
    ),
  }));
  return { text, presentation: { blocks } };
}

/** `url` beside the action: hosts before 2026.8 know only that one. */
function linkButton(label: string, url: string) {
  return { label, url, action: { type: "url" as const, url } };
}

export type TelegramButton = { text: string; url: string } | { text: string; callback_data: string };

export function toTelegramRows(rows: ButtonRows): TelegramButton[][] {
  return rows.map((row) =>
    row.map((button) =>
      "link" in button
        ? { text: button.label, url: button.link.reveal() }
        : { text: button.label, callback_data: button.callbackData },
    ),
  );
}

/** How each chat shows a screen, as one row of data per channel. */
import { MARKDOWN, type Style } from "./render.ts";

export interface Capabilities {
  /**
   * `taps`: a tapped button comes back to this plugin. `commands`: it comes back as a typed command of the tapper, again
   * and again. `links`: buttons only open links. `none`: no buttons.
   */
  readonly buttons: "taps" | "commands" | "links" | "none";
  /** Whether the next screen replaces the tapped message, or is a new one and the tapped one keeps its words. */
  readonly afterTap: "edit" | "send";
  readonly maxButtons: number;
  readonly maxRows: number;
  readonly maxPerRow: number;
  /** In UTF-16 units, as is `maxText`: the longest text that can have buttons. */
  readonly maxLabel: number;
  readonly maxText: number;
  /** The longest URL of a link button. */
  readonly maxUrl: number;
  readonly style: Style;
}

const NO_BUTTONS: Capabilities = {
  buttons: "none",
  afterTap: "edit",
  maxButtons: 100,
  maxRows: 100,
  maxPerRow: 8,
  maxLabel: 64,
  maxText: 4000,
  maxUrl: 512,
  style: MARKDOWN,
};

/**
 * The networks' own limits. A channel without a row gets only text, as do the web chat, Mattermost, Matrix, WhatsApp,
 * Signal and iMessage: there a tap does not come back, and a link button is drawn as a second copy of the link.
 */
const CAPABILITIES: ReadonlyMap<string, Capabilities> = new Map<string, Capabilities>([
  ["telegram", { ...NO_BUTTONS, buttons: "taps" }],
  [
    "slack",
    { ...NO_BUTTONS, buttons: "taps", maxButtons: 25, maxPerRow: 5, maxLabel: 75, maxText: 3000, maxUrl: 3000 },
  ],
  // Buttons of an edited message do not come back. The host splits an answer of more than 17 lines.
  [
    "discord",
    {
      ...NO_BUTTONS,
      buttons: "taps",
      afterTap: "send",
      maxButtons: 25,
      maxRows: 5,
      maxPerRow: 5,
      maxLabel: 80,
      maxText: 2000,
      style: { ...MARKDOWN, lineBreak: "\n" },
    },
  ],
  ["feishu", { ...NO_BUTTONS, buttons: "commands", maxButtons: 20, maxPerRow: 5, maxLabel: 40 }],
  ["msteams", { ...NO_BUTTONS, buttons: "commands", maxButtons: 20, maxPerRow: 5, maxLabel: 40 }],
  ["line", { ...NO_BUTTONS, buttons: "commands", maxButtons: 4, maxRows: 4, maxPerRow: 1, maxLabel: 20 }],
]);

/** What the adapter reports. A missing limit was not reported. */
export interface AdapterFacts {
  readonly bringsTapsBack: boolean;
  readonly limits: {
    readonly actions?:
      | {
          readonly maxActions?: number | undefined;
          readonly maxActionsPerRow?: number | undefined;
          readonly maxRows?: number | undefined;
          readonly maxLabelLength?: number | undefined;
        }
      | undefined;
    readonly text?: { readonly maxLength?: number | undefined } | undefined;
  };
}

export function capabilitiesOf(channel: string): Capabilities {
  return CAPABILITIES.get(channel) ?? NO_BUTTONS;
}

/**
 * Uses the lower of our limit and the adapter's, because a package may be older or newer than the one that was tried. Without an
 * adapter that shows buttons there are none.
 */
export function withinAdapter(row: Capabilities, facts: AdapterFacts | undefined): Capabilities {
  if (row.buttons === "none" || facts === undefined) return { ...row, buttons: "none" };
  const { actions = {}, text = {} } = facts.limits;
  return {
    ...row,
    buttons: row.buttons === "taps" && !facts.bringsTapsBack ? "links" : row.buttons,
    maxButtons: Math.min(row.maxButtons, actions.maxActions ?? Infinity),
    maxRows: Math.min(row.maxRows, actions.maxRows ?? Infinity),
    maxPerRow: Math.min(row.maxPerRow, actions.maxActionsPerRow ?? Infinity),
    maxLabel: Math.min(row.maxLabel, actions.maxLabelLength ?? Infinity),
    maxText: Math.min(row.maxText, text.maxLength ?? Infinity),
  };
}

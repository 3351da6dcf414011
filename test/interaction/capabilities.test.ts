/** The buttons of a screen within what each chat can show. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spellForChat } from "../../src/commands/arguments.ts";
import { intentOfTyped } from "../support/typed.ts";
import { answerCommand } from "../../src/handlers/command.ts";
import { capabilitiesOf, withinAdapter } from "../../src/interaction/capabilities.ts";
import { toWireButtons, type WireRows } from "../../src/interaction/render.ts";
import type { Screen } from "../../src/interaction/screen.ts";
import { cardScreen } from "../../src/interaction/login-screens.ts";
import { selectorScreen } from "../../src/interaction/screens.ts";
import { ENGLISH } from "../support/english.ts";
import { createDoor, OWNER, OWNER_CALL } from "../handlers/fake-handler.ts";
import { anyHostileScreen, anyScreen, listOf, started } from "./facts.ts";

const CHANNELS = ["telegram", "slack", "discord", "feishu", "msteams", "line"] as const;
const TAP = { prefix: "codex_auth_", screenId: "S1" };

function rowsOn(channel: string, screen: Screen): WireRows {
  const { buttons, ...limits } = capabilitiesOf(channel);
  return toWireButtons(screen, ENGLISH, { limits, ...(buttons === "taps" ? { tap: TAP } : { spell: spellForChat }) });
}

describe.each(CHANNELS)("the buttons of any screen on %s", (channel) => {
  const { maxButtons, maxRows, maxPerRow, maxLabel, maxUrl } = capabilitiesOf(channel);

  it("are within the limits, and no link is left out for want of space", () => {
    fc.assert(
      fc.property(fc.oneof(anyScreen, anyHostileScreen), ({ screen }) => {
        const rows = rowsOn(channel, screen);
        expect(rows.flat().length).toBeLessThanOrEqual(maxButtons);
        expect(rows.length).toBeLessThanOrEqual(maxRows);
        for (const row of rows) expect(row.length).toBeLessThanOrEqual(maxPerRow);
        for (const { label } of rows.flat()) {
          expect(label.length).toBeLessThanOrEqual(maxLabel);
          expect(label).toBe(label.toWellFormed());
        }
        const links = screen.rows.flat().filter((one) => "link" in one && one.link.reveal().length <= maxUrl);
        expect(rows.flat().filter((button) => "link" in button)).toHaveLength(Math.min(links.length, maxButtons));
      }),
    );
  });
});

describe("command buttons", () => {
  it("only show something, ask a question or start a sign-in, and are read back as that", () => {
    fc.assert(
      fc.property(anyScreen, ({ screen }) => {
        for (const button of rowsOn("feishu", screen).flat()) {
          if (!("command" in button)) continue;
          const intent = intentOfTyped(button.command);
          expect(["code", "page", "pick", "show", "signout", "usage"]).toContain(intent.verb);
          if (intent.verb === "signout") expect(intent.isSure).toBe(false);
        }
      }),
    );
  });

  it("of the board show each profile, and on LINE the first four", () => {
    expect(rowsOn("feishu", selectorScreen(listOf(3), 1)).flat()).toMatchObject([
      { command: "/codex_auth show p1" },
      { command: "/codex_auth show p2" },
      { command: "/codex_auth show p3" },
      { command: "/codex_auth" },
      { command: "/codex_usage" },
    ]);
    expect(rowsOn("line", selectorScreen(listOf(8), 1))).toHaveLength(4);
    expect(rowsOn("line", cardScreen(started()))).toMatchObject([
      [{ link: expect.anything() as unknown }],
      [{ label: "Use a code instead", command: "/codex_auth code work" }],
    ]);
  });
});

describe("a board of eight profiles on Discord", () => {
  it("keeps all its buttons in rows of five", () => {
    const rows = rowsOn("discord", selectorScreen(listOf(20), 1));
    const all = selectorScreen(listOf(20), 1).rows.flat();
    expect(rows.flat()).toHaveLength(all.length);
    expect(rows.every((row) => row.length <= 5)).toBe(true);
  });

  it("has at most 2,000 characters with its buttons, whatever the profiles are called", async () => {
    const { context, ports, owners } = createDoor();
    owners.add(`discord:${OWNER}`);
    for (let at = 0; at < 8; at += 1) ports.profiles.has(`openai:${at}${"long-name.".repeat(11)}`);
    const call = { ...OWNER_CALL, channel: "discord", from: `discord:${OWNER}`, to: `user:${OWNER}` };
    const { markdown, rows } = await answerCommand(context, "select", call);
    expect(markdown.length).toBeLessThanOrEqual(2000);
    expect(rows.flat().length).toBeGreaterThan(8);
  });
});

describe("an adapter", () => {
  it("without facts shows no buttons, and can only lower a limit", () => {
    const row = capabilitiesOf("slack");
    expect(withinAdapter(row, undefined).buttons).toBe("none");
    const limits = { actions: { maxActions: 1000, maxLabelLength: 1000 }, text: { maxLength: 100_000 } };
    expect(withinAdapter(row, { bringsTapsBack: true, limits })).toEqual(row);
  });
});

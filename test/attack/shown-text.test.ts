/** What accounts, plans and servers call themselves, as people see it: in Telegram, in the web chat, on buttons. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { answerCommand } from "../../src/handlers/command.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { profileScreen, questionScreen } from "../../src/interaction/profile-screens.ts";
import type { Screen } from "../../src/interaction/screen.ts";
import { cardScreen } from "../../src/interaction/login-screens.ts";
import { savedScreen, selectorScreen } from "../../src/interaction/screens.ts";
import { noticeScreen } from "../../src/interaction/notice-screens.ts";
import { Secret } from "../../src/secret.ts";
import { createDoor, OWNER_CALL, WEBCHAT_CALL } from "../handlers/fake-handler.ts";
import {
  anyHostileScreen,
  LINK,
  listed,
  listOf,
  NOW_MS,
  QUESTION,
  SAVED,
  shown,
  started,
} from "../interaction/facts.ts";
import { loadTelegramFormat, type TelegramMessage } from "../interaction/telegram-format.ts";
import { loadWebchatFormat, type WebchatMessage } from "../interaction/webchat-format.ts";
import { toMarkdown, toPlainText, toWireButtons } from "../support/english.ts";

let toTelegram: (markdown: string) => readonly TelegramMessage[];
let toWebchat: (markdown: string) => WebchatMessage;

beforeAll(async () => {
  toTelegram = await loadTelegramFormat();
  toWebchat = await loadWebchatFormat();
});

const HOSTILE = [
  { name: "everybody", text: "@everyone @here @channel" },
  { name: "Slack's everybody", text: "<!channel> <!here> <@U123|dana>" },
  { name: "Discord's person and role", text: "<@123456789> <@&42> <#7>" },
  { name: "a Telegram person as a link", text: "[you](tg://user?id=4242001)" },
  { name: "a Telegram person as HTML", text: '<a href="tg://user?id=4242001">you</a>' },
  { name: "a link with another text", text: "[https://auth.openai.com](https://evil.example)" },
  { name: "a link that is a reference", text: "[x][y] [y]: https://evil.example" },
  { name: "a picture that tells who looks", text: "![x](https://evil.example/pixel.png)" },
  { name: "a script", text: "<script>alert(1)</script><img src=x onerror=alert(1)>" },
  { name: "a link that is a program", text: "[x](javascript:alert(1))" },
  { name: "an end of the code span", text: "` [x](https://evil.example) `" },
  { name: "many ends of it", text: "``` ` `` [x](https://evil.example)" },
  { name: "an escaped end of it", text: "\\` [x](https://evil.example)" },
  { name: "entities", text: "&#96; &lt;b&gt; &#x202E;" },
  { name: "a heading and a table", text: "x\n# y\n\n| a | b |\n|---|---|" },
  { name: "a line that looks like ours", text: "plus\n\nSign in again: https://evil.example" },
  { name: "a command to tap", text: "/codex_auth signout work yes" },
] as const;

const UNSEEN = [
  { name: "right to left", text: "moc.elpmaxe@\u202Eanad\u202C" },
  { name: "an isolate that never ends", text: "dana@example.com\u2066\u2067" },
  { name: "Arabic letter mark and the marks of direction", text: "\u061C\u200E\u200Fdana" },
  { name: "nothing between letters", text: "da\u200Bn\u200Ca\u200D\u2060\uFEFF" },
  { name: "tags, which hide a text in a text", text: "dana\u{E0041}\u{E0042}\u{E007F}" },
  { name: "control of a terminal", text: "\u001B[31mdana\u001B]8;;https://evil.example\u0007" },
  { name: "NUL, backspace, delete", text: "d\u0000a\u0008n\u007Fa" },
  { name: "every kind of line end", text: "d\ra\nn\u0085a\u2028b\u2029c\u000Bd\u000Ce" },
  { name: "half a pair", text: "da\uD800na\uDFFF" },
] as const;

/** Every screen that shows what came from outside, with it in every place. */
function screensWith(text: string): readonly Screen[] {
  const profile = listed("work", {
    email: text,
    plan: text,
    health: "cooling-down",
    reason: text,
    unusableUntilMs: NOW_MS + 1,
  });
  const asStored = { ...profile, name: text as ProfileName };
  return [
    savedScreen({ ...SAVED, email: text, plan: text, sameAccountAs: text }, true),
    selectorScreen({ ...listOf(0), profiles: [profile, asStored] }, 1),
    profileScreen(shown(profile)),
    profileScreen(shown(asStored)),
    questionScreen({
      ...QUESTION,
      newAccount: { email: text, plan: text },
      existingProfile: { profileName: text, email: text },
    }),
    noticeScreen({ profile: asStored, isPinned: true }),
  ];
}

const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe.each([...HOSTILE, ...UNSEEN])("text from outside that holds $name", ({ text }) => {
  it("is code, and nothing but code, in Telegram", () => {
    for (const screen of screensWith(text)) {
      const messages = toTelegram(toMarkdown(screen));
      expect(messages.flatMap(({ tags }) => tags).filter((tag) => tag !== "code")).toEqual([]);
      expect(messages.flatMap(({ links }) => links)).toEqual([]);
    }
  });

  it("is code, and nothing but code, in the web chat", () => {
    for (const screen of screensWith(text)) {
      const { tags, links } = toWebchat(toMarkdown(screen));
      expect(tags.filter((tag) => tag !== "code" && tag !== "p")).toEqual([]);
      expect(links).toEqual([]);
    }
  });

  it("has no invisible character, in any form or button", () => {
    for (const screen of screensWith(text)) {
      const labels = toWireButtons(screen, "codex_auth_", "S1").flatMap((row) => row.map(({ label }) => label));
      for (const form of [toMarkdown(screen), toPlainText(screen)])
        expect(form.replaceAll("\n\n", "")).not.toMatch(UNSHOWABLE);
      for (const label of labels) expect(label).not.toMatch(UNSHOWABLE);
    }
  });
});

describe("the web chat's renderer", () => {
  it("would make links, pictures and tags of these, were they not code", () => {
    const { tags, links } = toWebchat(
      "[x](https://evil.example) ![x](https://evil.example) <b>x</b> https://evil.example",
    );
    expect(tags).toEqual(["a", "b", "img", "p"]);
    expect(links).toEqual(["https://evil.example", "https://evil.example"]);
  });

  it("renders any screen alike for any text in its code spans", () => {
    fc.assert(
      fc.property(anyHostileScreen, ({ screen }) => {
        const markdown = toMarkdown(screen);
        const { tags, links } = toWebchat(markdown);
        const ours = toWebchat(markdown.replaceAll(/`[^`\n]*`/g, "`x`"));
        expect({ tags, links }).toEqual({ tags: ours.tags, links: ours.links });
      }),
    );
  });

  it("keeps the sign-in link whole and clickable", () => {
    const card = cardScreen(started({ authorizationUrl: new Secret(LINK) }));
    expect(toWebchat(toMarkdown(card)).links).toEqual([LINK]);
  });
});

describe("what the server says of a refusal", () => {
  const CALLS = [
    { name: "Telegram", call: OWNER_CALL },
    { name: "the web chat", call: WEBCHAT_CALL },
  ];

  it.each(CALLS.flatMap((chat) => [...HOSTILE, ...UNSEEN].map(({ name, text }) => ({ ...chat, what: name, text }))))(
    "is replaced by our own words, in $name: $what",
    async ({ call, text }) => {
      const said = async (error: string, description: string) => {
        const { context, ports } = createDoor();
        const card = await answerCommand(context, "select", { ...call, args: "work" });
        const link = card.plainText.split("\n\n").find((line) => line.startsWith("https://")) ?? "";
        const args = ports.oauth.deny(new Secret(link), error, description);
        const { markdown, plainText } = await answerCommand(context, "finish", { ...call, args });
        return [markdown, plainText, ports.log.lines, ports.audit.entries];
      };
      expect(await said("access_denied", text)).toEqual(await said("access_denied", "no"));
      expect(await said(text, text)).toEqual(await said("unheard_of", "no"));
    },
  );
});

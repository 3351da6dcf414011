import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { areSlashAnswersPublic, askAdapter, isInlineButtonsOn, slackBlocksOf } from "../../src/host/chat.ts";
import { capabilitiesOf, withinAdapter } from "../../src/interaction/capabilities.ts";
import { toReplyPayload } from "../../src/handlers/context.ts";
import type { OpenClawPluginApi } from "../../src/host/sdk.ts";
import { Secret } from "../../src/secret.ts";

const off = { inlineButtons: "off" };
const dm = { inlineButtons: "dm" };

interface Row {
  readonly name: string;
  readonly telegram: unknown;
  readonly account?: string;
  readonly isOn: boolean;
}

/** The config of the Telegram channel, and whether a direct chat's buttons can be tapped (HOST.md section 3). */
const CAPABILITIES: readonly Row[] = [
  { name: "no Telegram at all", telegram: undefined, isOn: true },
  { name: "none", telegram: {}, isOn: true },
  { name: "an empty list", telegram: { capabilities: [] }, isOn: true },
  { name: "a list with them", telegram: { capabilities: ["polls", "inlineButtons"] }, isOn: true },
  { name: "a list without them", telegram: { capabilities: ["polls"] }, isOn: false },
  { name: "a scope of off", telegram: { capabilities: off }, isOn: false },
  { name: "a scope of dm", telegram: { capabilities: dm }, isOn: true },
  { name: "a scope of group", telegram: { capabilities: { inlineButtons: "group" } }, isOn: false },
  { name: "a scope of all", telegram: { capabilities: { inlineButtons: "all" } }, isOn: true },
  { name: "a scope of allowlist", telegram: { capabilities: { inlineButtons: "allowlist" } }, isOn: true },
  { name: "an object without a scope", telegram: { capabilities: {} }, isOn: true },
  {
    name: "the account's own",
    telegram: { capabilities: dm, accounts: { default: { capabilities: off } } },
    isOn: false,
  },
  {
    name: "the account's own, on",
    telegram: { capabilities: off, accounts: { default: { capabilities: dm } } },
    isOn: true,
  },
  { name: "an account without any", telegram: { capabilities: off, accounts: { default: {} } }, isOn: false },
  {
    name: "another account's",
    telegram: { capabilities: dm, accounts: { second: { capabilities: off } } },
    isOn: true,
  },
  { name: "an account that is a word of every object", telegram: { accounts: {} }, account: "constructor", isOn: true },
];

/** Where the host's own reading of a config goes further than the words of HOST.md. */
const SPELLINGS: readonly Row[] = [
  {
    name: "an account's empty list leaves the channel's in force",
    telegram: { capabilities: ["polls"], accounts: { default: { capabilities: [] } } },
    isOn: false,
  },
  {
    name: "an account is found in any case",
    telegram: { accounts: { Studio: { capabilities: off } } },
    account: "studio",
    isOn: false,
  },
  {
    name: "an account is found by its id if the config has a name",
    telegram: { accounts: { "My Studio": { capabilities: off } } },
    account: "my-studio",
    isOn: false,
  },
  { name: "a list may spell them in any case", telegram: { capabilities: ["INLINEBUTTONS"] }, isOn: true },
];

/** The real host's rule, by the stable name of its bundled channel's file. */
interface HostRule {
  resolveTelegramInlineButtonsScope(params: { cfg: unknown; accountId: string }): string;
}

const MODULE = "../../node_modules/@openclaw/plugin-sdk/dist/extensions/telegram/api.js";
let host: HostRule;

beforeAll(async () => {
  host = (await import(new URL(MODULE, import.meta.url).href)) as HostRule;
});

/** As the host treats a tap in a direct chat. */
function hostTakesTaps(telegram: unknown, accountId: string): boolean {
  const scope = host.resolveTelegramInlineButtonsScope({ cfg: { channels: { telegram } }, accountId });
  return scope !== "off" && scope !== "group";
}

describe("buttons in a direct chat", () => {
  it.each(CAPABILITIES)("follow the capabilities: $name", ({ telegram, account = "default", isOn }) => {
    expect(isInlineButtonsOn(telegram, account)).toBe(isOn);
  });

  it.each(SPELLINGS)("follow the host's own reading: $name", ({ telegram, account = "default", isOn }) => {
    expect(isInlineButtonsOn(telegram, account)).toBe(isOn);
  });

  it.each([...CAPABILITIES, ...SPELLINGS])("are expected here as the real host has them: $name", (row) => {
    expect(hostTakesTaps(row.telegram, row.account ?? "default")).toBe(row.isOn);
  });

  it("agree with the real host for every config that its schema lets through", () => {
    const scope = fc.constantFrom("off", "dm", "group", "all", "allowlist");
    const capabilities = fc.oneof(
      fc.uniqueArray(fc.constantFrom("inlineButtons", "polls", "reactions"), { minLength: 1 }),
      fc.record({ inlineButtons: scope }, { requiredKeys: [] }),
    );
    const account = fc.record({ capabilities }, { requiredKeys: [] });
    const accounts = fc.dictionary(fc.constantFrom("default", "studio", "second"), account);
    const telegram = fc.record({ capabilities, accounts }, { requiredKeys: [] });
    fc.assert(
      fc.property(telegram, fc.constantFrom("default", "studio"), (config, accountId) => {
        expect(isInlineButtonsOn(config, accountId)).toBe(hostTakesTaps(config, accountId));
      }),
    );
  });

  it.each([
    { name: "the config is not an object", telegram: "yes" },
    { name: "capabilities are null", telegram: { capabilities: null } },
    { name: "accounts are a list", telegram: { accounts: [] } },
  ])("are on by default if $name", ({ telegram }) => {
    expect(isInlineButtonsOn(telegram, "default")).toBe(true);
  });
});

/** As much of the host's api as the question needs. */
function createApi(adapter: unknown, telegram: unknown = {}): OpenClawPluginApi {
  const loadAdapter = () => (adapter instanceof Error ? Promise.reject(adapter) : Promise.resolve(adapter));
  const runtime = { channel: { outbound: { loadAdapter } }, config: { current: () => ({ channels: { telegram } }) } };
  return { runtime, logger: { warn: () => undefined } } as unknown as OpenClawPluginApi;
}

/** Writes every button with this id. */
function slackAdapter(actionId: string) {
  const blocks = [{ type: "actions", elements: [{ type: "button", action_id: actionId }] }];
  const renderPresentation = () => ({ channelData: { slack: { renderedPresentationSegments: [{ blocks }] } } });
  return { presentationCapabilities: { buttons: true }, renderPresentation };
}

const capabilitiesIn = async (api: OpenClawPluginApi, channel: string) =>
  withinAdapter(capabilitiesOf(channel), await askAdapter(api, channel, "default"));

const TELEGRAM_ADAPTER = { presentationCapabilities: { supported: true, buttons: true, selects: true } };

describe("a chat can show buttons", () => {
  it.each([
    { name: "Telegram", channel: "telegram", adapter: TELEGRAM_ADAPTER, telegram: {}, expected: "taps" },
    {
      name: "Telegram with buttons off",
      channel: "telegram",
      adapter: TELEGRAM_ADAPTER,
      telegram: { capabilities: off },
      expected: "none",
    },
    { name: "Telegram without its adapter", channel: "telegram", adapter: undefined, telegram: {}, expected: "none" },
    {
      name: "Telegram with an adapter that fails",
      channel: "telegram",
      adapter: new Error("x"),
      telegram: {},
      expected: "none",
    },
    { name: "an adapter that says nothing", channel: "telegram", adapter: {}, telegram: {}, expected: "none" },
    { name: "Discord", channel: "discord", adapter: TELEGRAM_ADAPTER, telegram: {}, expected: "taps" },
    { name: "Slack", channel: "slack", adapter: slackAdapter("openclaw:callback_button:1:1"), expected: "taps" },
    {
      name: "Slack with a package that hands taps to the model",
      channel: "slack",
      adapter: slackAdapter("openclaw:reply_button:1:1"),
      expected: "links",
    },
    { name: "Slack without a renderer", channel: "slack", adapter: TELEGRAM_ADAPTER, expected: "links" },
    { name: "Feishu", channel: "feishu", adapter: TELEGRAM_ADAPTER, expected: "commands" },
    { name: "Mattermost", channel: "mattermost", adapter: TELEGRAM_ADAPTER, expected: "none" },
    { name: "a channel without a row", channel: "constructor", adapter: TELEGRAM_ADAPTER, expected: "none" },
    { name: "the web chat", channel: "webchat", adapter: undefined, telegram: {}, expected: "none" },
  ])("if adapter and config allow it: $name", async ({ channel, adapter, telegram, expected }) => {
    expect((await capabilitiesIn(createApi(adapter, telegram), channel)).buttons).toBe(expected);
  });

  it("within the lower of our limits and the adapter's", async () => {
    const limits = { actions: { maxActions: 3, maxActionsPerRow: 99, maxLabelLength: 20 }, text: { maxLength: 1900 } };
    const adapter = { presentationCapabilities: { buttons: true, limits } };
    const expected = { maxButtons: 3, maxPerRow: 5, maxRows: 5, maxLabel: 20, maxText: 1900 };
    expect(await capabilitiesIn(createApi(adapter), "discord")).toMatchObject(expected);
  });

  it("of Slack's blocks in an edit as the package writes them, and none without buttons", async () => {
    const api = createApi(slackAdapter("openclaw:callback_button:1:1"));
    expect(await slackBlocksOf(api, toReplyPayload("hello", ROWS))).toHaveLength(1);
    expect(await slackBlocksOf(api, toReplyPayload("hello", []))).toEqual([]);
  });
});

function isPublic(slack: unknown): boolean {
  const config = { current: () => ({ channels: { slack } }) };
  const api = { runtime: { config } } as unknown as OpenClawPluginApi;
  return areSlashAnswersPublic(api, { channel: "slack", channelAccountId: "default", senderId: "U1" });
}

describe("the answers to slash commands", () => {
  const shown = { slashCommand: { ephemeral: false } };

  it.each([
    { name: "nothing is said", slack: {}, expected: false },
    { name: "there is no channel", slack: undefined, expected: false },
    { name: "the channel says so", slack: shown, expected: true },
    { name: "the account says so", slack: { accounts: { default: shown } }, expected: true },
    {
      name: "the account says otherwise",
      slack: { ...shown, accounts: { default: { slashCommand: { ephemeral: true } } } },
      expected: false,
    },
  ])("are public only by the config: $name", ({ slack, expected }) => {
    expect(isPublic(slack)).toBe(expected);
  });
});

const LINK = "https://auth.openai.com/oauth/authorize?state=x";
const ROWS = [
  [
    { label: "work", callbackData: "codex_auth_pick:S.0" },
    { label: "team", callbackData: "codex_auth_pick:S.1" },
  ],
  [{ label: "Open", link: new Secret(LINK) }],
];

describe("the host's shapes of a reply", () => {
  it("is only text without buttons", () => {
    expect(toReplyPayload("hello", [])).toEqual({ text: "hello" });
  });

  it("puts each row into a block of its own, links as links and the rest as callbacks", () => {
    expect(toReplyPayload("hello", ROWS)).toEqual({
      text: "hello",
      presentation: {
        blocks: [
          {
            type: "buttons",
            buttons: [
              { label: "work", reusable: true, action: { type: "callback", value: "codex_auth_pick:S.0" } },
              { label: "team", reusable: true, action: { type: "callback", value: "codex_auth_pick:S.1" } },
            ],
          },
          { type: "buttons", buttons: [{ label: "Open", url: LINK, action: { type: "url", url: LINK } }] },
        ],
      },
    });
  });

  it("writes a command button with the text that it sends", () => {
    const rows = [[{ label: "work", command: "/codex_auth show work" }]];
    expect(toReplyPayload("hello", rows).presentation?.blocks[0]?.buttons).toEqual([
      { label: "work", action: { type: "command", command: "/codex_auth show work" } },
    ]);
  });
});

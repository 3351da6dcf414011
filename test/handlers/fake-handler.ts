/** A door context over the ports in memory, and a host whose owners, chats and config a test can set. */
import { answerCommand, type CommandCall } from "../../src/handlers/command.ts";
import type { HandlerContext, Message } from "../../src/handlers/context.ts";
import { answerPaste } from "../../src/handlers/message.ts";
import { claimPastedMessage, OriginalMessages, type ChatMessage, type Claim } from "../../src/handlers/transcript.ts";
import { capabilitiesOf } from "../../src/interaction/capabilities.ts";
import type { Binding, Sender } from "../../src/rules/binding.ts";
import { ENGLISH, REFUSALS, SENTENCES } from "../support/english.ts";
import { ShownScreens } from "../../src/interaction/buttons.ts";
import type { Ports } from "../../src/actions/ports.ts";
import { Secret } from "../../src/secret.ts";
import { createFakePorts, type FakePorts } from "../fakes/fake-ports.ts";

export const OWNER = "4242001";
export const OWNER_CHAT: Binding = {
  gateway: "gateway-1",
  channel: "telegram",
  channelAccountId: "default",
  conversationId: OWNER,
  senderId: OWNER,
  agentId: "main",
};
export const OWNER_SENDER: Sender = { channel: "telegram", channelAccountId: "default", senderId: OWNER };
export const STRANGER = "4242666";
export const GROUP = "-1001234567890";
/** In errors and in codes that no sign-in waits for: found in an answer, it has leaked. */
export const CANARY = "ac_Q0FOQVJZ";

/** Throws on any touch: for rules that say a port is not even looked at. */
export const UNTOUCHABLE: Ports = new Proxy({} as Ports, {
  get(_target, name) {
    // A promise that resolves to this object asks for `then`; that is no touch of a port.
    if (name === "then") return undefined;
    throw new Error(`the port ${String(name)} was touched`);
  },
});

/** What a test can set about the host, and what became of it. */
export interface Door {
  readonly context: HandlerContext;
  readonly ports: FakePorts;
  /** Addresses such as `telegram:4242001`; changing it is what a change of the host's config does. */
  readonly owners: Set<string>;
  /** How often the login shell was loaded. */
  readonly loads: () => number;
  readonly sent: { readonly sender: Sender; readonly message: Message }[];
}

/** One profile, `work`, and one owner. */
export function createDoor(overrides: Partial<HandlerContext> = {}): Door {
  const ports = createFakePorts();
  ports.profiles.has("openai:work");
  const owners = new Set([`telegram:${OWNER}`, `discord:${OWNER}`]);
  const sent: Door["sent"] = [];
  let loads = 0;
  let screenCount = 0;
  const defaults: HandlerContext = {
    gateway: "gateway-1",
    log: ports.log,
    callbackPrefix: "codex_auth_",
    isSandbox: false,
    screens: new ShownScreens(() => `S${screenCount++}`),
    originals: new OriginalMessages(),
    nowMs: () => ports.clock.nowMs(),
    locale: () => ENGLISH,
    ownersToNotify: () => Promise.resolve([{ who: OWNER_CHAT, sender: OWNER_SENDER }]),
    ports: () => Promise.resolve(ports),
    loadOwnerCheck: () => Promise.resolve(({ channel, senderId }) => owners.has(`${channel}:${senderId}`)),
    agentOf: () => "main",
    capabilitiesOf: ({ channel }) => Promise.resolve(capabilitiesOf(channel)),
    slackBlocksOf: ({ markdown }) => Promise.resolve([{ type: "section", text: markdown }]),
    areSlashAnswersPublic: () => false,
    canSendNow: ({ channel }) => Promise.resolve(channel !== "webchat"),
    inBackground: (task) => task(),
    sendNow: (sender, message) => {
      sent.push({ sender, message });
      return Promise.resolve(true);
    },
    areTextCommandsOn: () => true,
  };
  // Descriptors, not values: an override may be a getter that throws, as the host's own services can.
  const context = Object.defineProperties(defaults, Object.getOwnPropertyDescriptors(overrides));
  const load = context.ports;
  context.ports = () => {
    loads += 1;
    return load();
  };
  return { context, ports, owners, loads: () => loads, sent };
}

/** What becomes of a message that is no command, as the gateway's hook has it. */
export function claimMessage(context: HandlerContext, message: ChatMessage): Promise<Claim | undefined> {
  return claimPastedMessage(context, message, (pasted, parts) => answerPaste(context, pasted, parts));
}

/** A native command of the owner in a direct chat, as HOST.md section 2 saw it. */
export const OWNER_CALL: CommandCall = {
  channel: "telegram",
  accountId: "default",
  senderId: OWNER,
  from: `telegram:${OWNER}`,
  agentId: "main",
  sessionKey: "agent:main:main",
  senderIsOwner: true,
  assertOwnerCurrent: () => undefined,
};

/** An ordinary message of the owner in a direct chat, as HOST.md section 5 saw it. */
export function ownerMessage(content: string, extra: Partial<ChatMessage> = {}): ChatMessage {
  return {
    channelId: "telegram",
    accountId: "default",
    conversationId: OWNER,
    senderId: OWNER,
    sessionKey: "agent:main:main",
    isGroup: false,
    messageId: "17",
    content,
    ...extra,
  };
}

/** A command of the web chat's one operator. */
export const WEBCHAT_CALL: CommandCall = {
  channel: "webchat",
  agentId: "main",
  sessionKey: "agent:main:main",
  gatewayClientScopes: ["operator.read", "operator.admin"],
};

/** Starts a sign-in for `work` and approves it: answers the address that the browser ends on. */
export async function startAndApprove({ context, ports }: Door, call: CommandCall = OWNER_CALL): Promise<string> {
  const card = await answerCommand(context, "select", { ...call, args: "work" });
  return ports.oauth.approve(new Secret(linkOf(card)));
}

/** The sign-in link, alone on its line. */
export function linkOf({ plainText }: Message): string {
  return plainText.split("\n\n").find((line) => line.startsWith("https://")) ?? "";
}

/** What a person who is no owner reads. */
export function notAllowed(sender: string): string {
  return `${REFUSALS["not-allowed"]}\n\n${SENTENCES["owners.entry"].replace("{sender}", sender)}`;
}

/** Ids of the profiles that were saved, in order. */
export const savedIn = ({ profiles }: FakePorts): readonly string[] => profiles.saves.map(({ profileId }) => profileId);
/** How many sign-ins wait. */
export const waitingIn = ({ pending }: FakePorts): number => pending.document.logins.length;

/** Parts of the context that lean on the host, each as it is when the host throws. */
export const BROKEN: readonly { readonly name: string; readonly overrides: Partial<HandlerContext> }[] = [
  {
    name: "the state directory",
    overrides: {
      get gateway(): string {
        throw new Error(CANARY);
      },
    },
  },
  {
    name: "the clock",
    overrides: {
      nowMs: () => {
        throw new Error(CANARY);
      },
    },
  },
  { name: "the ports", overrides: { ports: () => Promise.reject(new Error(CANARY)) } },
  {
    name: "the ports, at once",
    overrides: {
      ports: () => {
        throw new Error(CANARY);
      },
    },
  },
  { name: "the owner rule's loading", overrides: { loadOwnerCheck: () => Promise.reject(new Error(CANARY)) } },
  {
    name: "the owner rule",
    overrides: {
      loadOwnerCheck: () =>
        Promise.resolve(() => {
          throw new Error(CANARY);
        }),
    },
  },
  {
    name: "the agent's route",
    overrides: {
      agentOf: () => {
        throw new Error(CANARY);
      },
    },
  },
  { name: "the question for buttons", overrides: { capabilitiesOf: () => Promise.reject(new Error(CANARY)) } },
  { name: "the sending", overrides: { sendNow: () => Promise.reject(new Error(CANARY)) } },
  {
    name: "the sending, at once",
    overrides: {
      sendNow: () => {
        throw new Error(CANARY);
      },
    },
  },
  {
    name: "the config",
    overrides: {
      areTextCommandsOn: () => {
        throw new Error(CANARY);
      },
    },
  },
];

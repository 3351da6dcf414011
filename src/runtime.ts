/**
 * Builds the context of the gateway's handlers. Loaded with the first command, tap, paste or check for expired logins
 * (`plugin.ts`).
 */
import { InMemoryParkedSignIns } from "./actions/account-question.ts";
import { NudgeMemory } from "./actions/nudge.ts";
import type { PollerHost } from "./actions/device-poller.ts";
import type { CallbackListener, Ports } from "./actions/ports.ts";
import { hasPendingSignIn, polledSignInsOf } from "./rules/pending-sign-ins.ts";
import { spellForChat } from "./commands/arguments.ts";
import { oauthFileIn, isSandbox, readCallbackPort, readSandboxOrigin, readVariable } from "./environment.ts";
import { failingAs, logFailure } from "./errors.ts";
import { answerCommand, type CommandCall } from "./handlers/command.ts";
import { toReplyPayload, type HandlerContext } from "./handlers/context.ts";
import { answerPaste } from "./handlers/message.ts";
import { explain, notifyOwners, nudgeOwners } from "./handlers/notices.ts";
import { answerTap, tapOf, type HostTap } from "./handlers/tap.ts";
import type { AnswerPaste, EarlyContext } from "./handlers/transcript.ts";
import { addressOf, type SentPlace } from "./handlers/channels.ts";
import { lookAtSignIns, openRunningHost } from "./host/auth-store.ts";
import { areSlashAnswersPublic, askAdapter, canSendNow, sendNow, slackBlocksOf } from "./host/chat.ts";
import { createHostSend, hostObstacle, hostProxyFacts } from "./host/fetch.ts";
import { loadOwnerCheck, loadOwners, resolveAgent } from "./host/owners.ts";
import { createChatPins } from "./host/pins.ts";
import {
  hostSdk,
  settingsOf,
  type OpenClawPluginApi,
  type PluginCommandResult,
  type PluginSettings,
} from "./host/sdk.ts";
import { ShownScreens } from "./interaction/buttons.ts";
import { capabilitiesOf, withinAdapter } from "./interaction/capabilities.ts";
import type { HandlerId, Manifest } from "./manifest.ts";
import { once, remember, rememberUntilStop, repeat, sharedBell, systemClock, systemEntropy } from "./system.ts";
import { createPorts, openPendingStore, sharedRecentLists, sharedSignIns, sharedUsageMemory } from "./wiring.ts";

export interface Runtime {
  answerCommand(handler: HandlerId, call: CommandCall): Promise<PluginCommandResult>;
  answerTap(channel: string, tap: HostTap): Promise<void>;
  readonly answerPaste: AnswerPaste;
  /** Returns the message with advice, or undefined to leave it unchanged. */
  explain(content: string, sent: SentPlace): Promise<string | undefined>;
  /** Opens the listener again for sign-ins that were pending when the gateway or the plugin was restarted. */
  listenAgain(): Promise<void>;
  /** Polls the pending device codes, if there are any. Returns how to stop. */
  pollCodes(): Promise<(() => void) | undefined>;
  /** Looks at the logins, and remembers those that work in case their renewal fails. */
  watch(settings: Pick<PluginSettings, "notify" | "nudge">): Promise<void>;
  /** Forgets the remembered sign-ins. */
  forgetSignIns(): void;
}

export function createRuntime(api: OpenClawPluginApi, manifest: Manifest, early: EarlyContext): Runtime {
  const context = createHandlerContext(api, manifest, early);
  const openHost = once(async () => (await import("./handlers/unattended.ts")).createPollerHost(context));
  const remembered = sharedSignIns(manifest.version);
  return {
    async answerCommand(handler, call) {
      const { markdown, rows } = await answerCommand(context, handler, call);
      return toReplyPayload(markdown, rows);
    },
    answerTap: (channel, tap) => answerTap(context, tapOf(context, channel, tap)),
    answerPaste: (message, pasted) => answerPaste(context, message, pasted),
    explain: (content, sent) => explain(context, content, sent),
    async watch({ notify, nudge }) {
      const look = await lookAtSignIns(api, { remembered, entropy: systemEntropy, nowMs: context.nowMs() });
      if (notify && look.hasExpiredLogin) await notifyOwners(context, look.agentId);
      if (nudge)
        await nudgeOwners(
          context,
          look.agentId,
          remember("nudge", manifest.version, () => new NudgeMemory()),
        );
    },
    async listenAgain() {
      const document = await (await openPending(context)).read();
      const isPending = hasPendingSignIn(document, context.gateway, context.nowMs());
      if (isPending) await (await context.ports()).listener.open();
    },
    pollCodes: () => pollCodes(context, manifest.version, openHost),
    forgetSignIns: () => remembered.clear(),
  };
}

/**
 * Reads the file of pending sign-ins, and loads the poller only for one with a code. There is one poller for all copies
 * of the plugin in this process.
 */
async function pollCodes(
  context: HandlerContext,
  version: string,
  openHost: () => Promise<PollerHost>,
): Promise<(() => void) | undefined> {
  const document = await (await openPending(context)).read();
  if (polledSignInsOf(document, context.gateway, context.nowMs()).length === 0) return undefined;
  const { DevicePoller } = await import("./actions/device-poller.ts");
  const poller = remember("poller", version, () => new DevicePoller());
  const host = await openHost();
  poller.start(host);
  await poller.look();
  return () => poller.stop(host);
}

const openPending = async ({ gateway }: HandlerContext) => openPendingStore(await findTempFolder(), gateway);

async function findTempFolder(): Promise<string> {
  const { resolvePreferredOpenClawTmpDir } = await hostSdk.tempPath();
  return failingAs("pending-unwritable", async () => resolvePreferredOpenClawTmpDir());
}

const newScreenId = () => systemEntropy.bytes(6).toBase64Url();

const gatewayOf = (api: OpenClawPluginApi) => api.runtime.state.resolveStateDir();

function createHandlerContext(
  api: OpenClawPluginApi,
  { interaction, version }: Manifest,
  early: EarlyContext,
): HandlerContext {
  const context: HandlerContext = {
    ...early,
    get gateway() {
      return gatewayOf(api);
    },
    callbackPrefix: interaction.callbackPrefix,
    isSandbox: isSandbox(),
    screens: remember("screens", version, () => new ShownScreens(newScreenId)),
    ports: once(() => openPorts(api, version, context)),
    loadOwnerCheck: once(() => loadOwnerCheck(api)),
    agentOf: (sender) => resolveAgent(api, sender),
    async capabilitiesOf({ channel, channelAccountId }) {
      const row = capabilitiesOf(channel);
      return row.buttons === "none" ? row : withinAdapter(row, await askAdapter(api, channel, channelAccountId));
    },
    slackBlocksOf: ({ markdown, rows }) => slackBlocksOf(api, toReplyPayload(markdown, rows)),
    canSendNow: (sender) => canSendNow(api, sender),
    areSlashAnswersPublic: (sender) => areSlashAnswersPublic(api, sender),
    inBackground: (task) => void task(),
    sendNow: (sender, { markdown, rows }) =>
      sendNow(api, { ...sender, address: addressOf(sender) }, toReplyPayload(markdown, rows)),
    async ownersToNotify() {
      const owners = await loadOwners(api, "telegram");
      return owners.map((sender) => {
        const chat = { gateway: gatewayOf(api), ...sender, conversationId: sender.senderId };
        return { sender, who: { ...chat, agentId: resolveAgent(api, sender) } };
      });
    },
  };
  return context;
}

async function openPorts(api: OpenClawPluginApi, version: string, context: HandlerContext): Promise<Ports> {
  const { log } = context;
  const config = () => api.runtime.config.current();
  return createPorts({
    listener: createListener(api, version, context),
    log,
    parked: remember("parked", version, () => new InMemoryParkedSignIns()),
    pins: createChatPins(api, systemClock, systemEntropy),
    recent: sharedRecentLists(version),
    remembered: sharedSignIns(version),
    usageMemory: sharedUsageMemory(version),
    hostVersion: api.runtime.version,
    tempFolder: await findTempFolder(),
    wakePoller: () => sharedBell(version).ring(),
    isNudgeOn: () => settingsOf(api).nudge,
    stateDir: gatewayOf(api),
    workspace: config().agents?.defaults?.workspace,
    owners: async () => config().commands?.ownerAllowFrom ?? [],
    host: await openRunningHost(api, oauthFileIn(gatewayOf(api))),
    sandboxOrigin: readSandboxOrigin,
    network: {
      createSend: createHostSend,
      obstacle: (endpoints) => hostObstacle(endpoints, readVariable),
      proxyFacts: (endpoints) => hostProxyFacts(endpoints, readVariable),
    },
  });
}

/** How often the pending sign-ins are looked at while the listener is open. */
const LISTENER_LOOK_MS = 2_000;

/** Loads the listener with the first sign-in that may use it. */
function createListener(api: OpenClawPluginApi, version: string, context: HandlerContext): CallbackListener {
  const isOn = () => settingsOf(api).loopback;
  const load = once(async () => {
    const [{ ListenerKeeper }, callbacks] = await Promise.all([
      import("./loopback/keeper.ts"),
      import("./handlers/unattended.ts"),
    ]);
    const create = () =>
      new ListenerKeeper((look) =>
        repeat(LISTENER_LOOK_MS, look, (error) => logFailure(context.log, "watching the listener", error)),
      );
    return { keeper: rememberUntilStop("listener", version, create), ...callbacks };
  });
  return {
    async open() {
      try {
        if (!isOn()) return false;
        const { keeper, answerCallback, isCallbackExpected } = await load();
        return await keeper.open({
          port: readCallbackPort(),
          locale: () => context.locale(),
          statusCommand: spellForChat({ command: "status" }) ?? "",
          isNeeded: async () => isOn() && isCallbackExpected(context),
          answer: (callbackUrl) => answerCallback(context, callbackUrl),
        });
      } catch (error) {
        logFailure(context.log, "listening for callback URLs", error);
        return false;
      }
    },
  };
}

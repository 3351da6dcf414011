/**
 * Builds the context of the gateway's handlers. Loaded with the first command, tap, paste or check for expired logins
 * (`plugin.ts`).
 */
import { InMemoryParkedSignIns } from "./actions/account-question.ts";
import { NudgeMemory } from "./actions/nudge.ts";
import type { Ports } from "./actions/ports.ts";
import { isSandbox, readSandboxOrigin, readVariable } from "./environment.ts";
import { failingAs } from "./errors.ts";
import { answerCommand, type CommandCall } from "./handlers/command.ts";
import { toReplyPayload, type HandlerContext } from "./handlers/context.ts";
import { answerPaste } from "./handlers/message.ts";
import { explain, notifyOwners, nudgeOwners } from "./handlers/notices.ts";
import { answerTap, tapOf, type HostTap } from "./handlers/tap.ts";
import type { AnswerPaste, EarlyContext } from "./handlers/transcript.ts";
import { addressOf, type SentPlace } from "./handlers/channels.ts";
import { lookAtSignIns, openRunningHost } from "./host/auth-store.ts";
import { areSlashAnswersPublic, askAdapter, canSendNow, sendNow, slackBlocksOf } from "./host/chat.ts";
import { createHostSend, hostObstacle } from "./host/fetch.ts";
import { loadOwnerCheck, loadOwners, resolveAgent } from "./host/owners.ts";
import { createChatPins } from "./host/pins.ts";
import { hostSdk, type OpenClawPluginApi, type PluginCommandResult, type PluginSettings } from "./host/sdk.ts";
import { ShownScreens } from "./interaction/buttons.ts";
import { capabilitiesOf, withinAdapter } from "./interaction/capabilities.ts";
import type { HandlerId, Manifest } from "./manifest.ts";
import { once, remember, systemClock, systemEntropy } from "./system.ts";
import { createPorts, sharedRecentLists, sharedSignIns, sharedUsageMemory } from "./wiring.ts";

export interface Runtime {
  answerCommand(handler: HandlerId, call: CommandCall): Promise<PluginCommandResult>;
  answerTap(channel: string, tap: HostTap): Promise<void>;
  readonly answerPaste: AnswerPaste;
  /** Returns the message with advice, or undefined to leave it unchanged. */
  explain(content: string, sent: SentPlace): Promise<string | undefined>;
  /** Looks at the logins, and remembers those that work in case their renewal fails. */
  watch(settings: Pick<PluginSettings, "notify" | "nudge">): Promise<void>;
  /** Forgets the remembered sign-ins. */
  forgetSignIns(): void;
}

export function createRuntime(api: OpenClawPluginApi, manifest: Manifest, early: EarlyContext): Runtime {
  const context = createHandlerContext(api, manifest, early);
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
    forgetSignIns: () => remembered.clear(),
  };
}

const newScreenId = () => systemEntropy.bytes(6).toBase64Url();

const gatewayOf = (api: OpenClawPluginApi) => api.runtime.state.resolveStateDir();

function createHandlerContext(
  api: OpenClawPluginApi,
  { interaction, version }: Manifest,
  early: EarlyContext,
): HandlerContext {
  return {
    ...early,
    get gateway() {
      return gatewayOf(api);
    },
    callbackPrefix: interaction.callbackPrefix,
    isSandbox: isSandbox(),
    screens: remember("screens", version, () => new ShownScreens(newScreenId)),
    ports: once(() => openPorts(api, version, early)),
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
}

async function openPorts(api: OpenClawPluginApi, version: string, { log }: EarlyContext): Promise<Ports> {
  const { resolvePreferredOpenClawTmpDir } = await hostSdk.tempPath();
  const config = () => api.runtime.config.current();
  return createPorts({
    log,
    parked: remember("parked", version, () => new InMemoryParkedSignIns()),
    pins: createChatPins(api, systemClock, systemEntropy),
    recent: sharedRecentLists(version),
    remembered: sharedSignIns(version),
    usageMemory: sharedUsageMemory(version),
    hostVersion: api.runtime.version,
    tempFolder: await failingAs("pending-unwritable", async () => resolvePreferredOpenClawTmpDir()),
    stateDir: gatewayOf(api),
    workspace: config().agents?.defaults?.workspace,
    owners: async () => config().commands?.ownerAllowFrom ?? [],
    host: await openRunningHost(api),
    sandboxOrigin: readSandboxOrigin,
    network: {
      createSend: createHostSend,
      obstacle: (endpoints) => hostObstacle(endpoints, readVariable),
    },
  });
}

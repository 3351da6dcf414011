/**
 * Builds the context of the gateway's handlers. Loaded with the first command, tap, paste or check for expired logins
 * (`plugin.ts`).
 */
import { InMemoryParkedSignIns } from "./actions/account-question.ts";
import type { Ports } from "./actions/ports.ts";
import { isSandbox, readSandboxOrigin } from "./environment.ts";
import { answerCommand, type CommandCall } from "./handlers/command.ts";
import { toReplyPayload, type HandlerContext } from "./handlers/context.ts";
import { answerPaste } from "./handlers/message.ts";
import { explain, notifyOwners } from "./handlers/notices.ts";
import { answerTap, tapOf, type HostTap } from "./handlers/tap.ts";
import type { AnswerPaste, EarlyContext } from "./handlers/transcript.ts";
import type { SentPlace } from "./handlers/channels.ts";
import { agentWithExpiredLogin, openRunningHost } from "./host/auth-store.ts";
import { buttonsOf, canSendNow, sendNow } from "./host/chat.ts";
import { createHostSend } from "./host/fetch.ts";
import { loadOwnerCheck, loadOwners, resolveAgent } from "./host/owners.ts";
import { createChatPins } from "./host/pins.ts";
import { hostSdk, type OpenClawPluginApi, type PluginCommandResult } from "./host/sdk.ts";
import { ShownScreens } from "./interaction/buttons.ts";
import type { HandlerId, Manifest } from "./manifest.ts";
import { once, remember, systemClock, systemEntropy } from "./system.ts";
import { createPorts, sharedRecentLists } from "./wiring.ts";

export interface Runtime {
  answerCommand(handler: HandlerId, call: CommandCall): Promise<PluginCommandResult>;
  answerTap(channel: string, tap: HostTap): Promise<void>;
  readonly answerPaste: AnswerPaste;
  /** Returns the message with advice, or undefined to leave it unchanged. */
  explain(content: string, sent: SentPlace): Promise<string | undefined>;
  notifyOwners(): Promise<void>;
}

export function createRuntime(api: OpenClawPluginApi, manifest: Manifest, early: EarlyContext): Runtime {
  const context = createHandlerContext(api, manifest, early);
  return {
    async answerCommand(handler, call) {
      const { markdown, rows } = await answerCommand(context, handler, call);
      return toReplyPayload(markdown, rows);
    },
    answerTap: (channel, tap) => answerTap(context, tapOf(channel, tap)),
    answerPaste: (message, pasted) => answerPaste(context, message, pasted),
    explain: (content, sent) => explain(context, content, sent),
    async notifyOwners() {
      const agentId = await agentWithExpiredLogin(api, context.nowMs());
      if (agentId !== undefined) await notifyOwners(context, agentId);
    },
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
    agentOf: (tapper) => resolveAgent(api, tapper),
    buttonsOf: ({ channel, channelAccountId }) => buttonsOf(api, channel, channelAccountId),
    canSendNow: (binding) => canSendNow(api, binding),
    inBackground: (task) => void task(),
    sendNow: (binding, { markdown, rows }) => sendNow(api, binding, toReplyPayload(markdown, rows)),
    async ownersToNotify() {
      const owners = await loadOwners(api, "telegram");
      return owners.map((owner) => ({
        gateway: gatewayOf(api),
        ...owner,
        conversationId: owner.senderId,
        agentId: resolveAgent(api, owner),
      }));
    },
  };
}

/** Throws `config-invalid` for an invalid sandbox. Each command then says so, and the plugin stays registered. */
async function openPorts(api: OpenClawPluginApi, version: string, { log }: EarlyContext): Promise<Ports> {
  const sandboxOrigin = readSandboxOrigin();
  const { resolvePreferredOpenClawTmpDir } = await hostSdk.tempPath();
  const config = () => api.runtime.config.current();
  return createPorts({
    log,
    parked: remember("parked", version, () => new InMemoryParkedSignIns()),
    pins: createChatPins(api, systemClock, systemEntropy),
    recent: sharedRecentLists(version),
    tempFolder: resolvePreferredOpenClawTmpDir(),
    stateDir: gatewayOf(api),
    workspace: config().agents?.defaults?.workspace,
    owners: async () => config().commands?.ownerAllowFrom ?? [],
    host: await openRunningHost(api),
    sandboxOrigin,
    createSend: createHostSend,
  });
}

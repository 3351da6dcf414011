/**
 * Wiring: builds the ports over the host, and registers commands, buttons and the message hooks. What answers is loaded with
 * the first that asks; what keeps an address out of transcripts and from models is there from the start.
 */
import type { Log, Ports } from "./actions/ports.ts";
import { succeeds } from "./attempt.ts";
import { readSandboxOrigin } from "./environment.ts";
import { CodexAuthError } from "./errors.ts";
import type { CommandCall } from "./handlers/command.ts";
import type { HandlerContext } from "./handlers/context.ts";
import type { Tap } from "./handlers/tap.ts";
import {
  claimPastedMessage,
  OriginalMessages,
  withholdFromTranscript,
  type TranscriptEntry,
} from "./handlers/transcript.ts";
import {
  buttonsOf,
  TAP_CHANNELS,
  canSendNow,
  sendNow,
  toReplyPayload,
  toTelegramRows,
  type TelegramButton,
} from "./host/chat.ts";
import { resolveAgent, settingsOf, hostSdk, type OpenClawPluginApi } from "./host/sdk.ts";
import { watch } from "./host/watch.ts";
import { namespacesOf, ShownScreens } from "./interaction/buttons.ts";
import { catalogueOf, languageOf } from "./languages/catalogue.ts";
import type { Manifest } from "./manifest.ts";
import { once, remember, systemClock, systemEntropy } from "./system.ts";
import { buildHostProgram, HOST_PROGRAM, type CommandBuilder } from "./terminal/host-program.ts";

/** Called by the host several times, in different modes: it registers, and does nothing else. */
export function registerPlugin(api: OpenClawPluginApi, manifest: Manifest): void {
  const context = createHandlerContext(api, manifest);
  registerCommands(api, manifest, context);
  registerButtons(api, manifest, context);
  registerTerminal(api, manifest);
  watch(api, { isOn: () => settingsOf(api).notify, isSandbox: context.isSandbox }, async () => {
    const { agentWithExpiredLogin } = await import("./host/auth-store.ts");
    const agentId = await agentWithExpiredLogin(api, context.nowMs());
    if (agentId === undefined) return;
    const { notifyOwners } = await import("./handlers/notices.ts");
    await notifyOwners(context, agentId);
  });
  api.on("before_message_write", ({ message }) => {
    const written = withholdFromTranscript(context, message as TranscriptEntry);
    return written === undefined ? undefined : { message: written as typeof message };
  });
  const explanation = once(() => import("./handlers/notices.ts"));
  api.on("message_sending", async ({ content }, hookContext) => {
    const doors = await explanation().catch(() => undefined);
    const answer = await doors?.explain(context, content, hookContext);
    return answer === undefined ? undefined : { content: answer };
  });
  api.on("before_dispatch", (event, hookContext) =>
    claimPastedMessage(
      context,
      { ...hookContext, isGroup: event.isGroup, content: event.content, replyToBody: event.replyToBody },
      async (message, pasted) => (await import("./handlers/message.ts")).answerPaste(context, message, pasted),
    ),
  );
}

function registerCommands(api: OpenClawPluginApi, manifest: Manifest, context: HandlerContext): void {
  const door = once(() => import("./handlers/command.ts"));
  for (const { name, description, acceptsArgs, handler } of manifest.commands) {
    api.registerCommand({
      name,
      description,
      acceptsArgs,
      requiredScopes: ["operator.admin"],
      handler: async (call) => {
        const doors = await door().catch(() => undefined);
        if (doors === undefined) return { text: context.words().refusals.internal };
        const message = await doors.answerCommand(context, handler, call as CommandCall);
        return toReplyPayload(message.markdown, message.rows);
      },
    });
  }
}

/** `openclaw codex-auth …`. The descriptor lets the host list it without loading anything. */
function registerTerminal(api: OpenClawPluginApi, { cli: { name, description } }: Manifest): void {
  const register = ({ program }: { readonly program: unknown }) =>
    buildHostProgram(program as CommandBuilder, name, description, async (verb, options) => {
      const [{ runAndPrint }, { toRequest }] = await Promise.all([
        import("./cli.ts"),
        import("./terminal/arguments.ts"),
      ]);
      await runAndPrint(toRequest(verb, options), HOST_PROGRAM);
    });
  api.registerCli(register, { descriptors: [{ name, description, hasSubcommands: true }] });
}

/** The part of the host's interactive context that is used here; the host types it as unknown. */
interface TelegramTap {
  readonly accountId: string;
  readonly conversationId: string;
  readonly senderId?: string;
  readonly isGroup: boolean;
  readonly callback: { readonly payload: string };
  readonly respond: {
    editMessage(message: { text: string; buttons: TelegramButton[][] }): Promise<void>;
    reply(message: { text: string; buttons: TelegramButton[][] }): Promise<void>;
  };
}

function registerButtons(api: OpenClawPluginApi, manifest: Manifest, context: HandlerContext): void {
  const door = once(() => import("./handlers/tap.ts"));
  for (const channel of TAP_CHANNELS) {
    for (const { namespace } of namespacesOf(manifest.interaction.callbackPrefix)) {
      api.registerInteractiveHandler({
        channel,
        namespace,
        handler: async (raw) => {
          const { respond } = raw as TelegramTap;
          // A tap that fails is asked again and again, and holds up its chat.
          const isAnswered = await succeeds(async () => {
            const { answerTap } = await door();
            await answerTap(context, tapAt(channel, raw as TelegramTap));
          });
          const internal = () => respond.reply({ text: context.words().refusals.internal, buttons: [] });
          if (!isAnswered) await succeeds(internal);
          return { handled: true };
        },
      });
    }
  }
}

function tapAt(channel: string, tap: TelegramTap): Tap {
  const { accountId, conversationId, senderId, isGroup, callback, respond } = tap;
  return {
    channel,
    accountId,
    conversationId,
    senderId,
    isGroup,
    payload: callback.payload,
    edit: ({ plainText, rows }) => respond.editMessage({ text: plainText, buttons: toTelegramRows(rows) }),
    reply: ({ plainText, rows }) => respond.reply({ text: plainText, buttons: toTelegramRows(rows) }),
  };
}

const newScreenId = () => systemEntropy.bytes(6).toBase64Url();

/** Which gateway this is. */
const gatewayOf = (api: OpenClawPluginApi) => api.runtime.state.resolveStateDir();

function createHandlerContext(api: OpenClawPluginApi, manifest: Manifest): HandlerContext {
  const sandbox = readSandbox();
  const ports = once(() => createPorts(api, manifest.version, sandbox));
  const owners = once(() => import("./host/owners.ts"));
  const ownerCheck = once(async () => (await owners()).loadOwnerCheck(api));
  const answers = once(() => import("./commands/answer.ts"));
  return {
    get gateway() {
      return gatewayOf(api);
    },
    log: createLog(api),
    callbackPrefix: manifest.interaction.callbackPrefix,
    isSandbox: sandbox.origin !== undefined,
    originals: remember("originals", manifest.version, () => new OriginalMessages()),
    screens: remember("screens", manifest.version, () => new ShownScreens(newScreenId)),
    nowMs: () => systemClock.nowMs(),
    ports,
    async answer(caller, intent) {
      const { answer } = await answers();
      return answer(ports, caller, intent);
    },
    loadOwnerCheck: ownerCheck,
    agentOf: (tapper) => resolveAgent(api, tapper),
    buttonsOf: ({ channel, channelAccountId }) => buttonsOf(api, channel, channelAccountId),
    canSendNow: (binding) => canSendNow(api, binding),
    inBackground: (task) => void task(),
    sendNow: (binding, { markdown, rows }) => sendNow(api, binding, toReplyPayload(markdown, rows)),
    async ownersToNotify() {
      const { loadOwners } = await owners();
      const people = await loadOwners(api, "telegram");
      return people.map((person) => ({
        gateway: gatewayOf(api),
        ...person,
        conversationId: person.senderId,
        agentId: resolveAgent(api, person),
      }));
    },
    words: () => catalogueOf(languageOf(settingsOf(api).language ?? "")),
    areTextCommandsOn: () => api.runtime.config.current().commands?.text !== false,
  };
}

interface Sandbox {
  readonly origin: string | undefined;
  readonly error?: CodexAuthError;
}

/** Read once. A wrong value must not stop the registration: every command then says what is wrong with it. */
function readSandbox(): Sandbox {
  try {
    return { origin: readSandboxOrigin() };
  } catch {
    return { origin: undefined, error: new CodexAuthError("config-invalid") };
  }
}

async function createPorts(api: OpenClawPluginApi, version: string, sandbox: Sandbox): Promise<Ports> {
  if (sandbox.error !== undefined) throw sandbox.error;
  const [
    { OPENAI, sandboxEndpoints },
    { createOAuthClient },
    { createGuardedFetch, createHostSend },
    { createPendingStore },
  ] = await Promise.all([
    import("./oauth/endpoints.ts"),
    import("./oauth/client.ts"),
    import("./host/fetch.ts"),
    import("./store/pending-sign-ins.ts"),
  ]);
  const [{ createProfileStore }, { createUndoRecords }, { openRunningHost }, { resolvePreferredOpenClawTmpDir }] =
    await Promise.all([
      import("./store/profile-store.ts"),
      import("./store/undo.ts"),
      import("./host/auth-store.ts"),
      hostSdk.tempPath(),
    ]);
  const [{ createAuditLog }, { createNotices }, { readIdentity }] = await Promise.all([
    import("./store/records.ts"),
    import("./store/records.ts"),
    import("./oauth/identity.ts"),
  ]);
  const [{ createChatPins }, { createInstallationCheck }, { InMemoryParkedSignIns }] = await Promise.all([
    import("./host/pins.ts"),
    import("./host/surroundings.ts"),
    import("./actions/account-question.ts"),
  ]);
  const stateDir = api.runtime.state.resolveStateDir();
  const undo = createUndoRecords(stateDir);
  const host = await openRunningHost(api);
  const { agents } = api.runtime.config.current();
  const owners = async () => api.runtime.config.current().commands?.ownerAllowFrom ?? [];
  const endpoints = sandbox.origin === undefined ? OPENAI : sandboxEndpoints(sandbox.origin);
  return {
    audit: createAuditLog(stateDir),
    notices: createNotices(stateDir),
    clock: systemClock,
    entropy: systemEntropy,
    log: createLog(api),
    parked: remember("parked", version, () => new InMemoryParkedSignIns()),
    pins: createChatPins(api, systemClock, systemEntropy),
    surroundings: createInstallationCheck({ stateDir, workspace: agents?.defaults?.workspace, owners }),
    oauth: createOAuthClient(endpoints, systemEntropy, createGuardedFetch(createHostSend(endpoints))),
    pending: createPendingStore(resolvePreferredOpenClawTmpDir()),
    profiles: createProfileStore({ host, undo, clock: systemClock, entropy: systemEntropy, readIdentity }),
  };
}

function createLog(api: OpenClawPluginApi): Log {
  return {
    info: (event) => api.logger.info(`codex-auth: ${event}`),
    warn: (event) => api.logger.warn(`codex-auth: ${event}`),
  };
}

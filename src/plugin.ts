/**
 * Registers commands, buttons, hooks, the CLI and the service, and does nothing else, because the host may register the
 * plugin several times. The first command, tap, paste or check for expired logins loads `runtime.ts`. The code that keeps callback URLs from
 * transcripts and models is loaded from the start.
 */
import { isSandbox } from "./environment.ts";
import { logFailure } from "./errors.ts";
import type { CommandCall } from "./handlers/command.ts";
import type { HostTap } from "./handlers/tap.ts";
import {
  claimPastedMessage,
  hostNoticeIn,
  OriginalMessages,
  withholdFromTranscript,
  type EarlyContext,
  type TranscriptEntry,
} from "./handlers/transcript.ts";
import { TAP_CHANNELS } from "./host/chat.ts";
import { logOf, settingsOf, type OpenClawPluginApi } from "./host/sdk.ts";
import { namespacesOf } from "./interaction/buttons.ts";
import { localeOf } from "./languages/catalogue.ts";
import type { Manifest } from "./manifest.ts";
import type { Runtime } from "./runtime.ts";
import { after, once, remember, repeat, sharedBell, sharedEndings, systemClock } from "./system.ts";
import { buildHostProgram, type CommandBuilder } from "./terminal/host-program.ts";

type LoadRuntime = () => Promise<Runtime>;

export function registerPlugin(api: OpenClawPluginApi, manifest: Manifest): void {
  const early = createEarlyContext(api, manifest);
  const runtime = once(async () => (await import("./runtime.ts")).createRuntime(api, manifest, early));
  registerCommands(api, manifest, early, runtime);
  registerButtons(api, manifest, early, runtime);
  registerHooks(api, early, runtime);
  registerTerminal(api, manifest);
  registerServices(api, manifest, early, runtime);
}

function createEarlyContext(api: OpenClawPluginApi, { version }: Manifest): EarlyContext {
  return {
    log: logOf(api),
    originals: remember("originals", version, () => new OriginalMessages()),
    nowMs: () => systemClock.nowMs(),
    locale() {
      const { language = "", timeZone } = settingsOf(api);
      return localeOf(language, timeZone);
    },
    areTextCommandsOn: () => api.runtime.config.current().commands?.text !== false,
  };
}

function registerCommands(api: OpenClawPluginApi, manifest: Manifest, early: EarlyContext, runtime: LoadRuntime): void {
  for (const { name, description, acceptsArgs, handler } of manifest.commands) {
    api.registerCommand({
      name,
      description,
      acceptsArgs,
      requiredScopes: ["operator.admin"],
      handler: async (call) => {
        try {
          return await (await runtime()).answerCommand(handler, call as CommandCall);
        } catch (error) {
          logFailure(early.log, "a command", error);
          return { text: early.locale().sentence("refusal.internal") };
        }
      },
    });
  }
}

function registerButtons(api: OpenClawPluginApi, manifest: Manifest, early: EarlyContext, runtime: LoadRuntime): void {
  for (const channel of TAP_CHANNELS) {
    for (const { namespace } of namespacesOf(manifest.interaction.callbackPrefix)) {
      api.registerInteractiveHandler({
        channel,
        namespace,
        handler: async (tap) => {
          await answerTap(early, runtime, channel, tap as HostTap);
          return { handled: true };
        },
      });
    }
  }
}

/** Never throws, because the host would repeat the tap and hold up the chat. */
async function answerTap(early: EarlyContext, runtime: LoadRuntime, channel: string, tap: HostTap): Promise<void> {
  try {
    await (await runtime()).answerTap(channel, tap);
  } catch (error) {
    logFailure(early.log, "a tap", error);
    await tap.respond
      .reply({ text: early.locale().sentence("refusal.internal"), buttons: [] })
      .catch((failure: unknown) => logFailure(early.log, "answering a tap", failure));
  }
}

function registerHooks(api: OpenClawPluginApi, early: EarlyContext, runtime: LoadRuntime): void {
  api.on("before_message_write", ({ message }) => {
    const written = withholdFromTranscript(early, message as TranscriptEntry);
    return written === undefined ? undefined : { message: written as typeof message };
  });
  api.on("before_dispatch", ({ isGroup, content, replyToBody }, place) =>
    claimPastedMessage(early, { ...place, isGroup, content, replyToBody }, async (message, pasted) =>
      (await runtime()).answerPaste(message, pasted),
    ),
  );
  api.on("message_sending", async ({ content }, place) => {
    if (hostNoticeIn(content) === undefined) return undefined;
    try {
      const explained = await (await runtime()).explain(content, place);
      return explained === undefined ? undefined : { content: explained };
    } catch (error) {
      logFailure(early.log, "explaining a message", error);
      return undefined;
    }
  });
}

/** The descriptor lets the host list `openclaw codex-auth` without loading the program. */
function registerTerminal(api: OpenClawPluginApi, { cli: { name, description } }: Manifest): void {
  const register = ({ program }: { readonly program: unknown }) =>
    buildHostProgram(program as CommandBuilder, name, description, async (verb, options) => {
      const { runInHost } = await import("./cli.ts");
      await runInHost(verb, options);
    });
  api.registerCli(register, { descriptors: [{ name, description, hasSubcommands: true }] });
}

function registerServices(api: OpenClawPluginApi, manifest: Manifest, early: EarlyContext, runtime: LoadRuntime): void {
  const services = [
    createWatch(api, early, runtime),
    createPolling(manifest, early, runtime),
    createListening(api, manifest, early, runtime),
  ];
  api.registerService({
    id: "codex-auth-watch",
    start: () => services.forEach((service) => service.start()),
    stop: () => services.forEach((service) => service.stop()),
  });
}

const FIRST_LOOK_MS = 10_000;
const SANDBOX_FIRST_LOOK_MS = 1_000;

/** Runs a first look some seconds after the start of the service. Returns how to prevent it. */
const soon = (look: () => void) => after(isSandbox() ? SANDBOX_FIRST_LOOK_MS : FIRST_LOOK_MS, look);

/**
 * Polls device codes: those that are pending some seconds after the start, and each new one. Nothing of it is loaded
 * before.
 */
function createPolling({ version }: Manifest, early: EarlyContext, runtime: LoadRuntime) {
  let isRunning = false;
  let stops: readonly (() => void)[] = [];
  let stopPolling: (() => void) | undefined;
  const stop = () => {
    isRunning = false;
    for (const one of stops) one();
    stopPolling?.();
  };
  const look = async (): Promise<void> => {
    stopPolling = (await (await runtime()).pollCodes()) ?? stopPolling;
    if (!isRunning) stopPolling?.();
  };
  const wake = () => void look().catch((error: unknown) => logFailure(early.log, "looking for device codes", error));
  return {
    start(): void {
      stop();
      isRunning = true;
      stops = [sharedBell(version).listen(wake), soon(wake)];
    },
    stop,
  };
}

const WATCH_MS = 60_000;
const SANDBOX_WATCH_MS = 2_000;
/** A machine that has just started may have no network yet, so the first turn may already fail to renew a login. */
const FIRST_WATCH_MS = 5_000;

/**
 * Looks at the logins, and notifies owners of expired ones. The settings are read again each time, because they may
 * change. What the looks remember ends with the service, also if it is stopped in the middle of one.
 */
function createWatch(api: OpenClawPluginApi, early: EarlyContext, runtime: LoadRuntime) {
  let isOn = false;
  let loaded: Runtime | undefined;
  const look = async (): Promise<void> => {
    loaded = await runtime();
    try {
      await loaded.watch(settingsOf(api));
    } finally {
      if (!isOn) loaded.forgetSignIns();
    }
  };
  const periodMs = isSandbox() ? SANDBOX_WATCH_MS : WATCH_MS;
  const onFailure = (error: unknown) => logFailure(early.log, "looking at the logins", error);
  const watch = repeat(periodMs, look, onFailure, Math.min(periodMs, FIRST_WATCH_MS));
  return {
    start() {
      isOn = true;
      watch.start();
    },
    stop() {
      isOn = false;
      watch.stop();
      loaded?.forgetSignIns();
    },
  };
}

/** Listens again for the sign-ins that are pending some seconds after the start. A stop frees the port. */
function createListening(api: OpenClawPluginApi, { version }: Manifest, early: EarlyContext, runtime: LoadRuntime) {
  let cancel: (() => void) | undefined;
  const look = async (): Promise<void> => {
    if (settingsOf(api).loopback) await (await runtime()).listenAgain();
  };
  const wake = () => void look().catch((error: unknown) => logFailure(early.log, "listening again", error));
  return {
    start(): void {
      cancel?.();
      cancel = soon(wake);
    },
    stop(): void {
      cancel?.();
      for (const end of sharedEndings(version)) end();
    },
  };
}

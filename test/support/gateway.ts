/** Starts the real OpenClaw gateway in a folder of its own and drives it as a person, a client or an operator would. */
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FakeTelegram, TelegramUser } from "../fakes/telegram-bot-api.ts";
import { GatewayClient, type ClientOptions } from "./gateway-client.ts";
import { buildConfig, merge, type JsonObject } from "./gateway-config.ts";
import { hostEnvironment, NODE, OPENCLAW, shareCompileCache, type GatewayFolders } from "./host.ts";
import { killTree, spawnOwned } from "./owned-process.ts";
import { freePort } from "./loopback.ts";
import { findInFolders, type Found } from "./state-search.ts";
import { makeTempDir, removeTempDir } from "./temp-dir.ts";
import { HANG_MS, waitUntil } from "./wait.ts";

export interface GatewayOptions {
  /**
   * The plugin under test: a folder outside the repository (the host cannot load one that contains itself). None for a
   * gateway that has it installed by its own command.
   */
  readonly pluginDir?: string;
  readonly extraPlugins?: readonly string[];
  /** The `openclaw.mjs` of another host than the one that package.json pins. */
  readonly openclaw?: string;
  /** Leaves out what hosts before 2026.8 refuse to start with. */
  readonly isOldConfig?: boolean;
  readonly telegram?: {
    readonly server: FakeTelegram;
    readonly owner: TelegramUser;
    readonly allowed?: readonly TelegramUser[];
    readonly groups?: JsonObject;
  };
  readonly model?: { readonly config: Readonly<Record<string, unknown>> };
  /** Merged over the harness's own openclaw.json. */
  readonly config?: JsonObject;
  readonly env?: Readonly<Record<string, string>>;
  /** A root that another gateway used before, and that stays when this one is disposed of. */
  readonly root?: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const HOST_GAVE_UP = "state lease heartbeat did not become ready";

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const gateway = new Gateway(options, await freePort());
  await gateway.start();
  return gateway;
}

export class Gateway {
  readonly port: number;
  readonly authToken = randomBytes(24).toString("base64url");
  readonly folders: GatewayFolders;
  /** Milliseconds of the last start: to /healthz, and to ready (with Telegram: to its first poll). */
  startMs: { readonly healthy: number; readonly ready: number } = { healthy: 0, ready: 0 };
  readonly #options: GatewayOptions;
  readonly #clients = new Map<string, GatewayClient>();
  #child: ChildProcess | undefined;
  #output = "";

  constructor(options: GatewayOptions, port: number) {
    this.#options = options;
    this.port = port;
    const root = options.root ?? makeTempDir("gateway");
    this.folders = { root, home: join(root, "home"), state: join(root, "state"), tmp: join(root, "tmp") };
    for (const folder of [this.folders.home, this.folders.state, this.folders.tmp, join(root, "workspace")])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    shareCompileCache(this.folders);
    this.#writeConfig();
  }

  get stateDir(): string {
    return this.folders.state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Merges a change into openclaw.json; a running gateway notices by itself. */
  changeConfig(change: JsonObject): void {
    const file = join(this.folders.state, "openclaw.json");
    const config = JSON.parse(readFileSync(file, "utf8")) as JsonObject;
    writeFileSync(file, JSON.stringify(merge(config, change), null, 2), { mode: 0o600 });
  }

  #writeConfig(): void {
    const { pluginDir, extraPlugins = [], telegram, model, config } = this.#options;
    const built = buildConfig({
      port: this.port,
      authToken: this.authToken,
      logFile: join(this.folders.state, "gateway.log"),
      workspace: join(this.folders.root, "workspace"),
      pluginDirs: [...(pluginDir === undefined ? [] : [pluginDir]), ...extraPlugins],
      ...(telegram ? { telegram: { ...telegram, url: telegram.server.url, token: telegram.server.token } } : {}),
      ...(model ? { model } : {}),
      ...(config ? { config } : {}),
      ...(this.#options.isOldConfig === true ? { isOld: true } : {}),
    });
    const file = join(this.folders.state, "openclaw.json");
    writeFileSync(file, JSON.stringify(built, null, 2), { mode: 0o600 });
  }

  /** The host gives up a start of its own accord if a part of it takes five seconds: a slow machine gets three tries. */
  async start(): Promise<void> {
    for (let tries = 3; ; tries -= 1) {
      const from = this.#output.length;
      try {
        return await this.#startOnce();
      } catch (error) {
        if (tries === 1 || !this.#output.slice(from).includes(HOST_GAVE_UP)) throw error;
      }
    }
  }

  async #startOnce(): Promise<void> {
    const startedAt = Date.now();
    const polls = this.#telegramPolls();
    const child = spawnOwned(NODE, [this.#openclaw, "gateway", "run"], { env: this.#env(), cwd: this.folders.root });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (this.#output += chunk.toString("utf8")));
    await this.#untilAlive("a healthy gateway", () => this.#isHealthy());
    const healthy = Date.now() - startedAt;
    if (this.#options.telegram)
      await this.#untilAlive(
        "Telegram to be polled",
        () =>
          this.#telegramPolls() > polls && (this.#options.telegram?.server.callsTo("setMyCommands").length ?? 0) > 0,
      );
    this.startMs = { healthy, ready: Date.now() - startedAt };
  }

  /** Asks it to end, and ends it when it does not. The folders stay. */
  async stop(): Promise<void> {
    this.#closeClients();
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const timer = setTimeout(() => killTree(child), HANG_MS);
    await gone;
    clearTimeout(timer);
  }

  /** As a power cut would: SIGKILL, no goodbye. The folders stay. */
  async kill(): Promise<void> {
    this.#closeClients();
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    killTree(child);
    await gone;
  }

  /** A new process over the same folders and port. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Ends it and removes its folders (unless the caller gave the root). */
  async dispose(): Promise<void> {
    await this.stop();
    removeTempDir(this.folders.root);
  }

  /** Everything the gateway wrote to its terminal. */
  outputText(): string {
    return this.#output;
  }

  /** Its log file and its terminal output together. */
  logText(): string {
    let file = "";
    try {
      file = readFileSync(join(this.folders.state, "gateway.log"), "utf8");
    } catch {
      // No log line yet.
    }
    return `${file}\n${this.#output}`;
  }

  /** A webchat client; one per set of scopes is kept. */
  async client(options: ClientOptions = {}): Promise<GatewayClient> {
    const key = JSON.stringify(options);
    const known = this.#clients.get(key);
    if (known) return known;
    const client = await GatewayClient.connect(this.port, this.authToken, options);
    this.#clients.set(key, client);
    return client;
  }

  async rpc<T = Record<string, unknown>>(
    method: string,
    params: unknown = {},
    options: ClientOptions = {},
  ): Promise<T> {
    return (await this.client(options)).request<T>(method, params);
  }

  /** The host's own CLI over the same state; never rejects for a non-zero exit. */
  async openclaw(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
    return this.run(this.#openclaw, args, options);
  }

  /** A Node program as a person of this machine would run it; never rejects for a non-zero exit. */
  async run(program: string, args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
    const child = spawnOwned(NODE, [program, ...args], {
      env: { ...this.#env(), ...options.env },
      cwd: this.folders.root,
    });
    const timer = setTimeout(() => killTree(child), HANG_MS);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    clearTimeout(timer);
    return { code: code ?? 1, stdout, stderr };
  }

  /**
   * Every file of this gateway (state, home, temp, workspace) that contains one of the byte strings. The host's own
   * temp folder, /tmp/openclaw whatever TMPDIR says, is searched too: all gateways of this machine share it.
   */
  async findInState(needles: readonly string[]): Promise<Found[]> {
    return findInFolders([this.folders.root, "/tmp/openclaw"], needles);
  }

  get #openclaw(): string {
    return this.#options.openclaw ?? OPENCLAW;
  }

  #env(): Record<string, string> {
    return hostEnvironment(this.folders, this.#options.env);
  }

  #telegramPolls(): number {
    const server = this.#options.telegram?.server;
    return server ? server.callsTo("getUpdates").length + (server.polling ? 1 : 0) : 0;
  }

  async #isHealthy(): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}/healthz`)).ok;
    } catch {
      return false;
    }
  }

  /** Waits, but not for a process that has already ended. */
  async #untilAlive(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
    const child = this.#child;
    await waitUntil(
      () => `${what}; its output:\n${this.#output.slice(-4000)}`,
      () => {
        if (child?.exitCode !== null || child.signalCode !== null)
          throw new Error(
            `the gateway ended with ${child?.exitCode ?? child?.signalCode}:\n${this.#output.slice(-4000)}`,
          );
        return look();
      },
    );
  }

  #closeClients(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}

/** The gateway of one host, over the same folders as its terminal. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { GatewayClient } from "../support/gateway-client.ts";
import { buildConfig, merge, type JsonObject } from "../support/gateway-config.ts";
import { freePort } from "../support/loopback.ts";
import { waitUntil } from "../support/wait.ts";
import { killHard, plant, type HostBench } from "./bench.ts";

export class HostGateway {
  readonly #port: number;
  readonly #token = randomBytes(24).toString("base64url");
  readonly #child: ReturnType<HostBench["spawnHost"]>;
  #output = "";

  private constructor(bench: HostBench, port: number, config: JsonObject) {
    this.#port = port;
    const whole = configFor(bench, { port, authToken: this.#token, config });
    plant(join(bench.folders.state, "openclaw.json"), JSON.stringify(whole, null, 2));
    this.#child = bench.spawnHost("gateway", "run");
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on("data", (chunk: Buffer) => (this.#output += String(chunk)));
    }
  }

  /** Resolves once it answers. Throws with what it printed where it never does. */
  static async start(bench: HostBench, config: JsonObject = {}): Promise<HostGateway> {
    const port = await freePort();
    const gateway = new HostGateway(bench, port, config);
    await waitUntil(
      () => `the gateway: ${gateway.#output.slice(-3000)}`,
      async () =>
        gateway.#hasEnded() || (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)) !== undefined,
    );
    if (gateway.#hasEnded()) throw new Error(`the gateway ended: ${gateway.#output.slice(-3000)}`);
    // Older ones listen half a minute before they let anybody in.
    await waitUntil(
      () => `the gateway to let a client in: ${gateway.#output.slice(-3000)}`,
      () =>
        gateway.#connect().then(
          (client) => {
            client.close();
            return true;
          },
          () => false,
        ),
    );
    return gateway;
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get output(): string {
    return this.#output;
  }

  /** What it answers to a line in its web chat. */
  async ask(message: string): Promise<string> {
    const client = await this.#connect();
    try {
      return (await client.chat(message)).text;
    } finally {
      client.close();
    }
  }

  #connect(): Promise<GatewayClient> {
    return GatewayClient.connect(this.#port, this.#token, { minProtocol: 3 });
  }

  async stop(): Promise<void> {
    if (!this.#hasEnded()) await killHard(this.#child);
  }
}

/** What every version takes: keys that only newer ones know would stop the older at their start. */
function configFor(
  { folders }: HostBench,
  parts: { readonly port: number; readonly authToken: string; readonly config: JsonObject },
): JsonObject {
  const { models: _newer, ...base } = buildConfig({
    ...parts,
    config: {},
    logFile: join(folders.state, "gateway.log"),
    workspace: join(folders.root, "workspace"),
    pluginDirs: [],
  });
  return merge(base, parts.config);
}

/** One host of one version in folders of its own, as a person at its terminal has it. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { hostTraitsOf, type HostTraits } from "../../src/rules/host-versions.ts";
import type { StoredCredential } from "../../src/store/host-records.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";
import { fakeAccount, SignInServer, type FakeAccount } from "../fakes/sign-in-server.ts";
import { hostEnvironment, NODE, type GatewayFolders } from "../support/host.ts";
import { readHostRows } from "../support/host-rows.ts";
import { killTree, spawnOwned } from "../support/owned-process.ts";
import { makeTempDir, removeTempDir } from "../support/temp-dir.ts";
import { HANG_MS } from "../support/wait.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

export const DANA = fakeAccount("dana@example.com", "plus");
export const ELI = fakeAccount("eli@example.com", "pro");

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the terminal printed with `--json`, and how it ended. */
export interface Answer {
  readonly ok: boolean;
  readonly error?: string;
  readonly message?: string;
  readonly login_url?: string;
  readonly profile_id?: string;
  readonly restart_required?: boolean;
  readonly revert_command?: string | null;
  readonly exitCode: number | null;
}

export class HostBench {
  readonly version: string;
  readonly root: string;
  readonly traits: HostTraits;
  readonly folders: GatewayFolders;
  readonly signInServer = new SignInServer([DANA, ELI]);
  #origin = "";

  constructor(version: string) {
    const traits = hostTraitsOf(version);
    if (traits === undefined) throw new Error(`no traits of ${version}`);
    this.version = version;
    this.traits = traits;
    this.root = inject("hostRoots")[version] ?? "";
    const root = makeTempDir("host");
    this.folders = { root, home: join(root, "home"), state: join(root, "state"), tmp: join(root, "tmp") };
    for (const folder of [this.folders.home, this.folders.state, this.folders.tmp, join(root, "bin")])
      mkdirSync(folder);
    mkdirSync(this.agentDir, { recursive: true, mode: 0o700 });
    symlinkSync(join(this.root, "openclaw.mjs"), join(root, "bin/openclaw"));
  }

  async open(): Promise<this> {
    this.#origin = await this.signInServer.listen();
    return this;
  }

  async close(): Promise<void> {
    await this.signInServer.close();
    removeTempDir(this.folders.root);
  }

  get agentDir(): string {
    return join(this.folders.state, "agents/main/agent");
  }

  get storeFile(): string {
    return join(this.agentDir, "auth-profiles.json");
  }

  idOf(name: string): string {
    return `${this.traits.provider}:${name}`;
  }

  // ---- what a person does

  /** Our terminal program, with no more in its environment than a person's shell has. */
  async terminal(words: readonly string[], input = ""): Promise<Answer> {
    const { home, state, tmp, root } = this.folders;
    const env = {
      PATH: `${join(root, "bin")}:${dirname(NODE)}:/usr/bin:/bin`,
      HOME: home,
      TMPDIR: tmp,
      OPENCLAW_HOME: home,
      OPENCLAW_STATE_DIR: state,
      CODEX_AUTH_SANDBOX: this.#origin,
    };
    const ran = await runToEnd(spawnOwned(NODE, [inject("terminal"), ...words, "--json"], { env, cwd: root }), input);
    try {
      return { ...(JSON.parse(ran.stdout) as Answer), exitCode: ran.code };
    } catch {
      throw new Error(`${words[0]} of the terminal ended with ${ran.code}: ${ran.stdout}\n${ran.stderr}`);
    }
  }

  /** Begins a sign-in and gives the address at which the person's browser ends. */
  async begin(name: string, account: FakeAccount = DANA): Promise<string> {
    const started = await this.terminal(["start", "--profile", name]);
    if (started.login_url === undefined) throw new Error(`start: ${started.error} ${started.message}`);
    return this.signInServer.approve(started.login_url, account);
  }

  finish(name: string, address: string, ...more: readonly string[]): Promise<Answer> {
    return this.terminal(["finish", "--profile", name, "--callback-url", "-", ...more], `${address}\n`);
  }

  async signIn(name: string, account: FakeAccount = DANA, ...more: readonly string[]): Promise<Answer> {
    return this.finish(name, await this.begin(name, account), ...more);
  }

  // ---- the host itself

  /** The host's own program over the same state. */
  async openclaw(...words: string[]): Promise<Ran> {
    return runToEnd(this.spawnHost(...words));
  }

  spawnHost(...words: string[]) {
    return this.#spawn([join(this.root, "openclaw.mjs"), ...words]);
  }

  /** The host's own list of its profiles, as text: `models auth list` knows `--json` by 2026.5.12. */
  async listing(): Promise<string> {
    const isOld = this.traits.medium === "file" && this.traits.provider === "openai-codex" && this.version < "2026.5";
    const words = isOld ? ["models", "status"] : ["models", "auth", "list"];
    const { stdout, stderr } = await this.openclaw(...words, "--json");
    return stdout === "" ? stderr : stdout;
  }

  /** See `host-child.ts`. */
  hostChild(task: "write" | "hold", ...rest: readonly (string | number)[]) {
    return this.#spawn([join(HERE, "host-child.ts"), task, this.root, ...rest.map(String)]);
  }

  /** See `reader-child.ts`. */
  readerChild() {
    return this.#spawn([join(HERE, "reader-child.ts"), this.root, this.version, this.folders.state]);
  }

  /** See `our-child.ts`. */
  ourChild(task: "write" | "hold", ...rest: readonly (string | number)[]) {
    const place = [this.root, this.version, this.folders.state];
    return this.#spawn([join(HERE, "our-child.ts"), task, ...place, ...rest.map(String)]);
  }

  #spawn(args: readonly string[]) {
    return spawnOwned(NODE, args, { env: hostEnvironment(this.folders), cwd: this.folders.root });
  }

  // ---- what lies there, read without any code of the host or of ours

  stored(): ProfilesDocument {
    if (this.traits.medium === "file") return existsSync(this.storeFile) ? parse(this.storeFile) : { profiles: {} };
    return readHostRows(this.folders.state) ?? { profiles: {} };
  }

  /** Order and statistics of a host that keeps files, in whichever of the two it keeps them. */
  storedState(): Pick<ProfilesDocument, "usageStats"> {
    const stateFile = join(this.agentDir, "auth-state.json");
    return { ...this.stored(), ...(existsSync(stateFile) ? parse(stateFile) : {}) };
  }

  /** Lays down a store with these profiles, as the host would have. */
  async seed(...ids: readonly string[]): Promise<void> {
    for (const id of ids) await ranWell(this.hostChild("write", id, 1));
  }

  record(name: string): StoredCredential | undefined {
    return this.stored().profiles[this.idOf(name)];
  }
}

/** A host up to 2026.4.2 writes in place: what is read meanwhile is read again. */
function parse(file: string, attempts = 20): ProfilesDocument {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProfilesDocument;
  } catch (error) {
    if (attempts <= 1) throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    return parse(file, attempts - 1);
  }
}

type Child = ReturnType<typeof spawnOwned>;

/** Kills what does not end: a process that hangs is a failure, not a wait. */
export async function runToEnd(child: Child, input = "", limitMs = HANG_MS): Promise<Ran> {
  const timer = setTimeout(() => killTree(child), limitMs);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (stderr += String(chunk)));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(timer);
  return { code, stdout, stderr };
}

/** What a child of ours says last. Throws where it failed or hung. */
export async function ranWell(child: Child, limitMs?: number): Promise<{ readonly refused: unknown }> {
  const { code, stdout, stderr } = await runToEnd(child, "", limitMs);
  if (code !== 0) throw new Error(`the child ended with ${code ?? "a kill, for it hung"}: ${stdout}\n${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { readonly refused: unknown };
}

/** Until the child says that it has the lock. */
export async function untilHeld(child: Child): Promise<void> {
  let said = "";
  let failed = "";
  child.stderr.on("data", (chunk: Buffer) => (failed += String(chunk)));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => (said += String(chunk)).includes("held\n") && resolve());
    child.once("close", () => reject(new Error(`the holder ended: ${said}\n${failed}`)));
  });
}

/** As a power cut would. Resolves when the process is gone, and whatever it held is left behind. */
export async function killHard(child: Child): Promise<void> {
  const gone = new Promise((resolve) => child.once("close", resolve));
  killTree(child);
  await gone;
}

export function plant(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, content, { mode: 0o600 });
}

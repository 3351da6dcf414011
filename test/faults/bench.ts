/** A machine whose terminal program is killed, starved and cut off, and what must be true of it afterwards. */
import { spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { PendingDocument } from "../../src/rules/pending-sign-ins.ts";
import type { StoredCredential } from "../../src/store/host-records.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";
import { SignInServer } from "../fakes/sign-in-server.ts";
import { NODE, OPENCLAW } from "../support/host.ts";
import { readHostRows } from "../support/host-rows.ts";
import { makeTempDir } from "../support/temp-dir.ts";
import { HANG_MS } from "../support/wait.ts";
import { installHost, makeMachine, put, type Machine } from "../terminal/machine.ts";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const PRELOAD = fileURLToPath(new URL("preload.ts", import.meta.url));
/** What the first of the processes has compiled, the others need not compile again. */
const NODE_COMPILE_CACHE = makeTempDir("compiled");
const NOBODY = 65_534;
const IS_ROOT = process.getuid?.() === 0;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

/** What the terminal printed with `--json`. */
export interface Answer {
  readonly ok: boolean;
  readonly error?: string;
  readonly login_url?: string;
  readonly tookMs: number;
}

export interface Around {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly killAfterMs?: number;
  /** Shell words before the program, such as a limit. */
  readonly shell?: string;
}

/** Where a killed finish had got to, as the disk tells. */
export type Reached = "before the claim" | "between claim and save" | "saved, not yet noted" | "after";

export class FaultBench {
  readonly machine: Machine = makeMachine();
  readonly server = new SignInServer();
  readonly provider: "openai" | "openai-codex";
  readonly #isSqlite: boolean;
  #origin = "";
  #isNobodys = false;
  readonly #startsMs: number[] = [];

  /** `host`: the version of one that keeps files, or the real one that package.json pins. */
  constructor(host: "2026.2.2-3" | "2026.3.13" | "2026.6.1" | "pinned") {
    this.#isSqlite = host === "pinned";
    this.provider = host === "pinned" || host === "2026.6.1" ? "openai" : "openai-codex";
    if (host === "pinned") symlinkSync(OPENCLAW, join(this.machine.bin, "openclaw"));
    else installHost(this.machine, host);
  }

  /** With a profile that holds a sign-in already, and one that is nobody's business. */
  async open(): Promise<this> {
    this.#origin = await this.server.listen();
    if (!this.#isSqlite) {
      const other = { type: "oauth", provider: this.provider, access: "a", refresh: "r", expires: 1, "odd field": [1] };
      put(this.storeFile, { version: 1, profiles: { [`${this.provider}:other`]: other }, "odd top": { a: 1 } });
    } else await this.signIn("other", this.server.accounts[1]);
    await this.signIn();
    return this;
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  get storeFile(): string {
    return join(this.machine.stateDir, "agents/main/agent/auth-profiles.json");
  }

  get tempFolder(): string {
    return join(this.machine.root, "tmp");
  }

  // ---- what a person does

  /** The terminal program as a process of its own. */
  run(args: readonly string[], { input = "", env = {}, killAfterMs, shell }: Around = {}): Promise<Ended> {
    const { root, bin, home } = this.machine;
    const words = ["--import", PRELOAD, CLI, ...args, "--json"];
    const [file, all] =
      shell === undefined ? [NODE, words] : ["/bin/sh", ["-c", `${shell} exec "$0" "$@"`, NODE, ...words]];
    const places = { PATH: bin, TMPDIR: this.tempFolder, HOME: home, OPENCLAW_HOME: home, OPENCLAW_GATEWAY_PORT: "1" };
    const child = spawn(file, all, {
      cwd: root,
      env: { ...places, CODEX_AUTH_SANDBOX: this.#origin, NODE_COMPILE_CACHE, ...env },
      ...(this.#isNobodys && IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {}),
      timeout: HANG_MS,
      killSignal: "SIGKILL",
    });
    const startedMs = performance.now();
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += String(chunk)));
    child.stderr.on("data", (chunk: Buffer) => (stderr += String(chunk)));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    return new Promise((resolve) =>
      child.once("close", (code, signal) => {
        clearTimeout(timer);
        resolve({ code, signal, stdout, stderr, tookMs: performance.now() - startedMs });
      }),
    );
  }

  async ask(args: readonly string[], around?: Around): Promise<Answer> {
    const { stdout, stderr, tookMs, signal } = await this.run(args, around);
    try {
      return { ...(JSON.parse(stdout) as Answer), tookMs };
    } catch {
      throw new Error(`${args[0]} said nothing (${signal}): ${stdout}\n${stderr}`);
    }
  }

  /** The address at which the person's browser ends. */
  async begin(name = "work", account = this.server.accounts[0], around?: Around): Promise<string> {
    const { login_url: link, error, tookMs } = await this.ask(["start", "--profile", name], around);
    this.#startsMs.push(tookMs);
    if (link === undefined) throw new Error(`start: ${error}`);
    return this.server.approve(link, account);
  }

  finish(address: string, around?: Around): Promise<Answer> {
    return this.ask(["finish", "--callback-url", "-"], { ...around, input: address });
  }

  /** A finish that is not expected to live. */
  finishUntil(address: string, around: Around): Promise<Ended> {
    return this.run(["finish", "--callback-url", "-"], { ...around, input: address });
  }

  async signIn(name?: string, account?: Parameters<SignInServer["approve"]>[1]): Promise<Answer> {
    const answer = await this.finish(await this.begin(name, account));
    if (!answer.ok) throw new Error(`finish: ${answer.error}`);
    return answer;
  }

  // ---- what lies there, read without our code

  stored(): ProfilesDocument {
    if (!this.#isSqlite) return JSON.parse(readFileSync(this.storeFile, "utf8")) as ProfilesDocument;
    const found = readHostRows(this.machine.stateDir);
    if (found === undefined) throw new Error("no store");
    return found;
  }

  credential(name = "work"): StoredCredential {
    const found = this.stored().profiles[`${this.provider}:${name}`];
    if (found === undefined) throw new Error(`no profile ${name}`);
    return found;
  }

  /** All but the profile that is signed in to; what the host notes of its use is the host's own. */
  others(): string {
    const { profiles, ...rest } = this.stored();
    const left = Object.entries(profiles).filter(([id]) => id !== `${this.provider}:work`);
    return JSON.stringify([left, this.#isSqlite ? [] : rest]);
  }

  pending(): PendingDocument {
    const folder = join(this.tempFolder, `openclaw-${this.#isNobodys && IS_ROOT ? NOBODY : process.getuid?.()}`);
    return JSON.parse(readFileSync(join(folder, "codex-auth-pending.json"), "utf8")) as PendingDocument;
  }

  /** Locks and half-written files of ours. */
  leftovers(): readonly string[] {
    return readdirSync(this.machine.root, { recursive: true, encoding: "utf8" }).filter(
      (path) => !path.startsWith("lib/") && /\.(?:lock|tmp|takeover)$/.test(path),
    );
  }

  codesSent(): readonly (string | undefined)[] {
    return this.server
      .tokenRequests("authorization_code")
      .map(({ body }) => body.find(([name]) => name === "code")?.[1]);
  }

  // ---- what must be true

  reached(old: StoredCredential, address: string): Reached {
    const { state } = Object.fromEntries(new URL(address).searchParams);
    if (this.pending().logins.some((login) => login.state === state)) return "before the claim";
    const isNew = this.credential().access !== old.access;
    if (!isNew) return "between claim and save";
    return this.pending().receipts.at(-1)?.outcome === "claimed" ? "saved, not yet noted" : "after";
  }

  /** The old credential untouched, or a new one whose two tokens both work; nothing else has changed. */
  expectWhole(old: StoredCredential, others: string): void {
    const now = this.credential();
    expect(this.others()).toBe(others);
    if (now.access === old.access) expect(now).toEqual(old);
    else expect(Object.keys(now).toSorted()).toEqual(Object.keys(old).toSorted());
    expect(this.server.accountOf(now.access ?? "")).toEqual(this.server.accounts[0]);
    // A code that is sent a second time takes down what it had bought: then this would be "revoked".
    expect(this.server.refreshTokenState(now.refresh ?? "")).toBe("live");
  }

  /**
   * Of a sign-in that had nobody to wait for. Waiting for a lock of nobody takes 6 seconds and more; a busy machine is
   * told from that by how long the start before the fault took, which takes no time but its own.
   */
  expectAtOnce(tookMs: number): void {
    expect(tookMs).toBeLessThan(Math.max(3000, 8 * (this.#startsMs.at(-2) ?? 0)));
  }

  /** No code was ever sent twice. */
  expectNoReplay(): void {
    const codes = this.codesSent();
    expect(new Set(codes).size).toBe(codes.length);
  }

  /** The machine is somebody's who may not write everywhere: root may, whatever the mode. */
  giveToNobody(): void {
    this.#isNobodys = true;
    const { root } = this.machine;
    const paths = [root, ...readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => join(root, path))];
    if (IS_ROOT) for (const path of paths.filter(existsSync)) chownSync(path, NOBODY, NOBODY);
    chmodSync(root, 0o755);
  }

  makeFolder(path: string): void {
    mkdirSync(path, { recursive: true });
    if (this.#isNobodys && IS_ROOT) for (const one of [path, dirname(path)]) chownSync(one, NOBODY, NOBODY);
  }
}

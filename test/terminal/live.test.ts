/** The command `login` as a process of its own: its lines, its port, its input and Ctrl-C; and the parts of its terminal. */
import { spawn, type ChildProcess } from "node:child_process";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { SANDBOX_PORT_VARIABLE, SANDBOX_VARIABLE } from "../../src/environment.ts";
import { systemTimers } from "../../src/system.ts";
import { Live, type LiveParts } from "../../src/terminal/live.ts";
import { SignInServer } from "../fakes/sign-in-server.ts";
import { send } from "../loopback/http.ts";
import { ENGLISH, REFUSALS, SENTENCES } from "../support/english.ts";
import { freePort } from "../support/loopback.ts";
import { waitUntil } from "../support/wait.ts";
import { GATEWAY_PORT, installHost, makeMachine, type Machine } from "./machine.ts";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
/** Needs no SDK, no command and no restart. */
const OLD_HOST = "2026.2.2-3";

let server: SignInServer;
let origin: string;
beforeAll(async () => {
  server = new SignInServer();
  origin = await server.listen();
});
afterAll(() => server.close());

const children: ChildProcess[] = [];
const { stdin: STDIN } = process;
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  Object.defineProperty(process, "stdin", { value: STDIN, configurable: true });
});

interface Running {
  readonly machine: Machine;
  readonly port: number;
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
  /** The link on which the user is to approve. */
  readonly link: () => Promise<string>;
  readonly ended: Promise<number | null>;
}

const environmentOf = ({ home, bin, root }: Machine, port: number) => ({
  PATH: bin,
  TMPDIR: root,
  OPENCLAW_HOME: home,
  OPENCLAW_GATEWAY_PORT: String(GATEWAY_PORT),
  [SANDBOX_VARIABLE]: origin,
  [SANDBOX_PORT_VARIABLE]: String(port),
});

async function startLogin(port: number, ...args: readonly string[]): Promise<Running> {
  const machine = makeMachine();
  installHost(machine, OLD_HOST);
  const child = spawn(process.execPath, [CLI, "login", "work", ...args], {
    cwd: machine.root,
    env: environmentOf(machine, port),
  });
  children.push(child);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const running: Running = { machine, port, child, stdout: "", stderr: "", link, ended };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.on("data", (chunk: Buffer) => (running[name] += chunk.toString("utf8")));
  async function link(): Promise<string> {
    return waitUntil(
      () => `the link; standard error: ${running.stderr}`,
      () => /http:\/\/\S*\/oauth\/authorize\?[^\s"]*/.exec(running.stdout)?.[0],
    );
  }
  return running;
}

/** What the browser asks of this machine once the user has approved. */
const targetOf = (address: string) => address.slice(address.indexOf("/auth/callback"));

const linesOf = ({ stdout }: Running) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("codex-auth login", () => {
  it("prints two JSON lines, and ends once the browser has been shown that it is done", async () => {
    const running = await startLogin(await freePort(), "--json");
    const address = server.approve(await running.link());
    const { status, headers } = await send(running.port, targetOf(address));
    expect([status, headers["location"]]).toEqual([302, "/done#saved"]);
    expect((await send(running.port, "/done")).body).toContain(SENTENCES["page.saved"]);
    expect(await running.ended).toBe(0);
    const lines = linesOf(running);
    expect(lines).toMatchObject([
      { event: "started", ok: true, profile: "work", listening: true, expires_in: 900, sandbox: true },
      { ok: true, profile: "work", email: "dana@example.com" },
    ]);
    expect([lines.length, running.stderr]).toEqual([2, ""]);
    expect((await send(running.port, "/done")).status).toBe(0);
  });

  it("reads a URL that was pasted in pieces, after a text that is none", async () => {
    const running = await startLogin(await freePort());
    const address = server.approve(await running.link());
    expect(running.stdout).toContain(SENTENCES["login.paste"]);
    running.child.stdin?.write("hello\n");
    await waitUntil("the refusal", () => running.stderr.includes(REFUSALS["callback-not-found"]));
    running.child.stdin?.write(`${address.slice(0, 60)}\n${address.slice(60)}\n`);
    expect(await running.ended).toBe(0);
    expect(running.stdout).toContain("Signed in: profile work now uses dana@example.com (plan: plus).");
    expect(server.secrets().filter((secret) => (running.stdout + running.stderr).includes(secret))).toEqual([]);
  });

  it("ends at Ctrl-C with the code of shells, and leaves nothing pending", async () => {
    const running = await startLogin(await freePort());
    const address = server.approve(await running.link());
    running.child.kill("SIGINT");
    expect(await running.ended).toBe(130);
    expect(running.stderr).toContain("Cancelled: work.");
    expect((await send(running.port, targetOf(address))).status).toBe(0);
    const code = new URL(address).searchParams.get("code");
    const sent = server.tokenRequests().flatMap(({ body }) => body.map(([, value]) => value));
    expect(sent).not.toContain(code);
  });

  it("goes on without the port if another program has it", async () => {
    const first = await startLogin(await freePort(), "--json");
    await first.link();
    const second = await startLogin(first.port, "--json");
    const address = server.approve(await second.link());
    expect(linesOf(second)).toMatchObject([{ event: "started", listening: false }]);
    second.child.stdin?.end(address);
    expect(await second.ended).toBe(0);
  });
});

function createLive(change: Partial<LiveParts> = {}): { readonly live: Live; readonly written: string[] } {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => written.push(String(text)) > 0);
  const live = new Live({
    timers: { wait: async () => undefined },
    isJson: false,
    print: ({ kind }) => ({ text: kind, exitCode: 0 }),
    inWords: ({ code }) => code,
    timeLeft: (ms) => `${Math.ceil(ms / 60_000)} min`,
    listener: () => ({ port: undefined, locale: () => ENGLISH, statusCommand: "codex-auth status" }),
    ...change,
  });
  return { live, written };
}

async function textsOf(live: Live, ...pieces: readonly string[]): Promise<readonly string[]> {
  const input = Readable.from(
    pieces.map((piece) => Buffer.from(piece)),
    { objectMode: false, highWaterMark: 1 },
  );
  Object.defineProperty(process, "stdin", { value: input, configurable: true });
  const texts: string[] = [];
  for await (const text of live.texts(new AbortController().signal)) texts.push(text);
  return texts;
}

describe("the terminal of login", () => {
  it("writes over the time that is left, only if it has changed, and removes it", () => {
    vi.spyOn(process, "stderr", "get").mockReturnValue(Object.assign(process.stderr, { isTTY: true }));
    const { live, written } = createLive();
    for (const ms of [900_000, 899_000, 840_000]) live.showTimeLeft(ms);
    live.warn({ kind: "refused", code: "callback-not-found" });
    live.clear();
    expect(written).toEqual(["\r\u001B[2K15 min ", "\r\u001B[2K14 min ", "\r\u001B[2K", "callback-not-found\n"]);
  });

  it("shows no time where it would be part of the output", () => {
    const { live, written } = createLive({ isJson: true });
    live.showTimeLeft(900_000);
    expect(written).toEqual([]);
  });

  it("takes lines that arrive together as one text, also without an end of line", async () => {
    const { live } = createLive({ timers: systemTimers });
    expect((await textsOf(live, "http://localhost:1455/auth/callback?code=a\n", "&state=b\n")).join("")).toBe(
      "http://localhost:1455/auth/callback?code=a\n&state=b\n",
    );
    expect(await textsOf(live, "no end")).toEqual(["no end"]);
    expect(await textsOf(live)).toEqual([]);
  });

  it("stops reading when the wait is over", async () => {
    const { live } = createLive();
    const input = new Readable({ read: () => undefined });
    Object.defineProperty(process, "stdin", { value: input, configurable: true });
    const over = new AbortController();
    const reading = (async () => {
      for await (const text of live.texts(over.signal)) throw new Error(text);
    })();
    over.abort();
    await reading;
    expect(input.destroyed).toBe(true);
  });

  it("fails with its input", async () => {
    const { live } = createLive();
    const input = new Readable({ read: () => undefined });
    Object.defineProperty(process, "stdin", { value: input, configurable: true });
    const reading = (async () => {
      for await (const text of live.texts(new AbortController().signal)) throw new Error(text);
    })();
    input.destroy(new Error("EIO"));
    await expect(reading).rejects.toThrow("EIO");
  });

  it("notices a hang-up, and stops noticing when the wait is over", async () => {
    const { live } = createLive();
    const before = process.listenerCount("SIGHUP");
    const over = new AbortController();
    const stopped = live.stopped(over.signal);
    process.emit("SIGHUP");
    await stopped;
    expect(live.stopCode).toBe(129);
    const again = live.stopped(over.signal);
    over.abort();
    await again;
    expect(process.listenerCount("SIGHUP")).toBe(before);
  });

  it("frees the port after the page was shown, or after a while, and at once if no browser came", async () => {
    const waits: number[] = [];
    const port = await freePort();
    const timers = { wait: async (ms: number) => void waits.push(ms) };
    const { live } = createLive({
      timers,
      listener: () => ({ port, locale: () => ENGLISH, statusCommand: "codex-auth status" }),
    });
    const unused = await live.listen(async () => "unknown");
    expect((await send(port, "/auth/callback?code=x")).status).toBe(400);
    expect(await live.listen(async () => "saved")).toBeUndefined();
    await unused?.close();
    expect(waits).toEqual([]);
    const used = await live.listen(async () => "saved");
    expect((await send(port, "/auth/callback?code=x")).status).toBe(302);
    await send(port, "/done");
    await used?.close();
    expect(waits).toEqual([3000]);
    expect((await send(port, "/done")).status).toBe(0);
  });
});

/** The whole program: in this process where the answer matters, as one of its own where its streams and its end do. */
import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { runAndPrint, runTerminal } from "../src/cli.ts";
import { terminalBinding, type Binding } from "../src/rules/binding.ts";
import { cancelSignIns } from "../src/rules/pending-sign-ins.ts";
import type { ProfileName } from "../src/rules/profile-id.ts";
import { createGuardedFetch } from "../src/host/fetch.ts";
import { findTempFolder } from "../src/terminal/folders.ts";
import { createPlainSend } from "../src/terminal/network.ts";
import { localeOf } from "../src/languages/catalogue.ts";
import { print } from "../src/terminal/output.ts";
import { ZH_CN } from "../src/languages/zh-cn.ts";
import { REFUSALS, SENTENCES } from "./support/english.ts";
import { startSignIn } from "../src/actions/start.ts";
import { finishSignIn } from "../src/actions/finish.ts";
import type { Ports } from "../src/actions/ports.ts";
import { createOAuthClient } from "../src/oauth/client.ts";
import { sandboxEndpoints, TOKEN_LIMITS } from "../src/oauth/endpoints.ts";
import { Paste } from "../src/rules/callback-url.ts";
import { createPendingStore } from "../src/store/pending-sign-ins.ts";
import { systemClock } from "../src/system.ts";
import { systemEntropy } from "../src/system.ts";
import { parseArguments } from "../src/terminal/arguments.ts";
import { HOST_PROGRAM } from "../src/terminal/host-program.ts";
import { createFakePorts, DANA, MemoryLog, MemoryProfileStore } from "./fakes/fake-ports.ts";
import { SignInServer } from "./fakes/sign-in-server.ts";
import { makeTempDir } from "./support/temp-dir.ts";
import { HANG_MS } from "./support/wait.ts";
import { GATEWAY_PORT, installHost, makeMachine, put, type Machine } from "./terminal/machine.ts";

const CLI = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
/** Needs no SDK, no command and no restart. */
const OLD_HOST = "2026.2.2-3";
/** What the first of the processes has read, the others need not read again. */
const NODE_COMPILE_CACHE = makeTempDir("compiled");

const machines: Machine[] = [];
const ended: Ended[] = [];
let server: SignInServer;
let origin: string;

beforeAll(async () => {
  server = new SignInServer();
  origin = await server.listen();
});

const { exitCode: EXIT_CODE, stdin: STDIN } = process;
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = EXIT_CODE;
  Object.defineProperty(process, "stdin", { value: STDIN, configurable: true });
});

afterAll(async () => {
  await server.close();
  // The file of waiting sign-ins is everybody's: what these tests left in it goes.
  const pending = createPendingStore(await findTempFolder(makeMachine().environment));
  for (const machine of machines) {
    const here = terminalBinding(gatewayOf(machine), "main");
    await pending.update((document) => cancelSignIns(document, here, Date.now()));
  }
});

const gatewayOf = ({ stateDir }: Machine) => stateDir;

function newMachine(): Machine {
  const machine = makeMachine();
  machines.push(machine);
  return machine;
}

function newHost(version: string, files?: Parameters<typeof installHost>[2]) {
  const machine = newMachine();
  return { machine, host: installHost(machine, version, files) };
}

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Around {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: readonly string[];
}

const environmentOf = ({ home, bin, root }: Machine) => ({
  PATH: bin,
  TMPDIR: root,
  OPENCLAW_HOME: home,
  OPENCLAW_GATEWAY_PORT: String(GATEWAY_PORT),
  CODEX_AUTH_SANDBOX: origin,
});

/** As a process of its own. */
function run(
  machine: Machine,
  args: readonly string[],
  { input = "", env = {}, node = [] }: Around = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...node, CLI, ...args],
      { cwd: machine.root, timeout: HANG_MS, env: { ...environmentOf(machine), NODE_COMPILE_CACHE, ...env } },
      (_error, stdout, stderr) => {
        const result = { exitCode: child.exitCode ?? -1, stdout, stderr };
        ended.push(result);
        resolve(result);
      },
    );
    // A program that reads no input may be gone by now.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}

/** The one object on standard output of a process, beside the exit code; standard error must be empty. */
async function runJson(machine: Machine, args: readonly string[], around?: Around) {
  const { exitCode, stdout, stderr } = await run(machine, [...args, "--json"], around);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^\{.*\}\n$/);
  return { ...(JSON.parse(stdout) as Record<string, unknown>), exitCode };
}

const DANA_UID = 1000;

function giveToDana(folder: string): void {
  for (const path of ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })]) {
    chownSync(join(folder, path), DANA_UID, DANA_UID);
  }
}

/** What the last call in this process would have logged. */
let log = new MemoryLog();

/** The same in this process. */
async function call(machine: Machine, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  for (const [name, value] of Object.entries({ ...environmentOf(machine), ...env })) vi.stubEnv(name, value);
  log = new MemoryLog();
  const { text, exitCode } = await runTerminal(parseArguments([...args, "--json"]), undefined, log);
  ended.push({ exitCode, stdout: text, stderr: "" });
  return { ...(JSON.parse(text) as Record<string, unknown>), exitCode };
}

/** The same with its streams and its exit code, as far as they are this process's. */
async function callAndPrint(machine: Machine, args: readonly string[], program = HOST_PROGRAM): Promise<Ended> {
  for (const [name, value] of Object.entries(environmentOf(machine))) vi.stubEnv(name, value);
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      texts[name] += String(text);
      return true;
    });
  }
  await runAndPrint(parseArguments(args), program);
  vi.restoreAllMocks();
  const result = { exitCode: Number(process.exitCode), ...texts };
  ended.push(result);
  return result;
}

/** What is typed in from now on, in as many pieces. */
function typeIn(...pieces: readonly (string | Buffer)[]): { readonly read: number } {
  const typing = { read: 0 };
  const input = Readable.from(
    (function* () {
      for (const piece of pieces) {
        typing.read += piece.length;
        yield Buffer.from(piece);
      }
    })(),
    { highWaterMark: 1 },
  );
  Object.defineProperty(process, "stdin", { value: input, configurable: true });
  return typing;
}

const utf16 = (text: string) => Buffer.from(text, "utf16le");

async function start(machine: Machine, profile = "work", more: readonly string[] = []): Promise<string> {
  const { login_url: link, exitCode } = (await call(machine, ["start", "--profile", profile, ...more])) as {
    login_url?: string;
    exitCode: number;
  };
  if (link === undefined || exitCode !== 0) throw new Error("nothing was started");
  return link;
}

/** Signs in to the end, as two processes. */
async function signInAsProcesses(machine: Machine, account = server.accounts[0]) {
  const { login_url: link } = (await runJson(machine, ["start", "--profile", "work"])) as unknown as {
    login_url: string;
  };
  const input = `${server.approve(link, account)}\n`;
  return runJson(machine, ["finish", "--profile", "work", "--callback-url", "-"], { input });
}

async function signIn(machine: Machine, account = server.accounts[0], ...more: readonly string[]) {
  const callbackUrl = server.approve(await start(machine), account);
  return call(machine, ["finish", "--callback-url", callbackUrl, ...more]);
}

const storeOf = ({ stateDir }: Machine) => join(stateDir, "agents/main/agent/auth-profiles.json");
const profilesIn = (path: string) =>
  (JSON.parse(readFileSync(path, "utf8")) as { profiles: Record<string, Record<string, unknown>> }).profiles;

describe("a command line", () => {
  it.each([
    { args: ["signin"], error: "usage_verb" },
    { args: ["start", "--force"], error: "usage_option" },
    { args: ["finish"], error: "usage_address" },
    { args: ["start", "--profile", "../x"], error: "bad_selector" },
    { args: ["start", "--profile", "status"], error: "reserved_word" },
  ])("is refused as $error: $args", async ({ args, error }) => {
    expect(await call(newMachine(), args)).toMatchObject({ ok: false, error, exitCode: 2 });
  });

  it("is refused in JSON on standard output, with --json", async () => {
    expect(await runJson(newMachine(), ["signin"])).toMatchObject({ ok: false, error: "usage_verb", exitCode: 2 });
  });

  it("is refused in words on standard error, without it", async () => {
    expect(await run(newMachine(), ["signin"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `${SENTENCES.sandbox}\nThere is no such command. To see all commands, run codex-auth help\n`,
    });
  });
});

const ASKED = [
  ["list"],
  ["start", "--profile", "work"],
  ["finish", "--callback-url", "http://localhost:1455/auth/callback?code=canary&state=canary"],
  ["status"],
  ["cancel"],
  ["undo", "--profile", "work"],
  ["log"],
  ["audit"],
] as const;

describe.runIf(process.getuid?.() === 0)("root in an installation of another user", () => {
  it.for(ASKED)("is told whose it is, and makes nothing: %s", async (words) => {
    const { machine } = newHost(OLD_HOST);
    put(join(machine.stateDir, "agents/main/agent/auth-profiles.json"), { version: 1, profiles: {} });
    mkdirSync(join(machine.stateDir, "codex-auth"));
    giveToDana(machine.stateDir);
    const before = readdirSync(machine.root, { recursive: true });
    const refused = await call(machine, words);
    expect(refused).toMatchObject({
      error: "store_of_other_user",
      store_owner: expect.stringContaining("uid 1000"),
      message: expect.stringContaining("That user is "),
    });
    expect(readdirSync(machine.root, { recursive: true })).toEqual(before);
  });

  it("is told whose the named file is, and whose the agent's folder is", async () => {
    const { machine } = newHost(OLD_HOST);
    const named = put(join(machine.root, "elsewhere/auth-profiles.json"), { version: 1, profiles: {} });
    giveToDana(join(machine.root, "elsewhere"));
    expect(await call(machine, ["list", "--auth-path", named])).toMatchObject({ error: "store_of_other_user" });
    put(join(machine.stateDir, "agents/ops/agent/auth-profiles.json"), { version: 1, profiles: {} });
    giveToDana(join(machine.stateDir, "agents/ops"));
    expect(await call(machine, ["list", "--agent", "ops"])).toMatchObject({ error: "store_of_other_user" });
    expect(await call(machine, ["list"])).toMatchObject({ ok: true });
  });

  it("still gets help", async () => {
    const { machine } = newHost(OLD_HOST);
    mkdirSync(machine.stateDir);
    giveToDana(machine.stateDir);
    expect(await call(machine, ["help"])).toMatchObject({ ok: true });
  });
});

describe("without a host", () => {
  it.each([["start"], ["list"], ["undo"], ["finish", "--callback-url", "x"]])("%s finds none", async (...args) => {
    expect(await call(newMachine(), args)).toEqual({
      ok: false,
      error: "host_not_found",
      message: REFUSALS["host-not-found"],
      sandbox: true,
      exitCode: 2,
    });
  });

  it("knows of no sign-in", async () => {
    expect(await call(newMachine(), ["status"])).toMatchObject({ ok: false, error: "no_status", exitCode: 2 });
    expect(await call(newMachine(), ["cancel"])).toMatchObject({ ok: true, cancelled: [], exitCode: 0 });
  });

  it("signs in to a named file, and warns at each step that no host was found", async () => {
    const machine = newMachine();
    const authPath = join(machine.root, "named/auth-profiles.json");
    const named = ["--auth-path", authPath];
    const warning = SENTENCES["warning.no-host"];
    expect(await call(machine, ["list", ...named])).toMatchObject({ ok: true, profiles: [], warning });
    const callbackUrl = server.approve(await start(machine, "work", named));
    expect(existsSync(authPath)).toBe(false);
    expect(await call(machine, ["finish", "--callback-url", callbackUrl, ...named])).toMatchObject({
      ok: true,
      profile_id: "openai-codex:work",
      restart_required: true,
      warning,
      exitCode: 0,
    });
    expect(profilesIn(authPath)).toHaveProperty("openai-codex:work");
    expect(existsSync(machine.stateDir) && existsSync(storeOf(machine))).toBe(false);
  });

  it.each([
    { name: "today's", provider: "openai", profile: "openai:work" },
    { name: "an older host's", provider: "openai-codex", profile: "openai-codex:work" },
  ])("takes the provider from the profiles of a named file: $name", async ({ provider, profile }) => {
    const machine = newMachine();
    const authPath = join(machine.root, "named/auth-profiles.json");
    put(authPath, {
      version: 1,
      profiles: { [`${provider}:old`]: { type: "oauth", provider, access: "a", refresh: "r" } },
    });
    expect(await call(machine, ["start", "work", "--auth-path", authPath])).toMatchObject({ profile_id: profile });
  });

  it.each([
    {
      name: "beside a database",
      file: "agent/openclaw-agent.sqlite",
      authPath: "agent/auth-profiles.json",
      error: "store_ambiguous",
    },
    {
      name: "of another name",
      file: "agent/profiles.json",
      authPath: "agent/profiles.json",
      error: "auth_path_invalid",
    },
    { name: "that is a folder", file: "agent/x", authPath: "agent", error: "auth_path_invalid" },
  ])("refuses a file $name", async ({ file, authPath, error }) => {
    const machine = newMachine();
    put(join(machine.root, file), "");
    expect(await call(machine, ["start", "--auth-path", join(machine.root, authPath)])).toMatchObject({
      ok: false,
      error,
      exitCode: 2,
    });
    expect(existsSync(join(machine.root, "agent/auth-profiles.json"))).toBe(false);
  });
});

describe("the version of the host decides", () => {
  it.each([
    { version: "2026.3.13", profile: "openai-codex:work" },
    { version: "2026.4.15", profile: "openai-codex:work" },
    { version: "2026.6.1", profile: "openai:work" },
  ])("how a profile is called: $version", async ({ version, profile }) => {
    expect(await call(newHost(version).machine, ["start", "work"])).toMatchObject({ ok: true, profile_id: profile });
  });

  it.each([
    { name: "is older than all that are known", version: "2026.1.5", args: ["list"], error: "host_unknown" },
    { name: "is none", version: "dev", args: ["start"], error: "host_unknown" },
    { name: "has no SDK where one is needed", version: "2026.9.6", args: ["list"], error: "host_unknown" },
    {
      name: "keeps no file, and one was named",
      version: "2026.9.6",
      args: ["start", "--auth-path", "/nowhere/auth-profiles.json"],
      error: "host_uses_sqlite",
    },
  ])("that nothing is done if it $name", async ({ version, args, error }) => {
    expect(await call(newHost(version).machine, args)).toMatchObject({
      ok: false,
      error,
      host_version: version,
      message: expect.stringContaining(`The version found is ${version}.`),
      exitCode: 2,
    });
  });
});

describe("a sign-in", () => {
  it("goes from the link to the profile, and back", async () => {
    const { machine } = newHost(OLD_HOST);
    const [first, second] = server.accounts;
    expect(await signInAsProcesses(machine, first)).toEqual({
      ok: true,
      profile: "work",
      profile_id: "openai-codex:work",
      message: SENTENCES["saved.live"],
      accountId: first?.accountId,
      expires: expect.any(Number),
      email: first?.email,
      plan: first?.plan,
      restart_required: false,
      queued: false,
      revert_command: null,
      status_command: "codex-auth status --profile work",
      sandbox: true,
      exitCode: 0,
    });
    const before = profilesIn(storeOf(machine));
    expect(before).toMatchObject({ "openai-codex:work": { type: "oauth", email: first?.email } });
    expect(statSync(storeOf(machine)).mode & 0o777).toBe(0o600);
    expect(await call(machine, ["status", "work"])).toMatchObject({ ok: true, last_saved: { profile: "work" } });
    expect(await signIn(machine, second)).toMatchObject({ ok: false, error: "account_differs", exitCode: 2 });
    expect(profilesIn(storeOf(machine))).toEqual(before);
    expect(await signIn(machine, second, "--replace")).toMatchObject({
      email: second?.email,
      revert_command: "codex-auth undo --profile work",
    });
    expect(await call(machine, ["list"])).toMatchObject({ profiles: [{ profile: "work", email: second?.email }] });
    expect(await call(machine, ["undo", "--profile", "work"])).toMatchObject({ ok: true, profile: "work" });
    expect(profilesIn(storeOf(machine))).toEqual(before);
  });

  it("explains each step in words", async () => {
    const { machine } = newHost(OLD_HOST);
    const started = await run(machine, ["start", "work"]);
    const link = started.stdout.split("\n").find((line) => line.startsWith(origin)) ?? "";
    expect((await run(machine, ["status"])).stdout).toContain(
      "Finish: codex-auth finish --profile work --callback-url -",
    );
    const finished = await run(machine, ["finish", "--callback-url", "-"], { input: server.approve(link) });
    expect(finished.stdout).toBe(
      `${SENTENCES.sandbox}\nSigned in: profile work now uses dana@example.com (plan: plus).\n${SENTENCES["saved.live"]}\n`,
    );
    expect([started, finished].map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([
      [0, ""],
      [0, ""],
    ]);
  });

  it.each([
    { name: "with a byte order mark, as PowerShell 5.1 writes it", bytes: (url: string) => utf16(`\uFEFF${url}\r\n`) },
    { name: "of the other byte order", bytes: (url: string) => utf16(`\uFEFF${url}\r\n`).swap16() },
    { name: "without a mark", bytes: (url: string) => utf16(url) },
    { name: "behind a line of UTF-8", bytes: (url: string) => Buffer.concat([Buffer.from("url:\r\n"), utf16(url)]) },
  ])("is finished by a file in UTF-16 $name", async ({ bytes }) => {
    const { machine } = newHost(OLD_HOST);
    typeIn(bytes(server.approve(await start(machine))));
    expect(await call(machine, ["finish", "--callback-url", "-"])).toMatchObject({ ok: true });
  });

  it("is cancelled", async () => {
    const { machine } = newHost(OLD_HOST);
    const callbackUrl = server.approve(await start(machine));
    expect(await call(machine, ["cancel"])).toMatchObject({ ok: true, cancelled: ["work"], exitCode: 0 });
    expect(await call(machine, ["finish", "--callback-url", callbackUrl])).toMatchObject({
      ok: false,
      error: "login_cancelled",
      exitCode: 2,
    });
    expect(existsSync(storeOf(machine))).toBe(false);
  });

  it("is not found from another home folder", async () => {
    const address = server.approve(await start(newHost(OLD_HOST).machine));
    expect(await call(newHost(OLD_HOST).machine, ["finish", "--callback-url", address])).toMatchObject({
      error: "no_pending_flow",
      exitCode: 2,
    });
  });

  it("goes to the default agent of a config with comments", async () => {
    const { machine } = newHost(OLD_HOST);
    const agentDir = join(machine.root, "ops");
    put(storeOf(machine), { version: 1, profiles: {} });
    put(join(agentDir, "auth-profiles.json"), { version: 1, profiles: {} });
    put(
      join(machine.stateDir, "openclaw.json"),
      `// mine\n${JSON.stringify({ agents: { list: [{ id: "main" }, { id: "ops", default: true, agentDir }] } })}`,
    );
    const callbackUrl = server.approve(await start(machine));
    await call(machine, ["finish", "--callback-url", callbackUrl]);
    expect(profilesIn(join(agentDir, "auth-profiles.json"))).toHaveProperty("openai-codex:work");
    expect(profilesIn(storeOf(machine))).toEqual({});
  });

  it("goes to the agent that was named", async () => {
    const { machine } = newHost(OLD_HOST);
    // An agent without a file of its own uses the main one's.
    const own = join(machine.stateDir, "agents/ops/agent/auth-profiles.json");
    put(own, { version: 1, profiles: {} });
    const callbackUrl = server.approve(await start(machine, "work", ["--agent", "ops"]));
    await call(machine, ["finish", "--callback-url", callbackUrl]);
    expect(profilesIn(own)).toHaveProperty("openai-codex:work");
  });
});

describe("a finish that fails", () => {
  const rows = [
    { name: "no callback URL", input: "", error: "callback_empty" },
    { name: "words", input: "canary words of mine", error: "callback_not_found" },
    {
      name: "too much",
      input: `http://localhost:1455/auth/callback?code=${"canary".repeat(40_000)}`,
      error: "callback_too_long",
    },
    {
      name: "an unknown state",
      input:
        "http://localhost:1455/auth/callback?code=ac_canary0123456789.canary0123456789&state=0123456789abcdef0123456789abcdef",
      error: "state_mismatch",
    },
  ];
  it.each(rows)("because of $name does not repeat the input", async ({ input, error }) => {
    const { machine } = newHost(OLD_HOST);
    await start(machine);
    typeIn(input);
    const answer = await call(machine, ["finish", "--callback-url", "-"]);
    expect(answer).toMatchObject({ ok: false, error, exitCode: 2 });
    expect(JSON.stringify([answer, log.lines])).not.toContain("canary");
  });

  it("because the URL is a bare argument does not repeat it", async () => {
    const args = ["finish", "http://localhost:1455/auth/callback?code=canary"];
    expect(JSON.stringify(await call(newMachine(), args))).not.toContain("canary");
  });

  it("because no code came with the state keeps the sign-in", async () => {
    const { machine } = newHost(OLD_HOST);
    const address = new URL(server.approve(await start(machine)));
    const whole = address.href;
    address.searchParams.delete("code");
    expect(await call(machine, ["finish", "--callback-url", address.href])).toMatchObject({ error: "missing_code" });
    expect(await call(machine, ["finish", "--callback-url", whole])).toMatchObject({ ok: true });
  });

  it("because the host has gone keeps the sign-in", async () => {
    const { machine } = newHost(OLD_HOST);
    const callbackUrl = server.approve(await start(machine));
    const gone = await call(machine, ["finish", "--callback-url", callbackUrl], { PATH: "" });
    expect(gone).toMatchObject({ error: "host_not_found" });
    expect(await call(machine, ["finish", "--callback-url", callbackUrl])).toMatchObject({ ok: true });
  });
});

describe("a sign-in server that misbehaves", () => {
  it.each([
    { mode: "no-account-id", error: "missing_account_id" },
    { mode: "token-exchange-user-error", error: "token_rejected" },
    { mode: "html-200", error: "token_response_invalid" },
    { mode: "huge-body", error: "token_response_invalid" },
  ] as const)("is answered with $error: $mode", async ({ mode, error }) => {
    const own = new SignInServer();
    const env = { CODEX_AUTH_SANDBOX: await own.listen() };
    try {
      const { machine } = newHost(OLD_HOST);
      const { login_url: link } = (await call(machine, ["start"], env)) as unknown as { login_url: string };
      own.behave(mode);
      const callbackUrl = own.approve(link);
      expect(await call(machine, ["finish", "--callback-url", callbackUrl], env)).toMatchObject({
        ok: false,
        error,
        profile: "default",
        exitCode: 2,
      });
      expect(existsSync(storeOf(machine))).toBe(false);
      expectNoSecrets(own, 1);
    } finally {
      await own.close();
    }
  });
});

describe("a machine with a fault", () => {
  it.each([
    { name: "a config of another shape", config: { agents: { list: [null] } } },
    { name: "a config that is no JSON", config: "{" },
    { name: "a config that is null", config: "null" },
  ])("still has a status: $name", async ({ config }) => {
    const machine = newMachine();
    put(join(machine.stateDir, "openclaw.json"), config);
    expect(await call(machine, ["status"])).toMatchObject({ error: "no_status", exitCode: 2 });
  });

  it("refuses an invalid sandbox before anything is sent", async () => {
    const env = { CODEX_AUTH_SANDBOX: "https://canary.example" };
    const { machine } = newHost(OLD_HOST);
    expect(await call(machine, ["start"], env)).toMatchObject({ error: "config_invalid", exitCode: 2 });
    expect(await call(machine, ["status"], env)).toMatchObject({ error: "no_status" });
  });

  it("refuses a store that cannot be read, and leaves it unchanged", async () => {
    const { machine } = newHost(OLD_HOST);
    put(storeOf(machine), "{ broken");
    expect(await call(machine, ["start"])).toMatchObject({ error: "store_unreadable", exitCode: 2 });
    expect(readFileSync(storeOf(machine), "utf8")).toBe("{ broken");
  });
});

describe("what goes to which stream", () => {
  it("an answer in words: standard output", async () => {
    const { exitCode, stdout, stderr } = await callAndPrint(newMachine(), ["help"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("openclaw codex-auth finish --callback-url");
  });

  it("a refusal in words: standard error", async () => {
    expect(await callAndPrint(newMachine(), ["list"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `${SENTENCES.sandbox}\n${REFUSALS["host-not-found"]}\n`,
    });
  });

  it.each([
    { name: "of the machine", args: ["list", "--json"], error: "host_not_found" },
    { name: "of what was typed", args: ["signin", "--json"], error: "usage_verb" },
  ])("a refusal in JSON: standard output: $name", async ({ args, error }) => {
    const { exitCode, stdout, stderr } = await callAndPrint(newMachine(), args);
    expect([exitCode, stderr, JSON.parse(stdout)]).toMatchObject([2, "", { ok: false, error }]);
  });

  it.each(["stdout", "stderr"] as const)("a closed %s does not end the program with an error", async (name) => {
    await callAndPrint(newMachine(), ["help"]);
    expect(() => process[name].emit("error", new Error("write EPIPE"))).not.toThrow();
  });
});

describe("a callback URL on standard input", () => {
  it("is joined from its pieces", async () => {
    const { machine } = newHost(OLD_HOST);
    const address = server.approve(await start(machine));
    typeIn(address.slice(0, 30), address.slice(30), "\n");
    expect(await call(machine, ["finish", "--callback-url", "-"])).toMatchObject({ ok: true, profile: "work" });
  });

  it("is not read beyond the longest URL", async () => {
    const { machine } = newHost(OLD_HOST);
    await start(machine);
    const typing = typeIn(...Array.from({ length: 1000 }, () => "x".repeat(1024)));
    expect(await call(machine, ["finish", "--callback-url", "-"])).toMatchObject({ error: "callback_too_long" });
    expect(typing.read).toBeLessThan(100 * 1024);
  });
});

describe("without a sandbox", () => {
  const REAL = { CODEX_AUTH_SANDBOX: "", HTTP_PROXY: "", HTTPS_PROXY: "", http_proxy: "", https_proxy: "" };

  it("the link is the real server's, and no answer mentions a sandbox", async () => {
    const answer = await call(newHost(OLD_HOST).machine, ["start", "work"], REAL);
    expect(answer).toMatchObject({
      ok: true,
      login_url: expect.stringMatching(/^https:\/\/auth\.openai\.com\/oauth\/authorize\?/),
    });
    expect(answer).not.toHaveProperty("sandbox");
  });

  it("no answer contains an invalid proxy URL, and the refusal names the variable", async () => {
    const { machine } = newHost(OLD_HOST);
    const answer = await call(machine, ["start", "work"], { ...REAL, HTTPS_PROXY: "http://user:canary@[x" });
    expect(answer).toMatchObject({
      ok: false,
      error: "proxy_malformed",
      variable: "HTTPS_PROXY",
      message: expect.stringMatching(/^HTTPS_PROXY cannot be read/),
      exitCode: 2,
    });
    expect(JSON.stringify([answer, log.lines])).not.toContain("canary");
  });

  it("finish refuses such a variable too, before the code is spent", async () => {
    const { machine } = newHost(OLD_HOST);
    await start(machine);
    const pasted = server.approve(await start(machine));
    const broken = { ...REAL, HTTPS_PROXY: "socks5h://canary@127.0.0.1:1080" };
    expect(await call(machine, ["finish", "--callback-url", pasted], broken)).toMatchObject({ error: "proxy_socks" });
    expect(await call(machine, ["finish", "--callback-url", pasted])).toMatchObject({ ok: true, profile: "work" });
  });

  const SENDS_NOTHING = [["list"], ["log"], ["audit"], ["undo"], ["status"], ["cancel"], ["help"], ["version"]];
  it.each(SENDS_NOTHING)("%s answers the same with variables that no sign-in could use", async (...args) => {
    const { machine } = newHost(OLD_HOST);
    const before = await call(machine, args, REAL);
    const broken = { HTTPS_PROXY: '"127.0.0.1:canary', ALL_PROXY: "socks5h://x", HTTP_PROXY: "%", NO_PROXY: "[" };
    const after = await call(machine, args, { ...REAL, ...broken });
    expect(after).toEqual(before);
    const withoutServer = await call(machine, args, { ...broken, CODEX_AUTH_SANDBOX: "not a URL" });
    expect(withoutServer).toEqual(before);
  });

  it("start refuses an invalid sandbox", async () => {
    const { machine } = newHost(OLD_HOST);
    expect(await call(machine, ["start", "work"], { CODEX_AUTH_SANDBOX: "canary" })).toMatchObject({
      error: "config_invalid",
    });
  });
});

describe("a state folder that only an older OpenClaw reads", () => {
  it("is refused before anything is made, and OPENCLAW_STATE_DIR helps", async () => {
    const machine = newMachine();
    installHost(machine, "2026.4.15");
    const older = join(machine.root, "older");
    const variables = { CLAWDBOT_STATE_DIR: older };
    expect(await call(machine, ["start", "work"], variables)).toMatchObject({
      error: "host_state_folder",
      message: `${REFUSALS["host-state-folder"]} The version found is 2026.4.15.`,
    });
    expect(existsSync(older)).toBe(false);
    const named = { ...variables, OPENCLAW_STATE_DIR: machine.stateDir };
    expect(await call(machine, ["start", "work"], named)).toMatchObject({ ok: true });
  });
});

describe("an openclaw on the PATH that cannot be followed", () => {
  it("is refused with the option that names the host, and every further command keeps this option", async () => {
    const machine = newMachine();
    installHost({ ...machine, bin: machine.root }, OLD_HOST);
    put(join(machine.bin, "openclaw"), '#!/bin/sh\nexec asdf exec "openclaw" "$@"\n');
    expect(await call(machine, ["list"])).toMatchObject({
      error: "host_launcher",
      message: REFUSALS["host-launcher"],
    });
    const path = join(machine.root, "lib/node_modules/openclaw");
    expect(await call(machine, ["start", "work", "--openclaw", path])).toMatchObject({
      ok: true,
      status_command: `codex-auth status --profile work --openclaw ${path}`,
    });
    expect(await call(machine, ["list"], { CODEX_AUTH_OPENCLAW: path })).toMatchObject({ ok: true });
    expect(await call(machine, ["list", "--openclaw", "/nowhere"])).toMatchObject({ error: "host_path_invalid" });
  });
});

describe("an error without a code of ours", () => {
  it("is named by its kind, and points to no log of a gateway", () => {
    const { text } = print(
      { kind: "refused", code: "internal" },
      { json: false, queueApply: false },
      {
        program: { name: "codex-auth", profileOption: "--profile" },
        locale: localeOf("en"),
        failure: "internal error (TypeError ERR_INVALID_URL)",
      },
    );
    expect(text).toBe(`${REFUSALS.internal}\nThe error was: internal error (TypeError ERR_INVALID_URL)`);
  });
});

describe("log and audit", () => {
  it("read the files of the gateway", async () => {
    const { machine } = newHost(OLD_HOST);
    put(join(machine.stateDir, "skills/codex-auth/SKILL.md"), "");
    put(join(machine.stateDir, "openclaw.json"), { commands: { ownerAllowFrom: [] } });
    const callbackUrl = server.approve(await start(machine));
    await call(machine, ["finish", "--callback-url", callbackUrl]);
    expect(await call(machine, ["log"])).toMatchObject({
      ok: true,
      changes: [{ who: "terminal", action: "sign_in", profile: "work", outcome: "done" }],
    });
    expect(await call(machine, ["audit"])).toMatchObject({
      ok: true,
      findings: [
        { finding: "no_owner" },
        { finding: "old_skill", folder: join(machine.stateDir, "skills/codex-auth") },
      ],
    });
  });
});

describe("the audit", () => {
  it.each([
    { name: "none", config: "{}", expected: ["no_owner"] },
    { name: "one", config: '{"commands":{"ownerAllowFrom":["telegram:1"]}}', expected: [] },
  ])("finds whether the config names an owner: $name", async ({ config, expected }) => {
    const { machine } = newHost(OLD_HOST);
    put(join(machine.stateDir, "openclaw.json"), config);
    const findings = expected.map((finding) => expect.objectContaining({ finding }));
    expect(await call(machine, ["audit"])).toMatchObject({ ok: true, findings });
  });
});

describe("the language of the terminal", () => {
  it.each([
    { locale: "zh_CN.UTF-8", expected: ZH_CN },
    { locale: "de_DE.UTF-8", expected: SENTENCES },
    { locale: "", expected: SENTENCES },
  ])("is that of the locale if it is supported: $locale", async ({ locale, expected }) => {
    expect(await call(newMachine(), ["list"], { LC_ALL: locale, LC_MESSAGES: "", LANG: "" })).toMatchObject({
      message: expected["refusal.host-not-found"],
    });
  });
});

const chatOf = (machine: Machine): Binding => ({ ...DANA, gateway: gatewayOf(machine) });

async function chatPorts(): Promise<Ports & { readonly profiles: MemoryProfileStore }> {
  const endpoints = sandboxEndpoints(origin);
  return {
    ...createFakePorts(),
    clock: systemClock,
    entropy: systemEntropy,
    log: new MemoryLog(),
    oauth: createOAuthClient(endpoints, systemEntropy, createGuardedFetch(createPlainSend(endpoints), TOKEN_LIMITS)),
    pending: createPendingStore(await findTempFolder(makeMachine().environment)),
    profiles: new MemoryProfileStore(),
  };
}

describe("a sign-in in a chat and in the terminal", () => {
  it("started in a chat is finished in the terminal, and the gateway reloads", async () => {
    const { machine, host } = newHost("2026.6.1");
    const started = await startSignIn(await chatPorts(), {
      binding: chatOf(machine),
      askedName: "work" as ProfileName,
    });
    if (started.kind !== "started") throw new Error(started.code);
    const callbackUrl = server.approve(started.authorizationUrl.reveal());
    expect(await call(machine, ["finish", "--callback-url", callbackUrl])).toMatchObject({
      ok: true,
      profile_id: "openai:work",
      restart_required: false,
      exitCode: 0,
    });
    expect(profilesIn(storeOf(machine))).toHaveProperty("openai:work");
    expect(host.calls()).toEqual([["secrets", "reload"]]);
  });

  it("started in the terminal is finished in a chat", async () => {
    const { machine } = newHost("2026.6.1");
    const pasted = new Paste(server.approve(await start(machine)));
    const ports = await chatPorts();
    const request = { binding: chatOf(machine), pasted, isAllowed: () => true, ifOtherAccount: "ask" } as const;
    expect(await finishSignIn(ports, request)).toMatchObject({ kind: "saved", profileName: "work" });
    expect(ports.profiles.saves).toMatchObject([{ profileId: "openai:work", agentId: "main" }]);
    expect(await call(machine, ["status"])).toMatchObject({ last_saved: { profile: "work" } });
  });

  it("says that a restart is needed, also in the status", async () => {
    const { machine, host } = newHost("2026.6.1");
    host.exitWith(1);
    expect(await signIn(machine)).toMatchObject({ ok: true, restart_required: true, queued: false });
    expect(await call(machine, ["status"])).toMatchObject({ restart_required: true });
  });
});

/** Writes the address of every module that is loaded, of whatever kind, when the process ends. */
const RECORDER = `
import { registerHooks } from "node:module";
import { writeFileSync } from "node:fs";
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
process.on("exit", () => writeFileSync(process.env.RECORD_TO, loaded.join("\\n")));`;

async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
  const { machine } = newHost(OLD_HOST);
  const recorder = put(join(machine.root, "recorder.mjs"), RECORDER);
  const RECORD_TO = join(machine.root, "loaded.txt");
  await run(machine, args, { node: ["--import", recorder], env: { RECORD_TO } });
  return readFileSync(RECORD_TO, "utf8").split("\n");
}

describe("what is loaded", () => {
  const ofHost = /openclaw|\/src\/host\/|\/terminal\/(?:installed-host|terminal-host|network)\./;
  const ofSignIn = /oauth4webapi|\/src\/oauth\/|\/src\/wiring\.|profile-store|file-auth-store|sqlite/;

  it.each(["status", "help"])("by %s: no host and no sign-in code", async (verb) => {
    const loaded = await loadedBy([verb]);
    expect(loaded.some((url) => url.endsWith("/store/pending-sign-ins.ts"))).toBe(true);
    expect(loaded.filter((url) => ofHost.test(url) || ofSignIn.test(url))).toEqual([]);
  });

  it("by start: both", async () => {
    const loaded = await loadedBy(["start"]);
    expect(loaded.some((url) => ofHost.test(url))).toBe(true);
    expect(loaded.some((url) => ofSignIn.test(url))).toBe(true);
  });
});

/** Nothing that a server issued or a browser showed may stand in any output since `count` runs ago. */
function expectNoSecrets(of: SignInServer, count: number): void {
  const printed = ended.slice(-count).flatMap(({ stdout, stderr }) => [stdout, stderr]);
  expect(of.secrets().filter((secret) => printed.some((text) => text.includes(secret)))).toEqual([]);
}

describe("over all of these runs", () => {
  it("no code and no token was printed, and no state but in the link of a start", () => {
    expect(server.secrets().length).toBeGreaterThan(20);
    expectNoSecrets(server, ended.length);
    const states = ended.flatMap(({ stdout }) =>
      [...stdout.matchAll(/[?&]state=([\w-]+)/g)].map(([, state]) => state ?? ""),
    );
    expect(states.length).toBeGreaterThan(10);
    const withState = ended.filter(({ stdout, stderr }) => states.some((state) => (stdout + stderr).includes(state)));
    expect(withState.every(({ stdout }) => stdout.includes("/oauth/authorize?"))).toBe(true);
    expect(withState).toHaveLength(states.length);
  });

  it("no stack, source path or Node.js warning was printed", () => {
    const printed = ended.map(({ stdout, stderr }) => stdout + stderr);
    expect(printed.filter((text) => /node:|\n\s+at |\/src\/|Warning|Error:/.test(text))).toEqual([]);
  });

  it("every run ended by itself", () => {
    expect(ended.filter(({ exitCode }) => exitCode !== 0 && exitCode !== 2)).toEqual([]);
  });
});

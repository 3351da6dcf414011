import { symlinkSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  isNodeProxying,
  isProgram,
  readArguments,
  readCallbackPort,
  readHostCommandEnvironment,
  readLocale,
  readSandboxOrigin,
  readTerminalEnvironment,
  SANDBOX_PORT_VARIABLE,
  SANDBOX_VARIABLE,
  type TerminalEnvironment,
} from "../src/environment.ts";
import { CodexAuthError } from "../src/errors.ts";
import { makeTempDir } from "./support/temp-dir.ts";

const ARGV = [...process.argv];
afterEach(() => {
  vi.unstubAllEnvs();
  process.argv = [...ARGV];
});

function read(value: string): string | undefined {
  vi.stubEnv(SANDBOX_VARIABLE, value);
  return readSandboxOrigin();
}

function refusalOf(value: string): unknown {
  try {
    return read(value);
  } catch (error) {
    return error;
  }
}

const ACCEPTED = [
  "http://127.0.0.1:4000",
  "http://localhost:4000",
  "http://[::1]:4000",
  "http://127.0.0.1:1",
  "http://127.0.0.1:65535",
];

const REFUSED: readonly { readonly name: string; readonly value: string }[] = [
  { name: "https", value: "https://127.0.0.1:4000" },
  { name: "the real server", value: "https://auth.openai.com" },
  { name: "the real server without TLS", value: "http://auth.openai.com:80" },
  { name: "no scheme", value: "127.0.0.1:4000" },
  { name: "another scheme", value: "ftp://127.0.0.1:4000" },
  { name: "a scheme in capitals", value: "HTTP://127.0.0.1:4000" },
  { name: "no port", value: "http://127.0.0.1" },
  { name: "an empty port", value: "http://127.0.0.1:" },
  { name: "port 0", value: "http://127.0.0.1:0" },
  { name: "a port with a leading zero", value: "http://127.0.0.1:04000" },
  { name: "a port past the last", value: "http://127.0.0.1:65536" },
  { name: "a port of six digits", value: "http://127.0.0.1:100000" },
  { name: "a signed port", value: "http://127.0.0.1:+80" },
  { name: "a trailing slash", value: "http://127.0.0.1:4000/" },
  { name: "a path", value: "http://127.0.0.1:4000/oauth" },
  { name: "a query", value: "http://127.0.0.1:4000?x=1" },
  { name: "a fragment", value: "http://127.0.0.1:4000#x" },
  { name: "userinfo before the loopback", value: "http://user@127.0.0.1:4000" },
  { name: "the loopback as userinfo", value: "http://127.0.0.1:4000@evil.example:80" },
  { name: "the loopback as user and password", value: "http://127.0.0.1:80@evil.example" },
  { name: "localhost as userinfo", value: "http://localhost@evil.example:4000" },
  { name: "a host that starts like the loopback", value: "http://127.0.0.1.evil.example:4000" },
  { name: "a host that starts like localhost", value: "http://localhost.evil.example:4000" },
  { name: "a host that ends like localhost", value: "http://evil-localhost:4000" },
  { name: "localhost with a trailing dot", value: "http://localhost.:4000" },
  { name: "a loopback address in decimal", value: "http://2130706433:4000" },
  { name: "a loopback address in hex", value: "http://0x7f000001:4000" },
  { name: "a loopback address in octal", value: "http://0177.0.0.1:4000" },
  { name: "a short loopback address", value: "http://127.1:4000" },
  { name: "another address of the loopback net", value: "http://127.0.0.2:4000" },
  { name: "the any address", value: "http://0.0.0.0:4000" },
  { name: "the IPv6 any address", value: "http://[::]:4000" },
  { name: "a mapped loopback", value: "http://[::ffff:127.0.0.1]:4000" },
  { name: "a private address", value: "http://192.168.0.1:4000" },
  { name: "the metadata address", value: "http://169.254.169.254:80" },
  { name: "dots that match anything", value: "http://127a0b0c1:4000" },
  { name: "a backslash", value: "http://127.0.0.1:4000\\@evil.example" },
  { name: "white space before", value: " http://127.0.0.1:4000" },
  { name: "white space after", value: "http://127.0.0.1:4000 " },
  { name: "white space alone", value: " " },
  { name: "a line break at the end", value: "http://127.0.0.1:4000\n" },
  { name: "a second line", value: "http://127.0.0.1:4000\nhttp://evil.example:80" },
  { name: "digits of another script", value: "http://127.0.0.1:٤٠٠٠" },
  { name: "a full-width host", value: "http://１２７.0.0.1:4000" },
  { name: "no address at all", value: "true" },
];

describe("readSandboxOrigin", () => {
  it("asks for no sandbox if the variable is missing", () => {
    vi.stubEnv(SANDBOX_VARIABLE, undefined);
    expect(readSandboxOrigin()).toBeUndefined();
  });

  it("asks for no sandbox if the variable is empty", () => {
    expect(read("")).toBeUndefined();
  });

  it.each(ACCEPTED)("gives %s as it is", (value) => {
    expect(read(value)).toBe(value);
  });

  it.each(REFUSED)("refuses $name", ({ value }) => {
    expect(() => read(value)).toThrow(new CodexAuthError("config-invalid"));
  });

  it("says nothing of the value it refuses", () => {
    expect(inspect(refusalOf("https://user:canary@evil.example"), { depth: null, showHidden: true })).not.toMatch(
      /canary|evil/,
    );
  });
});

function portFor(origin: string | undefined, port: string | undefined): number | undefined {
  vi.stubEnv(SANDBOX_VARIABLE, origin);
  vi.stubEnv(SANDBOX_PORT_VARIABLE, port);
  return readCallbackPort();
}

describe("readCallbackPort", () => {
  it("is the named one in the sandbox only", () => {
    expect(portFor("http://127.0.0.1:4000", "4001")).toBe(4001);
    expect(portFor("http://127.0.0.1:4000", undefined)).toBeUndefined();
    expect(portFor(undefined, "4001")).toBeUndefined();
    expect(portFor("https://auth.openai.com", "4001")).toBeUndefined();
  });

  it.each(["", "0", "65536", "-1", "x"])("is the registered one for %j", (port) => {
    expect(portFor("http://127.0.0.1:4000", port)).toBeUndefined();
  });
});

type Variables = Readonly<Record<string, string>>;

/** Every variable that is read; each of them is unset but for those that a test names. */
const READ =
  "PATH HOME OPENCLAW_HOME OPENCLAW_STATE_DIR CLAWDBOT_STATE_DIR OPENCLAW_CONFIG_PATH OPENCLAW_AGENT_DIR PI_CODING_AGENT_DIR OPENCLAW_GATEWAY_PORT OPENCLAW_GATEWAY_URL OPENCLAW_CONTAINER CODEX_AUTH_OPENCLAW LC_ALL LC_MESSAGES LANG".split(
    " ",
  );

function setVariables(variables: Variables): void {
  for (const name of READ) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries({ HOME: "/people/dana", ...variables })) vi.stubEnv(name, value);
}

function environmentOf(variables: Variables): TerminalEnvironment {
  setVariables(variables);
  return readTerminalEnvironment();
}

describe("readTerminalEnvironment", () => {
  it("has only the user's home if no variable is set", () => {
    expect(environmentOf({ TMPDIR: "/somewhere/tmp" })).toEqual({
      program: ARGV[1],
      pathFolders: [],
      home: "/people/dana",
      stateDir: undefined,
      configPath: undefined,
      agentDir: undefined,
      gatewayPort: undefined,
      tempFolder: "/somewhere/tmp",
      uid: os.userInfo().uid,
      platform: process.platform,
    });
  });

  const SAID: readonly {
    readonly name: string;
    readonly variables: Variables;
    readonly expected: Partial<TerminalEnvironment>;
  }[] = [
    { name: "each folder of the PATH", variables: { PATH: "/a::/b:" }, expected: { pathFolders: ["/a", "/b"] } },
    { name: "OpenClaw's own home", variables: { OPENCLAW_HOME: "/srv/claw" }, expected: { home: "/srv/claw" } },
    {
      name: "a home below the user's",
      variables: { OPENCLAW_HOME: "~/claw" },
      expected: { home: "/people/dana/claw" },
    },
    { name: "no home in white space", variables: { OPENCLAW_HOME: "  " }, expected: { home: "/people/dana" } },
    { name: "the state folder", variables: { OPENCLAW_STATE_DIR: " /state " }, expected: { stateDir: "/state" } },
    { name: "~ as a whole", variables: { OPENCLAW_STATE_DIR: "~" }, expected: { stateDir: "/people/dana" } },
    { name: "no ~ of another user", variables: { OPENCLAW_STATE_DIR: "/~dana" }, expected: { stateDir: "/~dana" } },
    {
      name: "a state folder below OpenClaw's own home",
      variables: { OPENCLAW_HOME: "/srv/claw", OPENCLAW_STATE_DIR: "~/state" },
      expected: { stateDir: "/srv/claw/state" },
    },
    {
      name: "the state folder by its older name",
      variables: { CLAWDBOT_STATE_DIR: "/older" },
      expected: { stateDir: "/older", hasOlderStateVariable: true },
    },
    {
      name: "the state folder by its name before the older one",
      variables: { OPENCLAW_STATE_DIR: "/state", CLAWDBOT_STATE_DIR: "/older" },
      expected: { stateDir: "/state" },
    },
    {
      name: "the config",
      variables: { OPENCLAW_CONFIG_PATH: "~/claw.json" },
      expected: { configPath: "/people/dana/claw.json" },
    },
    { name: "the agent's folder", variables: { OPENCLAW_AGENT_DIR: "/agent" }, expected: { agentDir: "/agent" } },
    {
      name: "the agent's folder by its older name",
      variables: { PI_CODING_AGENT_DIR: "/older" },
      expected: { agentDir: "/older" },
    },
    {
      name: "OpenClaw's file",
      variables: { CODEX_AUTH_OPENCLAW: "~/claw" },
      expected: { openclaw: "/people/dana/claw" },
    },
    {
      name: "an OpenClaw in quotes, with the line break of the command that printed it",
      variables: { CODEX_AUTH_OPENCLAW: ' "~/my claw" \n' },
      expected: { openclaw: "/people/dana/my claw" },
    },
    {
      name: "no file of OpenClaw in nothing",
      variables: { CODEX_AUTH_OPENCLAW: "" },
      expected: { openclaw: undefined },
    },
    {
      name: "a gateway's URL",
      variables: { OPENCLAW_GATEWAY_URL: "ws://10.0.0.2:1" },
      expected: { hasGatewayElsewhere: true },
    },
    { name: "a container", variables: { OPENCLAW_CONTAINER: "claw" }, expected: { hasGatewayElsewhere: true } },
    { name: "the first port", variables: { OPENCLAW_GATEWAY_PORT: "1" }, expected: { gatewayPort: 1 } },
    { name: "the last port", variables: { OPENCLAW_GATEWAY_PORT: " 65535 " }, expected: { gatewayPort: 65_535 } },
    ...["", "0", "-1", "65536", "80.5", "http", "80a"].map((port) => ({
      name: `no port in "${port}"`,
      variables: { OPENCLAW_GATEWAY_PORT: port },
      expected: { gatewayPort: undefined },
    })),
  ];
  it.each(SAID)("takes $name", ({ variables, expected }) => {
    expect(environmentOf(variables)).toMatchObject(expected);
  });

  it("has no program if none is named", () => {
    process.argv = process.argv.slice(0, 1);
    expect(environmentOf({}).program).toBe("");
  });

  describe("for a user whom the machine does not know", () => {
    beforeEach(() => {
      vi.spyOn(os, "homedir").mockImplementation(() => {
        throw new Error("ENOENT: no such user");
      });
      syncBuiltinESMExports();
    });
    afterEach(() => {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    });

    it("names an empty home", () => {
      expect(environmentOf({ HOME: "" }).home).toBe("/nonexistent");
    });

    it("still uses OpenClaw's own home", () => {
      expect(environmentOf({ OPENCLAW_HOME: "/srv/claw" }).home).toBe("/srv/claw");
    });
  });
});

describe("isNodeProxying", () => {
  it.each([
    { variables: {}, expected: false },
    { variables: { NODE_USE_ENV_PROXY: "1" }, expected: true },
    { variables: { NODE_USE_ENV_PROXY: "0" }, expected: false },
    { variables: { NODE_OPTIONS: "--no-warnings --use-env-proxy" }, expected: true },
  ])("is $expected with $variables", ({ variables, expected }) => {
    for (const name of ["NODE_USE_ENV_PROXY", "NODE_OPTIONS"]) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    expect(isNodeProxying()).toBe(expected);
  });
});

describe("readLocale", () => {
  it.each([
    { name: "nothing where nothing is said", variables: {}, expected: "" },
    { name: "LANG", variables: { LANG: "zh_CN.UTF-8" }, expected: "zh_CN.UTF-8" },
    { name: "LC_MESSAGES before LANG", variables: { LC_MESSAGES: "en_GB", LANG: "zh_CN" }, expected: "en_GB" },
    { name: "LC_ALL before all", variables: { LC_ALL: "C", LC_MESSAGES: "en_GB", LANG: "zh_CN" }, expected: "C" },
    { name: "LANG if the others are empty", variables: { LC_ALL: "", LC_MESSAGES: "", LANG: "C" }, expected: "C" },
  ])("is $name", ({ variables, expected }) => {
    setVariables(variables);
    expect(readLocale()).toBe(expected);
  });
});

describe("readHostCommandEnvironment", () => {
  it("is everything there is, and what keeps the host from a second process and from colours", () => {
    vi.stubEnv("OPENCLAW_HOME", "/srv/claw");
    vi.stubEnv("OPENCLAW_NO_RESPAWN", "0");
    expect(readHostCommandEnvironment()).toEqual({
      ...process.env,
      OPENCLAW_HOME: "/srv/claw",
      OPENCLAW_NO_RESPAWN: "1",
      OPENCLAW_NODE_OPTIONS_READY: "1",
      OPENCLAW_PACKAGED_COMPILE_CACHE_RESPAWNED: "1",
      OPENCLAW_SOURCE_COMPILE_CACHE_RESPAWNED: "1",
      OPENCLAW_COMPILE_CACHE_DISABLED_RESPAWNED: "1",
      NO_COLOR: "1",
    });
  });
});

describe("readArguments", () => {
  it("is the words after the program", () => {
    process.argv = ["node", "codex-auth", "start", "work"];
    expect(readArguments()).toEqual(["start", "work"]);
  });
});

describe("isProgram", () => {
  const FILE = fileURLToPath(import.meta.url);
  const link = join(makeTempDir("program"), "codex-auth");
  symlinkSync(FILE, link);

  it.each([
    { name: "the file that runs", argv: ["node", FILE], expected: true },
    {
      name: "the file behind the link that runs, as a package manager makes one",
      argv: ["node", link],
      expected: true,
    },
    { name: "a file that another program has loaded", argv: ["node", process.execPath], expected: false },
    { name: "any file where what runs is gone", argv: ["node", `${FILE}.gone`], expected: false },
    { name: "any file where nothing was named", argv: ["node"], expected: false },
  ])("tells of $name: $expected", ({ argv, expected }) => {
    process.argv = argv;
    expect(isProgram(FILE)).toBe(expected);
  });
});

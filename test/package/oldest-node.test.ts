/**
 * The built terminal program on an older Node, as one of the hosts that keep profiles in files has it. It uses the
 * first `node` of the PATH that is older than the one of these tests, and is skipped without one.
 */
import { execFile, execFileSync } from "node:child_process";
import { accessSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "../../scripts/build.ts";
import { SignInServer } from "../fakes/sign-in-server.ts";
import { GATEWAY_PORT, installHost, makeMachine } from "../terminal/machine.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const majorOf = (node: string) => Number.parseInt(execFileSync(node, ["--version"], { encoding: "utf8" }).slice(1), 10);

function isOlderNode(path: string): boolean {
  try {
    accessSync(path);
    return majorOf(path) < Number.parseInt(process.versions.node, 10);
  } catch {
    return false;
  }
}

const nodes = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "node"));
const olderNode = nodes.find(isOlderNode);

describe.skipIf(olderNode === undefined)("the terminal program on an older Node", () => {
  const dist = makeTempDir("dist");
  const server = new SignInServer();
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    build(dist);
    const machine = makeMachine();
    installHost(machine, "2026.2.2-3");
    env = {
      PATH: machine.bin,
      TMPDIR: machine.root,
      OPENCLAW_HOME: machine.home,
      OPENCLAW_GATEWAY_PORT: String(GATEWAY_PORT),
      CODEX_AUTH_SANDBOX: await server.listen(),
    };
  });
  afterAll(() => server.close());

  function run(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
    return new Promise<Record<string, unknown>>((resolve) => {
      const options = { env: { ...env, ...more } };
      execFile(olderNode ?? "", [join(dist, "cli.js"), ...args, "--json"], options, (_error, stdout, stderr) =>
        resolve({ ...(JSON.parse(stdout) as object), stderr }),
      );
    });
  }

  it("starts and finishes a sign-in", async () => {
    const started = await run(["start", "work"]);
    expect(started).toMatchObject({ ok: true, stderr: "" });
    const callbackUrl = server.approve(String(started["login_url"]));
    expect(await run(["finish", "--callback-url", callbackUrl])).toMatchObject({ ok: true, stderr: "" });
    expect(await run(["list"])).toMatchObject({ ok: true, profiles: [{ profile: "work" }] });
  });

  it("refuses a start that would go past a proxy", async () => {
    const proxied = { CODEX_AUTH_SANDBOX: "", HTTPS_PROXY: "http://127.0.0.1:9" };
    expect(await run(["start", "work"], proxied)).toMatchObject({
      error: "proxy_needs_other_node",
      variable: "HTTPS_PROXY",
    });
    expect(await run(["list"], proxied)).toMatchObject({ ok: true });
  });
});

/** What a gateway loads, and when: the entry and the first board must not wait for what only a sign-in needs. */
import { join } from "node:path";
import { createInterface } from "node:readline";
import { rolldown, type OutputOptions } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import bundling from "../scripts/rolldown.config.ts";
import { SANDBOX_PORT_VARIABLE, SANDBOX_VARIABLE } from "../src/environment.ts";
import { SignInServer } from "./fakes/sign-in-server.ts";
import type { Told } from "./lazy-seams-child.ts";
import { REFUSALS, SENTENCES } from "./support/english.ts";
import { NODE } from "./support/host.ts";
import { freePort } from "./support/loopback.ts";
import { killTree, spawnOwned } from "./support/owned-process.ts";
import { makeTempDir, removeTempDir } from "./support/temp-dir.ts";

const SRC = join(import.meta.dirname, "../src/");
const CHILD = ["host/sdk-alias.ts", "lazy-seams-child.ts"].map((file) => join(import.meta.dirname, file));

/** Each seam by what it loads (docs/decisions/lazy-seams.md). */
const LISTENER = /^loopback\/|^handlers\/callback\.ts$/;
const DEVICE =
  /^oauth\/device\.ts$|^actions\/device|^commands\/code\.ts$|^interaction\/code-screens\.ts$|^handlers\/unattended\.ts$/;

const signIn = new SignInServer();
let folder: string;
let end: () => void = () => undefined;
let tell: (command: string) => Promise<Told>;
let atStart: Told;

beforeAll(async () => {
  folder = makeTempDir("lazy-seams");
  signIn.devices.settings.mode = "refused";
  const child = spawnOwned(NODE, ["--import", ...CHILD], {
    cwd: folder,
    env: {
      PATH: "/usr/bin:/bin",
      HOME: folder,
      TMPDIR: folder,
      OPENCLAW_HOME: folder,
      OPENCLAW_STATE_DIR: folder,
      [SANDBOX_VARIABLE]: await signIn.listen(),
      [SANDBOX_PORT_VARIABLE]: String(await freePort()),
    },
  });
  end = () => killTree(child);
  let noise = "";
  child.stderr.on("data", (chunk: Buffer) => (noise += chunk.toString("utf8")));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`the process ended:\n${noise}`);
    return JSON.parse(line.value) as Told;
  };
  atStart = await next();
  tell = (command) => {
    child.stdin.write(`${command}\n`);
    return next();
  };
});
afterAll(async () => {
  end();
  removeTempDir(folder);
  await signIn.close();
});

const ofSeam = ({ loaded }: Told, seam: RegExp) => loaded.filter((module) => seam.test(module));

describe("the modules of the plugin", () => {
  it("for the listener and for device codes are not loaded by the entry, nor by the first board", async () => {
    expect(atStart.loaded).toContain("plugin.ts");
    expect(atStart.loaded).not.toContain("runtime.ts");
    const board = await tell("");
    expect(board.text).toContain(SENTENCES["selector.empty"]);
    expect(board.loaded).toContain("runtime.ts");
    expect([...ofSeam(board, LISTENER), ...ofSeam(board, DEVICE)]).toEqual([]);
  });

  it("for the listener are loaded by the first sign-in", async () => {
    const card = await tell("work");
    expect(card.text).toContain("/oauth/authorize?");
    expect(ofSeam(card, LISTENER)).toContain("loopback/listener.ts");
    expect(ofSeam(card, /^oauth\/device\.ts$|^actions\/device-poller|^commands\/code\.ts$/)).toEqual([]);
  });

  it("for device codes are loaded by the first command for a code", async () => {
    const refused = await tell("code work");
    expect(refused.text).toContain(REFUSALS["device-code-refused"]);
    expect(ofSeam(refused, DEVICE)).toEqual(
      expect.arrayContaining(["actions/device.ts", "commands/code.ts", "oauth/device.ts"]),
    );
  });
});

/** The modules of the chunks that are loaded before a module runs. */
async function bundledWith(...entries: readonly string[]): Promise<readonly string[]> {
  const bundle = await rolldown(bundling);
  const { output } = await bundle.generate(bundling.output as OutputOptions);
  await bundle.close();
  const chunks = output.filter((one) => one.type === "chunk");
  const found = new Set(
    chunks.filter(({ moduleIds }) => entries.some((entry) => moduleIds.includes(`${SRC}${entry}`))),
  );
  for (const { imports } of found) for (const chunk of chunks) if (imports.includes(chunk.fileName)) found.add(chunk);
  return [...found].flatMap(({ moduleIds }) => moduleIds.map((id) => id.replace(SRC, "")));
}

describe("the chunks of the package", () => {
  it("with the entry and the handlers contain nothing of the listener and of device codes", async () => {
    const loaded = await bundledWith("index.ts", "runtime.ts");
    expect(loaded).toEqual(expect.arrayContaining(["plugin.ts", "commands/answer.ts", "store/profile-store.ts"]));
    expect(loaded.filter((module) => LISTENER.test(module) || DEVICE.test(module))).toEqual([]);
  });
});

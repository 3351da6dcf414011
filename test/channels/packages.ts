/** The channel packages that are driven: the newest that load on the host that package.json pins. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hostEnvironment, NODE, OPENCLAW } from "../support/host.ts";
import { CACHE, installOnce } from "../support/npm-cache.ts";
import { makeTempDir } from "../support/temp-dir.ts";

export const CHANNEL_VERSIONS = {
  slack: "2026.9.6",
  discord: "2026.9.6",
  // 2026.9.6 was not published for these two.
  feishu: "2026.9.5",
  mattermost: "2026.9.5",
  signal: "2026.9.6",
  imessage: "2026.9.6",
  matrix: "2026.9.6",
} as const;

export type PackagedChannel = keyof typeof CHANNEL_VERSIONS;

/** The folder of the channel's package, to name in `plugins.load.paths`. Throws npm's own words. */
export async function installChannel(channel: PackagedChannel): Promise<string> {
  const version = CHANNEL_VERSIONS[channel];
  const name = `@openclaw/${channel}`;
  const folder = join(CACHE, "channels", `${channel}-${version}`);
  await installOnce(folder, { name: "channel", private: true, dependencies: { [name]: version } });
  return join(folder, "node_modules", name);
}

/** The host gives these its stores only if its own command installed them from npm. */
const INSTALLED_BY_HOST: ReadonlySet<PackagedChannel> = new Set(["discord"]);

/** A new root for a gateway in which the host has the channel installed, if a path to the package is not enough. */
export async function rootWithChannel(channel: PackagedChannel): Promise<string | undefined> {
  if (!INSTALLED_BY_HOST.has(channel)) return undefined;
  const installed = await installWithHost(`@openclaw/${channel}@${CHANNEL_VERSIONS[channel]}`);
  const root = makeTempDir("gateway");
  // The record of the installation, which names the folder of the package in the cache.
  const records = join("state", "state", "openclaw.sqlite");
  mkdirSync(dirname(join(root, records)), { recursive: true, mode: 0o700 });
  copyFileSync(join(installed, records), join(root, records));
  return root;
}

/** The package has a link to its host, so each host has an installation of its own. Once, which takes a minute. */
async function installWithHost(spec: string): Promise<string> {
  const host = createHash("sha256").update(OPENCLAW).digest("hex").slice(0, 8);
  const root = join(CACHE, "channels", `${spec.replace("@openclaw/", "").replace("@", "-")}-host-${host}`);
  const isDone = join(root, "done");
  if (existsSync(isDone)) return root;
  rmSync(root, { recursive: true, force: true });
  const folders = { root, home: join(root, "home"), state: join(root, "state"), tmp: join(root, "tmp") };
  for (const folder of [folders.home, folders.state, folders.tmp]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  // npm needs the user's own settings: certificates, proxies, its cache.
  const { HOME = "", PATH = "" } = process.env;
  const env = { ...process.env, ...hostEnvironment(folders), HOME, PATH: `${dirname(NODE)}:${PATH}` };
  const child = spawn(NODE, [OPENCLAW, "plugins", "install", spec], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += String(chunk)));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once("close", resolve);
  if ((await promise) !== 0) throw new Error(`openclaw plugins install ${spec} failed:\n${said.slice(-2000)}`);
  writeFileSync(isDone, "");
  return root;
}

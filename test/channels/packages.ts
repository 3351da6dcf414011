/** The channel packages that are driven: the newest that load on the host that package.json pins. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { lock } from "proper-lockfile";
import { hostEnvironment, NODE, OPENCLAW, type GatewayFolders } from "../support/host.ts";
import { CACHE } from "../support/npm-cache.ts";

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

const LIMIT_MS = 10 * 60_000;

/**
 * The host's database after its own installer took the package from npm, to start a gateway's state with. The host
 * lets no package use its queue of incoming messages that came in another way (`plugins.load.paths` among them).
 * Throws the installer's own words.
 */
export async function installChannel(channel: PackagedChannel): Promise<string> {
  const name = `@openclaw/${channel}`;
  const root = join(CACHE, "channels", `${channel}-${CHANNEL_VERSIONS[channel]}-installed`);
  const folders = { root, home: join(root, "home"), state: join(root, "state"), tmp: join(root, "tmp") };
  const marker = join(root, "complete");
  mkdirSync(dirname(root), { recursive: true });
  // The database has the folder's path in it: it cannot be made under another name and renamed.
  const unlock = await lock(root, { realpath: false, stale: 60_000, retries: { retries: 600, maxTimeout: 1000 } });
  try {
    if (!existsSync(marker)) {
      rmSync(root, { recursive: true, force: true });
      await runInstaller(folders, `npm:${name}@${CHANNEL_VERSIONS[channel]}`);
      writeFileSync(marker, "");
    }
    linkHost(folders.state, name);
  } finally {
    await unlock();
  }
  return join(folders.state, "state", "openclaw.sqlite");
}

async function runInstaller(folders: GatewayFolders, spec: string): Promise<void> {
  for (const folder of [folders.home, folders.state, folders.tmp]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  // npm gets the settings of this machine's user, and the host none.
  const npm = { npm_config_userconfig: process.env["npm_config_userconfig"] ?? join(homedir(), ".npmrc") };
  const certificates = process.env["NODE_EXTRA_CA_CERTS"];
  const env = hostEnvironment(folders, {
    ...npm,
    ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates }),
  });
  const child = spawn(NODE, [OPENCLAW, "plugins", "install", spec], {
    cwd: folders.root,
    env: { ...env, PATH: `${dirname(NODE)}:${env["PATH"] ?? ""}` },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT_MS,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += String(chunk)));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once("close", resolve);
  if ((await promise) !== 0) throw new Error(`openclaw plugins install ${spec} failed:\n${said.slice(-2000)}`);
}

/** The installer links the host of the checkout that ran it, and other checkouts use the same cache. */
function linkHost(state: string, name: string): void {
  const projects = join(state, "npm", "projects");
  for (const project of readdirSync(projects)) {
    const link = join(projects, project, "node_modules", name, "node_modules", "openclaw");
    rmSync(link, { force: true, recursive: true });
    symlinkSync(dirname(OPENCLAW), link);
  }
}

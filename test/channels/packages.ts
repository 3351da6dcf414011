/** The channel packages that are driven: the newest that load on the host that package.json pins. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { lock } from "proper-lockfile";
import { hostEnvironment, NODE, OPENCLAW, type GatewayFolders } from "../support/host.ts";
import { CACHE, runInstaller } from "../support/npm-cache.ts";

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
      await installWithHost(folders, `npm:${name}@${CHANNEL_VERSIONS[channel]}`);
      writeFileSync(marker, "");
    }
    linkHost(folders.state, name);
  } finally {
    await unlock();
  }
  return join(folders.state, "state", "openclaw.sqlite");
}

async function installWithHost(folders: GatewayFolders, spec: string): Promise<void> {
  for (const folder of [folders.home, folders.state, folders.tmp]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  // npm has its settings in the user's own home.
  const env = { ...hostEnvironment(folders), HOME: process.env["HOME"] ?? homedir() };
  await runInstaller(NODE, [OPENCLAW, "plugins", "install", spec], { cwd: folders.root, env });
}

/** The installer links the host of the checkout that ran it, and other checkouts use the same cache. */
function linkHost(state: string, name: string): void {
  const projects = join(state, "npm", "projects");
  for (const project of readdirSync(projects)) {
    const link = join(projects, project, "node_modules", name, "node_modules", "openclaw");
    // Renamed into place: a gateway of another checkout may be looking.
    const fresh = `${link}.${process.pid}`;
    symlinkSync(dirname(OPENCLAW), fresh);
    renameSync(fresh, link);
  }
}

/** The channel packages that are driven: the newest that load on the host that package.json pins. */
import { mkdirSync, readlinkSync, renameSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { JsonObject } from "../support/gateway-config.ts";
import { OPENCLAW } from "../support/host.ts";
import { CACHE, installOnce } from "../support/npm-cache.ts";

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
  const packageFolder = join(folder, "node_modules", name);
  linkHost(packageFolder);
  return packageFolder;
}

/** These keep state of the host's, which it gives to packages that its own installer has a record of. */
const NEED_RECORD: ReadonlySet<PackagedChannel> = new Set(["imessage", "matrix"]);

/** For `plugins.installs`: the host moves the record into its database as it starts. */
export function installRecords(channel: PackagedChannel, folder: string): JsonObject {
  if (!NEED_RECORD.has(channel)) return {};
  const [name, version] = [`@openclaw/${channel}`, CHANNEL_VERSIONS[channel]];
  const spec = `${name}@${version}`;
  const resolved = { resolvedName: name, resolvedVersion: version, resolvedSpec: spec };
  return { installs: { [channel]: { source: "npm", spec, installPath: folder, version, ...resolved } } };
}

/** The host's own installer makes this link; without it, a gateway does not start with a package that migrates state. */
function linkHost(packageFolder: string): void {
  const [link, host] = [join(packageFolder, "node_modules", "openclaw"), dirname(OPENCLAW)];
  if (linkTarget(link) === host) return;
  mkdirSync(dirname(link), { recursive: true });
  // Renamed into place, because other checkouts use the same cache.
  const fresh = `${link}.${process.pid}`;
  symlinkSync(host, fresh);
  renameSync(fresh, link);
}

function linkTarget(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

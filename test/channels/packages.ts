/** The channel packages that are driven: the newest that load on the host that package.json pins. */
import { join } from "node:path";
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
  return join(folder, "node_modules", name);
}

/** Installs a published OpenClaw into the cache outside the repository, once. */
import { dirname, join } from "node:path";
import { OPENCLAW } from "../support/host.ts";
import { CACHE, installOnce } from "../support/npm-cache.ts";
import { PINNED_VERSION } from "./versions.ts";

/** The folder of the host's package. Throws with npm's own words where it cannot be installed. */
export async function installHost(version: string, cache: string = join(CACHE, "hosts")): Promise<string> {
  if (version === PINNED_VERSION) return dirname(OPENCLAW);
  const folder = join(cache, version);
  await installOnce(folder, packageFor(version));
  return join(folder, "node_modules/openclaw");
}

/** libsignal: hosts up to 2026.5 ask for it by a git address, which not every machine can reach; nothing here uses it. */
function packageFor(version: string): object {
  return { name: "host", private: true, dependencies: { openclaw: version }, overrides: { libsignal: "6.0.0" } };
}

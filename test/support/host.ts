/** Where the host package and its Node are, and the clean environment they run in. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** The native binary, not npm's shim: signals and pids are then those of the gateway itself. */
export const NODE = join(repository, "node_modules/node/bin/node");
export const OPENCLAW = join(repository, "node_modules/@openclaw/plugin-sdk/openclaw.mjs");

/** Folders of one gateway. Nothing of the machine's user is visible to it. */
export interface GatewayFolders {
  readonly root: string;
  readonly home: string;
  readonly state: string;
  readonly tmp: string;
}

/**
 * The whole environment of a spawned host process. Built from nothing: an inherited OPENCLAW_*, proxy, token or
 * VITEST variable would change what is tested.
 */
export function hostEnvironment(
  folders: GatewayFolders,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    LANG: "C.UTF-8",
    TZ: "UTC",
    HOME: folders.home,
    TMPDIR: folders.tmp,
    OPENCLAW_HOME: folders.home,
    OPENCLAW_STATE_DIR: folders.state,
    OPENCLAW_DISABLE_BONJOUR: "1",
    OPENCLAW_NO_AUTO_UPDATE: "1",
    OPENCLAW_NO_RESPAWN: "1",
    OPENCLAW_SKIP_CRON: "1",
    OPENCLAW_SKIP_GMAIL_WATCHER: "1",
    OPENCLAW_SKIP_CANVAS_HOST: "1",
    OPENCLAW_SKIP_BROWSER_CONTROL_SERVER: "1",
    OPENCLAW_SKIP_STARTUP_MODEL_PREWARM: "1",
    NO_COLOR: "1",
    ...extra,
  };
}

/**
 * The host keeps compiled code under its temp folder; a fresh folder per gateway would compile it all again, which
 * doubles the start. (NODE_COMPILE_CACHE is no way out: with it the launcher runs the gateway in a second process.)
 */
export function shareCompileCache(folders: GatewayFolders): void {
  const shared = join(repository, "node_modules/.cache/codex-auth/compiled");
  mkdirSync(shared, { recursive: true, mode: 0o700 });
  try {
    symlinkSync(shared, join(folders.tmp, "node-compile-cache"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** A host that keeps profiles in files: its folders, and a writer that follows its own rules (STORE.md 2). */
import { SILENT_LOG } from "../../src/errors.ts";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FileHost } from "../../src/store/file-auth-store.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";
import type { AuthConfig } from "./memory-host-auth-store.ts";
import { makeTempDir } from "../support/temp-dir.ts";

export type Flavour = Pick<FileHost, "provider" | "lock" | "state" | "records"> & { readonly name: string };

const READS_MODE = { kindFields: "type-or-mode", mayProviderBeBlank: false, hasSidecars: false } as const;

/** The three kinds of such hosts. */
export const FLAVOURS = [
  {
    name: "2026.2.12: a folder as lock, one file",
    provider: "openai-codex",
    lock: "folder",
    state: "same-file",
    records: { ...READS_MODE, kindFields: "type", mayProviderBeBlank: true },
  },
  {
    name: "2026.3.13: a file as lock, one file",
    provider: "openai-codex",
    lock: "file",
    state: "same-file",
    records: READS_MODE,
  },
  {
    name: "2026.6.1: a file as lock, two files",
    provider: "openai",
    lock: "file",
    state: "auth-state.json",
    records: READS_MODE,
  },
] as const satisfies readonly Flavour[];

export const flavourOf = (name: string | undefined): Flavour =>
  FLAVOURS.find((flavour) => flavour.name === name) ?? FLAVOURS[0];

export const agentDirIn = (root: string, agentId = "main") => join(root, "agents", agentId, "agent");
export const profilesIn = (root: string, agentId?: string) => join(agentDirIn(root, agentId), "auth-profiles.json");
export const stateIn = (root: string, agentId?: string) => join(agentDirIn(root, agentId), "auth-state.json");
export const lockIn = (root: string) => `${profilesIn(root)}.lock`;

export function newRoot(): string {
  return makeTempDir("file-host");
}

export function fileHost(root: string, flavour: Flavour, config: () => AuthConfig = () => ({})): FileHost {
  return {
    ...flavour,
    log: SILENT_LOG,
    agentDirOf: (agentId) => agentDirIn(root, agentId),
    mainAgentDir: () => agentDirIn(root),
    oauthFile: join(root, "credentials/oauth.json"),
    configured() {
      const { order, profiles = {} } = config();
      const named = Object.keys(profiles).filter((id) => profiles[id]?.provider === flavour.provider);
      return { order: order?.[flavour.provider] ?? [], profiles: named };
    },
    publish: async () => "live",
  };
}

/** As the host lays it down. */
export function seedFiles(root: string, flavour: Flavour, document: ProfilesDocument, agentId?: string): void {
  const { profiles, ...state } = document;
  const isApart = flavour.state === "auth-state.json";
  plant(profilesIn(root, agentId), JSON.stringify({ version: 1, profiles, ...(isApart ? {} : state) }, null, 2));
  rmSync(stateIn(root, agentId), { force: true });
  if (isApart && Object.keys(state).length > 0) plant(stateIn(root, agentId), JSON.stringify({ version: 1, ...state }));
}

export function plant(path: string, content: string | Uint8Array, mode = 0o600): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode });
}

export function readJson(path: string): Record<string, never> {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

export function storedIn(root: string, agentId?: string): ProfilesDocument {
  return { profiles: {}, ...readJson(profilesIn(root, agentId)), ...readJson(stateIn(root, agentId)) };
}

/** Every name but those of plain folders; a lock that is a folder is one too many as well. */
export function namesIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() || entry.name.includes(".lock"))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted();
}

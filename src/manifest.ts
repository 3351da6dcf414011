/**
 * Reads `skill.json`, the only source of the plugin's name, version and commands. It is validated when the package is
 * built (`scripts/manifest-schema.ts`), because the validator would cost every start of the gateway more than all
 * other code of the plugin.
 */
import { readFileSync } from "node:fs";
import { CodexAuthError } from "./errors.ts";

export const HANDLER_IDS = ["select", "finish", "usage"] as const;
export type HandlerId = (typeof HANDLER_IDS)[number];

export interface Manifest {
  readonly schemaVersion: 1;
  readonly id: "codex-auth";
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly skill: "./SKILL.md";
  readonly risk: "./RISK.md";
  readonly interaction: { readonly callbackPrefix: string };
  readonly commands: readonly ManifestCommand[];
  readonly cli: { readonly name: string; readonly description: string };
}

export interface ManifestCommand {
  readonly name: string;
  readonly description: string;
  readonly acceptsArgs: true;
  readonly handler: HandlerId;
}

/** Throws `manifest-invalid`. Called once, when the host loads the plugin. */
export function readManifest(): Manifest {
  try {
    return JSON.parse(readFileSync(new URL("../skill.json", import.meta.url), "utf8")) as Manifest;
  } catch (error) {
    throw CodexAuthError.replacing(error, "manifest-invalid");
  }
}

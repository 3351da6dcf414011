/** Writes `openclaw.plugin.json` from `skill.json`; with `--check` only says whether it is up to date. */
import { readFileSync, writeFileSync } from "node:fs";
import { CATALOGUES } from "../src/languages/catalogue.ts";
import type { Manifest } from "../src/manifest.ts";
import { manifestSchema } from "./manifest-schema.ts";
import { ROOT } from "./run.ts";

/** The host's manifest. The aliases keep our commands from the model even when the plugin fails to load. */
export function buildHostManifest(manifest: Manifest): object {
  return {
    id: manifest.id,
    name: manifest.name,
    description: manifest.description,
    version: manifest.version,
    categories: ["security"],
    activation: { onStartup: true },
    commandAliases: manifest.commands.map(({ name }) => ({ name, kind: "runtime-slash" })),
    cliCommands: [{ name: manifest.cli.name, description: manifest.cli.description, hasSubcommands: true }],
    skills: ["./dist/skills"],
    configSchema: {
      type: "object",
      additionalProperties: false,
      properties: {
        language: { type: "string", enum: Object.keys(CATALOGUES), description: "The language of the answers" },
        loopback: {
          type: "string",
          enum: ["auto", "off"],
          description: "Let a browser on the gateway's machine finish a sign-in by itself, through port 1455",
        },
        nudge: {
          type: "boolean",
          description: "Notify owners when the account in use has less than 20 %, and less than 5 %, of a limit left",
        },
        notify: { type: "boolean", description: "Notify owners about an expired login, once a day for each profile" },
      },
    },
  };
}

/** Throws for a `skill.json` that the plugin must not be built with. */
export function readValidManifest(): Manifest {
  return manifestSchema.parse(JSON.parse(readFileSync(`${ROOT}skill.json`, "utf8")));
}

export function renderHostManifest(): string {
  const manifest = readValidManifest();
  return `${JSON.stringify(buildHostManifest(manifest), null, 2)}\n`;
}

const PATH = `${ROOT}openclaw.plugin.json`;

export function writeHostManifest(): void {
  const rendered = renderHostManifest();
  if (readFileSync(PATH, "utf8") !== rendered) writeFileSync(PATH, rendered);
}

if (import.meta.main) {
  if (!process.argv.includes("--check")) writeHostManifest();
  else if (readFileSync(PATH, "utf8") !== renderHostManifest())
    throw new Error("openclaw.plugin.json is old: npm run build");
}

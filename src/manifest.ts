/** Reads `skill.json`, the one source of what this plugin is called and what it answers to. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { CodexAuthError } from "./errors.ts";

/** What a command of the manifest can be bound to; `doors/command.ts` holds a parser for each. */
export const HANDLER_IDS = ["select", "finish"] as const;
export type HandlerId = (typeof HANDLER_IDS)[number];

/** Unknown keys are refused: a misspelt one would otherwise be a setting that does nothing. */
export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.literal("codex-auth"),
  name: z.string().min(1),
  description: z.string().min(1).max(160),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  skill: z.literal("./SKILL.md"),
  risk: z.literal("./RISK.md"),
  // Short enough that the longest verb, a screen id and an index still fit a button (see `callback-data.ts`).
  interaction: z.strictObject({ callbackPrefix: z.string().regex(/^codex_auth_[a-z_]{0,8}$/) }),
  commands: z
    .array(
      z.strictObject({
        name: z.string().regex(/^codex_auth[a-z0-9_]{0,22}$/),
        description: z.string().min(1).max(100),
        acceptsArgs: z.literal(true),
        handler: z.enum(HANDLER_IDS),
      }),
    )
    .min(1)
    .refine((commands) => new Set(commands.map(({ name }) => name)).size === commands.length),
  cli: z.strictObject({ name: z.string().regex(/^[a-z][a-z-]*$/), description: z.string().min(1) }),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** The manifest beside this package's code. Throws `manifest-invalid`; called once, when the host loads the plugin. */
export function readManifest(): Manifest {
  try {
    const text = readFileSync(new URL("../skill.json", import.meta.url), "utf8");
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    throw new CodexAuthError("manifest-invalid");
  }
}

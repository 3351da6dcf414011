/** What `skill.json` must be. Asked when the package is built and tested, never when it runs. */
import { z } from "zod";
import { HANDLER_IDS, type Manifest } from "../src/manifest.ts";

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
        name: z.string().regex(/^codex_(?:auth|usage)[a-z0-9_]{0,21}$/),
        description: z.string().min(1).max(100),
        acceptsArgs: z.literal(true),
        handler: z.enum(HANDLER_IDS),
      }),
    )
    .min(1)
    .refine((commands) => new Set(commands.map(({ name }) => name)).size === commands.length),
  cli: z.strictObject({ name: z.string().regex(/^[a-z][a-z-]*$/), description: z.string().min(1) }),
}) satisfies z.ZodType<Manifest>;

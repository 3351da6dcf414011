/** `skill.json`: read by a running plugin without a validator, and judged by one before the plugin is built. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildHostManifest } from "../../../scripts/manifest.ts";
import { manifestSchema } from "../../../scripts/manifest-schema.ts";
import { CALLBACK_DATA_LIMIT, encodeCallbackData, namespacesOf } from "../../../src/interaction/buttons.ts";
import { makeTempDir, removeTempDir } from "../../support/temp-dir.ts";
import { bytesOf, canary, refusable, must, requireSilence, textsIn, type Surface } from "../surface.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const SECRET = canary("in the manifest by mistake", 40);
const SEED = { ...(JSON.parse(readFileSync(join(ROOT, "skill.json"), "utf8")) as object) };

function judge(value: unknown): void {
  const judged = manifestSchema.safeParse(value);
  if (!judged.success) return;
  const { data } = judged;
  buildHostManifest(data);
  const names = data.commands.map(({ name }) => name);
  must(new Set(names).size === names.length, "names each command once");
  for (const { verb } of namespacesOf(data.interaction.callbackPrefix)) {
    const longest = encodeCallbackData(data.interaction.callbackPrefix, verb, { screenId: "A".repeat(16), index: 99 });
    must(Buffer.byteLength(longest) <= CALLBACK_DATA_LIMIT, "lets through no prefix that does not fit a button");
  }
}

/** The reader looks beside its own code, so a copy of it is put beside another manifest. */
async function openSkillJson() {
  const root = makeTempDir("attack-skill");
  mkdirSync(join(root, "src"));
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  for (const file of ["manifest.ts", "errors.ts"]) cpSync(join(ROOT, "src", file), join(root, "src", file));
  const { readManifest } = (await import(/* @vite-ignore */ pathToFileURL(join(root, "src/manifest.ts")).href)) as {
    readonly readManifest: () => unknown;
  };
  return {
    async feed(input: string) {
      const bytes = bytesOf(input);
      writeFileSync(join(root, "skill.json"), bytes);
      const manifest = await refusable([SECRET], readManifest);
      if (manifest !== undefined) judge(manifest);
      const [said] = [manifestSchema.safeParse(manifest).error];
      // It is printed where the plugin is built, on the machine of whoever wrote it; values stay out all the same.
      if (said !== undefined) requireSilence([SECRET], said.message, keysIn(manifest));
      must(readFileSync(join(root, "skill.json")).equals(bytes), "writes nothing");
    },
    close: () => removeTempDir(root),
  };
}

/** Unknown keys are named. */
const keysIn = (value: unknown) =>
  textsIn(value)
    .map(({ key }) => key)
    .join("\n");

export const skillJson: Surface = {
  name: "skill-json",
  kind: "json",
  seeds: [JSON.stringify(SEED), JSON.stringify({ ...SEED, description: SECRET })],
  words: ["commands", "handler", "select", "finish", "codex_auth_", "codex_auth_aaaaaaaaa", "callbackPrefix", SECRET],
  open: openSkillJson,
};

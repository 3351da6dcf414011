/** Figure 3c: which modules of the plugin a real gateway has loaded before the first command, and after it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTempDir } from "../test/support/temp-dir.ts";
import { openChat } from "./chat.ts";
import type { MeasureFigure } from "./figure.ts";

/** What nobody pays for who never signs in. */
const HEAVY = /\/node_modules\/|\/dist\/(?:oauth|store)\//;

/** Writes the name of every module that Node loads, in whichever way. */
const recorder = (list: string) => `
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
registerHooks({
  load(url, context, next) {
    appendFileSync(${JSON.stringify(list)}, url + "\\n");
    return next(url, context);
  },
});
`;

export const measure: MeasureFigure = async (machine) => {
  const folder = makeTempDir("bench-modules");
  const [list, hook] = [join(folder, "loaded.txt"), join(folder, "recorder.mjs")];
  writeFileSync(list, "");
  writeFileSync(hook, recorder(list));
  const pluginDir = machine.pluginDir();
  const ofPlugin = () => {
    const names = readFileSync(list, "utf8")
      .split("\n")
      .filter((url) => url.includes(`${pluginDir}/`));
    return [...new Set(names.map((url) => url.slice(url.indexOf(pluginDir) + pluginDir.length).replace(/\?.*$/, "")))];
  };
  const chat = await openChat({ pluginDir, env: { NODE_OPTIONS: `--import=file://${hook}` } });
  try {
    const before = ofPlugin();
    await chat.begin("work");
    const after = ofPlugin();
    // A list that stays empty, or never shows a heavy module, would say nothing of what was loaded.
    if (!before.includes("/dist/plugin.js") || !after.some((name) => HEAVY.test(name))) {
      throw new Error(`the gateway loads modules in a way that was not seen: ${before.join(" ")} | ${after.join(" ")}`);
    }
    const heavy = before.filter((name) => HEAVY.test(name));
    console.log(`Loaded before the first command:\n  ${before.join("\n  ")}`);
    console.log(`Loaded by the first sign-in:\n  ${after.filter((name) => !before.includes(name)).join("\n  ")}`);
    return [
      {
        figure: "3c",
        name: "OAuth, lock, store and zod modules before the first command",
        value: heavy.length,
        unit: "modules",
        limit: 0,
        count: before.length,
        note: `${before.length} modules at the start, ${after.length} after a sign-in began ${heavy.join(" ")}`.trim(),
        samples: {},
      },
    ];
  } finally {
    await chat.close();
  }
};

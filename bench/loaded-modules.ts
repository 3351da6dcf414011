/** Figure 3c: which modules of the plugin a real gateway has loaded before the first command, and after it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTempDir } from "../test/support/temp-dir.ts";
import { openChat } from "./chat.ts";
import type { MeasureFigure } from "./figure.ts";

/** The host loads a plugin from a copy, one folder for each package: what follows is the module's name. */
const IN_COPY = /\/plugin-captures\/.*\/package-\d+\/node_modules\/([^?]+)/;
/** The chunks that a gateway does not need before its first sign-in. */
const HEAVY = /^(?!codex-auth\/)|^codex-auth\/dist\/(?:lock|network|pending|schema|store)\.js$/;

/** Writes the name of every script that V8 is given, whichever way the host loads it: its own loader passes Node's hooks. */
const recorder = (list: string) => `
import { appendFileSync } from "node:fs";
import { Session } from "node:inspector";
const session = new Session();
session.connect();
session.on("Debugger.scriptParsed", ({ params }) => appendFileSync(${JSON.stringify(list)}, params.url + "\\n"));
session.post("Debugger.enable");
`;

export const measure: MeasureFigure = async (machine) => {
  const folder = makeTempDir("bench-modules");
  const [list, hook] = [join(folder, "loaded.txt"), join(folder, "recorder.mjs")];
  writeFileSync(list, "");
  writeFileSync(hook, recorder(list));
  const loaded = () => {
    const names = readFileSync(list, "utf8")
      .split("\n")
      .map((url) => IN_COPY.exec(url)?.[1] ?? "")
      .filter((name) => name !== "" && !name.startsWith("bench-noop/"));
    return [...new Set(names)];
  };
  const chat = await openChat({ pluginDir: machine.pluginDir(), env: { NODE_OPTIONS: `--import=file://${hook}` } });
  try {
    const before = loaded();
    await chat.begin("work");
    const after = loaded();
    // A list that stays empty, or never shows a heavy module, would say nothing of what was loaded.
    if (!before.includes("codex-auth/dist/start.js") || !after.some((name) => HEAVY.test(name))) {
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

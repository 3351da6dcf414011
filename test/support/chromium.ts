/**
 * A headless Chromium of our own. It comes out of an npm package, so that npm alone brings it and pictures look the
 * same everywhere; where that build cannot run (it is for Linux on x64), one that the machine has takes its place.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflate } from "@sparticuz/chromium";
import { chromium, type Browser } from "playwright-core";
import { makeTempDir, removeTempDir } from "./temp-dir.ts";

const PACKED = fileURLToPath(new URL("../bin", import.meta.resolve("@sparticuz/chromium")));
const INSTALLED = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const HOW_TO_GET_ONE =
  "No Chromium starts here: install one (Debian: apt-get install -y --no-install-recommends chromium), or name its program in the variable CHROMIUM.";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-proxy-server",
  // Letters keep the distances that their font gives them.
  "--font-render-hinting=none",
];

/**
 * Whatever a page asks for: nothing but this machine is ever looked up. The tests of a machine share port 1455, so the
 * browser's way to it can lead to another one.
 */
const resolverRules = (callbackPort = 1455) =>
  `--host-resolver-rules=MAP localhost:1455 127.0.0.1:${callbackPort}, MAP localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`;

export interface Chromium {
  readonly browser: Browser;
  /** Ends it, and removes its folders. */
  close(): Promise<void>;
}

interface Program {
  readonly path: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Throws one sentence that says what to install when none starts. `CHROMIUM` names the one and only to try. */
export async function startChromium({ callbackPort }: { readonly callbackPort?: number } = {}): Promise<Chromium> {
  const folder = makeTempDir("chromium");
  const failures: string[] = [];
  for (const program of programs(folder)) {
    try {
      const { path, env } = await program();
      const browser = await chromium.launch({
        executablePath: path,
        args: [...FLAGS, resolverRules(callbackPort)],
        env: { PATH: process.env["PATH"] ?? "", HOME: folder, LANG: "C.UTF-8", TZ: "UTC", ...env },
      });
      if (failures.length > 0) console.warn(`Another Chromium than the packed one: ${path}. ${failures.join("\n")}`);
      return {
        browser,
        close: async () => {
          await browser.close();
          removeTempDir(folder);
        },
      };
    } catch (error) {
      failures.push(String(error));
    }
  }
  removeTempDir(folder);
  throw new Error([HOW_TO_GET_ONE, ...failures].join("\n\n"));
}

function programs(folder: string): readonly (() => Program | Promise<Program>)[] {
  const named = process.env["CHROMIUM"];
  if (named !== undefined) return [() => ({ path: named })];
  return [() => unpack(folder), ...INSTALLED.filter(existsSync).map((path) => () => ({ path }))];
}

/** Its libraries and its fonts come with it: a machine without a desktop has neither. */
async function unpack(folder: string): Promise<Program> {
  const [path, fonts, libraries] = await Promise.all(
    ["chromium.br", "fonts.tar.br", "al2023.tar.br"].map((name) => inflateInto(folder, join(PACKED, name))),
  );
  if (path === undefined || fonts === undefined || libraries === undefined) throw new Error("the package has changed");
  const fontSettings = join(folder, "fonts.conf");
  writeFileSync(
    fontSettings,
    `<fontconfig><dir>${fonts}</dir><cachedir>${join(folder, "font-cache")}</cachedir></fontconfig>`,
  );
  return { path, env: { FONTCONFIG_FILE: fontSettings, LD_LIBRARY_PATH: join(libraries, "lib") } };
}

/** The package unpacks into the temporary folder as it is named at the call, which by itself all users share. */
function inflateInto(folder: string, archive: string): Promise<string> {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    return inflate(archive);
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}

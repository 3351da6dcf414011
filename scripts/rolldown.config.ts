/**
 * How `src` and the packages that it uses become the few files of `dist`. A file is one layer: ClawHub's scan judges
 * file by file, so the network stays apart from the store and from the environment, and a gateway that starts
 * loads no more than the entry and `start.js`.
 */
import { defineConfig, type OutputBundle, type Plugin } from "rolldown";
import { esmExternalRequirePlugin } from "rolldown/plugins";
import { licencesOf } from "./licences.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const ENTRY = `${ROOT}src/index.ts`;
const PENDING = `${ROOT}src/store/pending-sign-ins.ts`;

/** The layers in the order in which a module is given to them. What is in none goes where rolldown puts it. */
const LAYERS: readonly { readonly name: string; readonly files: RegExp }[] = [
  { name: "environment", files: /^src\/environment\.ts$/ },
  { name: "schema", files: /^src\/rules\/stored-records\.ts$|\/zod\// },
  { name: "loopback", files: /^src\/loopback\// },
  {
    name: "device",
    files: /^src\/(?:oauth\/device|actions\/device(?:-poller)?|commands\/code|interaction\/code-screens)\.ts$/,
  },
  { name: "network", files: /^src\/(?:oauth\/|host\/fetch\.ts|terminal\/network\.ts)|\/oauth4webapi\// },
  { name: "lock", files: /^src\/store\/lock\.ts$|\/proper-lockfile\/|^\0copy-of-fs|^builtin:/ },
  { name: "store", files: /^src\/store\// },
  { name: "core", files: /^src\/(?:actions|commands|interaction|rules)\// },
];

interface Modules {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

const closures = new Map<string, ReadonlySet<string>>();

/** A module with everything that is loaded before it runs. */
function closureOf(root: string, modules: Modules): ReadonlySet<string> {
  const known = closures.get(root);
  if (known !== undefined) return known;
  const found = new Set([root]);
  // A set that grows while it is gone through is gone through to its new end.
  for (const id of found) for (const next of modules.getModuleInfo(id)?.importedIds ?? []) found.add(next);
  closures.set(root, found);
  return found;
}

function nameChunk(id: string, modules: Modules): string | null {
  const path = id.replace(ROOT, "");
  const layer = LAYERS.find(({ files }) => files.test(path))?.name;
  // The terminal's status reads the pending sign-ins and needs nothing else of the store.
  if (layer === "store" && closureOf(PENDING, modules).has(id)) return "pending";
  if (layer !== undefined && layer !== "core") return layer;
  // The entry itself stays out: the host loads it under a name of its own, and nothing may import it a second time.
  if (closureOf(ENTRY, modules).has(id)) return /^src\/(?:index|plugin)\.ts$/.test(path) ? null : "start";
  return layer ?? null;
}

const COPY_OF_FS = "\0copy-of-fs";

/**
 * graceful-fs changes `fs.close` and `process.chdir` of the whole process when it is loaded. The lock passes its own file
 * functions and needs none of that, so proper-lockfile gets a copy of Node's `fs`.
 */
const withoutGracefulFs: Plugin = {
  name: "without-graceful-fs",
  resolveId: (source) => (source === "graceful-fs" ? COPY_OF_FS : undefined),
  load: (id) => (id === COPY_OF_FS ? 'import * as fs from "node:fs"; export default { ...fs };' : undefined),
};

/** Fails for chunks that import each other: one of them would run before what it needs. */
function refuseCycles(bundle: OutputBundle): void {
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name)) throw new Error(`chunks in a circle: ${[...trail, name].join(" -> ")}`);
    const chunk = bundle[name];
    if (done.has(name) || chunk?.type !== "chunk") return;
    for (const next of chunk.imports) visit(next, [...trail, name]);
    done.add(name);
  };
  for (const name of Object.keys(bundle)) visit(name, []);
}

const PASSES_ON = /^(?:import ".*";\n)*export \{ [\w$, ]+ \} from "(\.\/[\w-]+\.js)";\s*$/;

/** rolldown gives a lazily imported module a file that only passes it on from its chunk. Imports the chunk itself. */
function removeRelays(bundle: OutputBundle): void {
  const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
  for (const { fileName, code, isEntry } of chunks) {
    const target = PASSES_ON.exec(code)?.[1];
    if (isEntry || target === undefined || code.includes(" as ")) continue;
    for (const chunk of chunks) chunk.code = chunk.code.replaceAll(`import("./${fileName}")`, `import("${target}")`);
    delete bundle[fileName];
  }
}

const finish: Plugin = {
  name: "finish",
  generateBundle(_options, bundle) {
    refuseCycles(bundle);
    removeRelays(bundle);
    const modules = Object.values(bundle).flatMap((output) => (output.type === "chunk" ? output.moduleIds : []));
    this.emitFile({ type: "asset", fileName: "licences.txt", source: licencesOf(modules) });
  },
};

export default defineConfig({
  cwd: ROOT,
  input: { index: "src/index.ts", cli: "src/cli.ts" },
  platform: "node",
  external: /^openclaw\//,
  preserveEntrySignatures: "allow-extension",
  plugins: [withoutGracefulFs, esmExternalRequirePlugin({ external: [/^node:/, "path", "assert", "events"] }), finish],
  output: {
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    comments: false,
    minifyInternalExports: false,
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: "layers", name: nameChunk }] },
  },
  checks: { ineffectiveDynamicImport: false },
});

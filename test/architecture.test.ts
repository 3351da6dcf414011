/** Who may import whom, and who may touch the outside: read from the syntax of every file under `src`. */
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { parseAst } from "vitest/node";
import { describe, expect, it } from "vitest";

const SRC = new URL("../src/", import.meta.url);

interface Import {
  readonly from: string;
  /** A path under `src`, or the name of a package. */
  readonly to: string;
  readonly isInside: boolean;
  /** `type` is gone at run time; `lazy` is loaded when the line runs; `again` is exported on. */
  readonly kind: "value" | "type" | "lazy" | "again";
}

interface Source {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly hasDefaultExport: boolean;
  /** Names that are used and not declared in the file, and members as `Math.random`. */
  readonly globals: ReadonlySet<string>;
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

function* nodesOf(value: unknown, parent?: Node, key = ""): Generator<{ node: Node; parent?: Node; key: string }> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item, parent, key);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  const node = value as Node;
  if (typeof node.type === "string") yield parent === undefined ? { node, key } : { node, parent, key };
  for (const [name, child] of Object.entries(node)) yield* nodesOf(child, node, name);
}

const nameOf = (node: unknown): string => (node as { name?: string } | null)?.name ?? "";
const textOf = (node: unknown): string => (node as { value?: string } | null)?.value ?? "";

function kindOf(node: Node): Import["kind"] | undefined {
  switch (node.type) {
    case "ImportDeclaration": {
      const specifiers = node["specifiers"] as readonly Node[];
      const isTypes = specifiers.length > 0 && specifiers.every((one) => one["importKind"] === "type");
      return node["importKind"] === "type" || isTypes ? "type" : "value";
    }
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return node["source"] ? "again" : undefined;
    case "ImportExpression":
      return "lazy";
    case "TSImportType":
      return "type";
    default:
      return undefined;
  }
}

/** Names that mean something else where they stand: members, keys, and the places that declare them. */
function isReference(node: Node, parent: Node | undefined, key: string): boolean {
  if (node.type !== "Identifier" || parent === undefined) return false;
  if (/^(?:property|key|label|local|imported|exported)$/.test(key)) return parent["computed"] === true;
  return !/^(?:id|params|qualifier|typeName)$/.test(key);
}

function read(path: string, text: string): Source {
  const ast = parseAst(text, { lang: "ts" });
  const imports: Import[] = [];
  const used = new Set<string>();
  const declared = new Set<string>();
  let hasDefaultExport = false;
  for (const { node, parent, key } of nodesOf(ast)) {
    const kind = kindOf(node);
    if (kind !== undefined) {
      const specifier = textOf(node["source"]);
      const isInside = specifier.startsWith(".");
      const to = isInside ? posix.join(posix.dirname(path), specifier) : specifier;
      imports.push({ from: path, to, isInside, kind });
    }
    if (node.type === "ExportDefaultDeclaration") hasDefaultExport = true;
    if (isReference(node, parent, key)) used.add(nameOf(node));
    else if (node.type === "Identifier" && /^(?:id|params|local)$/.test(key)) declared.add(nameOf(node));
    if (node.type === "MemberExpression" && nameOf(node["object"]) !== "")
      used.add(`${nameOf(node["object"])}.${nameOf(node["property"])}`);
  }
  const globals = new Set([...used].filter((name) => !declared.has(name.split(".")[0] ?? "")));
  return { path, lines: text.split("\n").length - 1, imports, hasDefaultExport, globals };
}

const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .toSorted()
  .map((path) => read(path, readFileSync(new URL(path, SRC), "utf8")));
const allImports = sources.flatMap((source) => source.imports);

/** The folder of a file, or the file itself where it lies at the top. */
const layerOf = (path: string) => path.replace(/\/.*$|\.ts$/, "");
const shown = ({ from, to, kind }: Import) => `${from} -> ${to}${kind === "type" ? " (types)" : ""}`;
const isAmong = (to: string, allowed: readonly string[]) =>
  allowed.some((one) => to === one || layerOf(to) === one || (one.endsWith("/*") && to.startsWith(one.slice(0, -1))));

interface Rule {
  readonly inside: readonly string[];
  /** Layers of which only types may be taken. */
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
}

const LEAVES = ["attempt", "errors", "secret"];

const RULES: Readonly<Record<string, Rule>> = {
  index: { inside: ["plugin", "manifest"], packages: ["openclaw/plugin-sdk/plugin-entry"] },
  plugin: {
    inside:
      "attempt cli clock commands doors entropy environment errors host interaction languages login manifest oauth process-memory store terminal".split(
        " ",
      ),
  },
  cli: {
    inside: [
      "clock",
      "entropy",
      "environment",
      "flow",
      "host",
      "languages",
      "login",
      "oauth",
      "store",
      "terminal",
      ...LEAVES,
    ],
    packages: ["node:path", "node:url"],
  },
  terminal: {
    inside: ["terminal", "interaction", "languages", "login", "flow", "manifest", ...LEAVES],
    packages: ["node:util"],
  },
  "process-memory": { inside: [] },
  manifest: { inside: ["errors"], packages: ["node:fs"] },
  environment: { inside: ["errors"], packages: ["node:fs", "node:os", "node:path"] },
  attempt: { inside: [] },
  errors: { inside: [] },
  secret: { inside: [] },
  clock: { inside: [], types: ["login/ports.ts"] },
  entropy: { inside: [], types: ["login/ports.ts"], packages: ["node:crypto"] },
  flow: { inside: ["flow", ...LEAVES] },
  languages: { inside: ["languages"], types: ["errors", "flow"] },
  interaction: { inside: ["interaction", "languages", "flow", ...LEAVES] },
  commands: { inside: ["commands", "interaction", "login", "flow", ...LEAVES] },
  doors: { inside: ["doors", "commands", "interaction", "languages", "login", "flow", ...LEAVES], types: ["manifest"] },
  login: { inside: ["login", "flow", ...LEAVES] },
  schema: { inside: [], packages: ["zod/mini"] },
  oauth: { inside: ["oauth", "login/ports.ts", "flow", "schema", ...LEAVES], packages: ["oauth4webapi"] },
  store: {
    inside: ["store", "login/ports.ts", "flow", "attempt", "clock", "errors", "schema"],
    packages: ["node:fs", "node:fs/promises", "node:path", "proper-lockfile"],
  },
  host: {
    inside: ["host", "store", "flow", "environment", ...LEAVES],
    types: ["interaction", "login/ports.ts", "oauth"],
    packages:
      "openclaw/plugin-sdk/* node:fs/promises node:http node:module node:net node:path node:url node:worker_threads".split(
        " ",
      ),
  },
};

function isAllowed(one: Import): boolean {
  const rule = RULES[layerOf(one.from)];
  if (rule === undefined) return false;
  // The parts of an SDK that lies somewhere on this machine: no literal can name them.
  if (one.to === "") return one.from === "host/installed-host.ts";
  if (!one.isInside) return isAmong(one.to, rule.packages ?? []);
  return isAmong(one.to, rule.inside) || (one.kind === "type" && isAmong(one.to, rule.types ?? []));
}

/** Every construct that the rules look for, once. */
const sample = read(
  "flow/sample.ts",
  `import type { A } from "./a.ts"; import { type B } from "./b.ts"; import { c, type D } from "../c.ts";
   import "./e.ts"; export { f } from "./f.ts"; export * from "./g.ts"; const h: import("./h.ts").H = 1;
   const i = await import("i"); export default function (fetch) { fetch(x); Date.now(); ({ process: 1 }).process; }`,
);

describe("the reader of these rules", () => {
  it("sees every kind of import", () => {
    expect(sample.imports.map(({ to, kind }) => `${to} ${kind}`).toSorted()).toEqual([
      "c.ts value",
      "flow/a.ts type",
      "flow/b.ts type",
      "flow/e.ts value",
      "flow/f.ts again",
      "flow/g.ts again",
      "flow/h.ts type",
      "i lazy",
    ]);
  });

  it("tells a global from a parameter and from a member", () => {
    expect([...sample.globals].toSorted()).toEqual(["Date", "Date.now", "x"]);
  });

  it("sees a default export", () => {
    expect(sample.hasDefaultExport).toBe(true);
  });

  it("sees the whole of src", () => {
    expect(sources.map(({ path }) => path)).toEqual(expect.arrayContaining(["index.ts", "flow/binding.ts"]));
    expect(new Set(sources.map(({ path }) => layerOf(path)))).toEqual(new Set(Object.keys(RULES)));
  });
});

describe("the layers", () => {
  it.each(Object.keys(RULES))("import only what they may: %s", (layer) => {
    const offences = allImports.filter((one) => layerOf(one.from) === layer && !isAllowed(one));
    expect(offences.map(shown)).toEqual([]);
  });

  it("name each file by its own path, ending in .ts, and none outside src", () => {
    const paths = new Set(sources.map(({ path }) => path));
    expect(allImports.filter(({ to, isInside }) => isInside && !paths.has(to)).map(shown)).toEqual([]);
  });

  it("have no cycle at run time", () => {
    expect(findCycles()).toEqual([]);
  });
});

/** Every import that closes a circle of run-time imports, lazy ones included. */
function findCycles(): readonly string[] {
  const next = Map.groupBy(
    allImports.filter(({ kind, isInside }) => isInside && kind !== "type"),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] => {
    if (trail.includes(path)) return [[...trail.slice(trail.indexOf(path)), path].join(" -> ")];
    if (done.has(path)) return [];
    const found = (next.get(path) ?? []).flatMap(({ to }) => visit(to, [...trail, path]));
    done.add(path);
    return found;
  };
  return sources.flatMap(({ path }) => visit(path, []));
}

/** Files that use any of `names` and are not among those that may. */
function usersOf(names: readonly string[], allowed: readonly string[]): readonly string[] {
  return sources
    .filter(({ path, globals }) => !allowed.includes(path) && names.some((name) => globals.has(name)))
    .map(({ path }) => path);
}

function importersOf(module: RegExp, allowed: readonly string[]): readonly string[] {
  return allImports.filter(({ from, to }) => module.test(to) && !allowed.includes(from)).map(shown);
}

/** Files that look at the machine's files and change none. */
const READERS = ["environment.ts", "manifest.ts", "host/host-folders.ts", "host/installed-host.ts"];

describe("each outside thing has one door", () => {
  it("the host's SDK: src/host and the entry", () => {
    const outside = allImports.filter(({ from, to }) => /openclaw/.test(to) && !/^(?:host\/|index\.ts)/.test(from));
    expect(outside.map(shown)).toEqual([]);
  });

  it("the environment: environment.ts", () => {
    const allowed = [
      "environment.ts",
      "cli.ts",
      "store/file-system.ts",
      "store/lock-format.ts",
      "terminal/arguments.ts",
    ];
    expect(usersOf(["process"], allowed)).toEqual([]);
    expect(importersOf(/^(?:node:)?process$/, [])).toEqual([]);
  });

  it("parts of Node that are no import: one, for the reading of arguments", () => {
    expect(usersOf(["process.getBuiltinModule"], ["terminal/arguments.ts"])).toEqual([]);
    const { globals } = sources.find(({ path }) => path === "terminal/arguments.ts") ?? sample;
    const members = [...globals].filter((name) => name.startsWith("process."));
    expect(members).toEqual(["process.getBuiltinModule"]);
    const text = readFileSync(new URL("terminal/arguments.ts", SRC), "utf8");
    expect([...text.matchAll(/getBuiltinModule\((.*?)\)/g)].map(([, name]) => name)).toEqual(['"node:util"']);
  });

  it("who runs this program: the file system, which needs its user and its number and nothing more", () => {
    const { globals } = sources.find(({ path }) => path === "store/file-system.ts") ?? sample;
    const members = [...globals].filter((name) => name.startsWith("process."));
    expect(members.toSorted()).toEqual(["process.getuid", "process.pid"]);
  });

  it("the terminal's own input, output and exit code: cli.ts", () => {
    const { globals } = sources.find(({ path }) => path === "cli.ts") ?? sample;
    const members = [...globals].filter((name) => /^process\.\w+$/.test(name));
    expect(members.toSorted()).toEqual(["process.exitCode", "process.stderr", "process.stdin", "process.stdout"]);
  });

  it("files: the private and the host's files, the lock, and those that only read", () => {
    const allowed = [
      "store/file-system.ts",
      "store/private-file.ts",
      "store/host-file.ts",
      "store/lock.ts",
      "store/lock-format.ts",
      "store/lock-file.ts",
      ...READERS,
    ];
    expect(importersOf(/^(?:node:)?fs(?:\/promises)?$/, allowed)).toEqual([]);
  });

  it.each(READERS)("no file is written, made or removed by %s", (path) => {
    const text = readFileSync(new URL(path, SRC), "utf8");
    const names = [...text.matchAll(/import \{([^}]*)\} from "node:fs(?:\/promises)?"/g)].flatMap(([, list]) =>
      (list ?? "").split(",").map((name) => name.trim()),
    );
    expect(names.filter((name) => !/^(?:lstat|readFile|readFileSync|realpath|realpathSync|stat)$/.test(name))).toEqual(
      [],
    );
  });

  it("the clock: clock.ts", () => {
    expect(usersOf(["Date", "performance"], ["clock.ts"])).toEqual([]);
    expect(importersOf(/^(?:node:)?perf_hooks$/, [])).toEqual([]);
  });

  it("randomness and digests: entropy.ts", () => {
    expect(usersOf(["Math.random", "crypto"], ["entropy.ts"])).toEqual([]);
    expect(importersOf(/^(?:node:)?crypto$/, ["entropy.ts"])).toEqual([]);
  });

  it("the network: the host's guarded fetch, and the terminal's plain one", () => {
    const names = ["fetch", "XMLHttpRequest", "WebSocket", "EventSource"];
    expect(usersOf(names, ["host/plain-send.ts"])).toEqual([]);
    const network = /^(?:node:)?(?:net|tls|dgram|dns|https?|http2|undici)(?:\/|$)/;
    expect(importersOf(network, ["host/plain-send.ts", "host/gateway-port.ts"])).toEqual([]);
  });

  it("other programs and code made at run time: none, but for the host's own commands and its reader of its config", () => {
    expect(importersOf(/^(?:node:)?(?:child_process|cluster|vm|repl)$/, [])).toEqual([]);
    expect(importersOf(/^(?:node:)?worker_threads$/, ["host/host-command.ts"])).toEqual([]);
    expect(importersOf(/^(?:node:)?module$/, ["host/installed-host.ts"])).toEqual([]);
    expect(usersOf(["eval", "Function", "require"], [])).toEqual([]);
  });

  it("what all instances of the plugin share: process-memory.ts", () => {
    expect(usersOf(["globalThis", "global"], ["process-memory.ts"])).toEqual([]);
  });

  it("the log: the host's logger, never the console", () => {
    expect(usersOf(["console"], [])).toEqual([]);
  });
});

describe("the core decides and touches nothing", () => {
  it.each(["flow", "languages", "interaction", "commands"])(
    "no clock, timer, randomness, environment or network: %s",
    (layer) => {
      const names = ["Date", "Math.random", "process", "fetch", "crypto", "setTimeout", "setInterval", "setImmediate"];
      expect(usersOf(names, []).filter((path) => layerOf(path) === layer)).toEqual([]);
    },
  );
});

/** All that a file loads before anything runs. */
function loadedBy(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const source = sources.find((one) => one.path === path);
  for (const { to, kind } of source?.imports ?? []) if (kind === "value" || kind === "again") loadedBy(to, seen);
  return seen;
}

/** The wirings, the SDK's doors, the terminal, where a command loads what it needs, and what only writers need. */
const LAZY = new Set([
  "plugin.ts",
  "cli.ts",
  "doors/pasted-message.ts",
  "host/sdk.ts",
  "host/installed-host.ts",
  "languages/language.ts",
  "store/file-system.ts",
  "terminal/run.ts",
]);

describe("loading the plugin", () => {
  it("loads no sign-in code: a gateway whose chats never sign in pays for none", () => {
    const loaded = [...loadedBy("index.ts")];
    expect(loaded).toContain("plugin.ts");
    expect(loaded.filter((to) => /oauth4webapi|proper-lockfile|^zod|^schema\.ts|^oauth\/|^store\//.test(to))).toEqual(
      [],
    );
  });

  it("loads no validator and no lock to tell what waits: the terminal's status is a process of its own", () => {
    const loaded = ["cli.ts", "login/overview.ts", "host/host-folders.ts", "store/pending-logins.ts"].flatMap(
      (path) => [...loadedBy(path)],
    );
    expect(loaded).toContain("store/file-system.ts");
    expect(loaded.filter((to) => /^(?:zod|proper-lockfile|oauth4webapi)|^schema\.ts|pasted-text/.test(to))).toEqual([]);
    expect(loaded.filter((to) => /^entropy\.ts$|^node:(?:crypto|util)$/.test(to))).toEqual([]);
  });

  it("leaves it to the wiring and the SDK's door what is loaded later", () => {
    const lazy = allImports.filter(({ kind, from }) => kind === "lazy" && !LAZY.has(from));
    expect(lazy.map(shown)).toEqual([]);
  });
});

describe("a file", () => {
  it("has at most 300 lines", () => {
    expect(sources.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  it("exports by name; only the entry has a default, because the host demands it", () => {
    expect(sources.filter((source) => source.hasDefaultExport).map(({ path }) => path)).toEqual(["index.ts"]);
  });

  it("exports only its own: no barrels", () => {
    expect(allImports.filter(({ kind, isInside }) => kind === "again" && isInside).map(shown)).toEqual([]);
  });

  it("is named in kebab-case", () => {
    expect(sources.filter(({ path }) => !/^(?:[a-z]+\/)?[a-z]+(?:-[a-z]+)*\.ts$/.test(path))).toEqual([]);
  });
});

/**
 * An oxlint plugin with one rule: which file of `src` may import which. `.oxlintrc.json` holds the table. The rule sees
 * `import()` and type imports too, which the rules that oxlint brings do not.
 */
import { posix } from "node:path";

/** What a folder or a file may import: folders and files of `src`, and packages. `*` at the end stands for any ending. */
interface Allowed {
  readonly inside?: readonly string[];
  readonly packages?: readonly string[];
}

interface Table {
  /** By folder (`rules`), by file at the top (`plugin.ts`), and by file for what one file has beyond its folder. */
  readonly layers: Readonly<Record<string, Allowed>>;
  /** What every layer may import. */
  readonly leaves: readonly string[];
  /** Imports that break the table until the code is moved, as `host/auth-store.ts -> terminal/folders.ts`. */
  readonly exceptions: readonly string[];
}

interface ImportNode {
  readonly type: string;
  readonly source: { readonly type: string; readonly value?: unknown } | null;
}

interface RuleContext {
  readonly cwd: string;
  readonly filename: string;
  readonly options: readonly unknown[];
  report(problem: { readonly node: ImportNode; readonly message: string }): void;
}

const layerOf = (path: string) => path.replace(/\/.*$/, "");
const isAmong = (to: string, allowed: readonly string[]) =>
  allowed.some((one) => to === one || layerOf(to) === one || (one.endsWith("*") && to.startsWith(one.slice(0, -1))));

/** Why a file of `src` must not import this, or undefined if it may. */
export function judgeImport(from: string, specifier: string, table: Table): string | undefined {
  const allowed = [table.layers[layerOf(from)], table.layers[from]].filter((one) => one !== undefined);
  if (allowed.length === 0) return `${from} is in no layer of .oxlintrc.json`;
  const isInside = specifier.startsWith(".");
  const to = isInside ? posix.join(posix.dirname(from), specifier) : specifier;
  const names = isInside
    ? [...table.leaves, ...allowed.flatMap(({ inside = [] }) => inside), ...(from.includes("/") ? [layerOf(from)] : [])]
    : allowed.flatMap(({ packages = [] }) => packages);
  if (isAmong(to, names) || table.exceptions.includes(`${from} -> ${to}`)) return undefined;
  return `${from} must not import ${to}`;
}

function create(context: RuleContext) {
  const from = posix.relative(posix.join(context.cwd, "src"), context.filename);
  const table = context.options[0] as Table;
  const judge = (node: ImportNode) => {
    if (node.source === null) return;
    // A computed path names the parts of a host that is found on the machine. `import()` of one needs an exception.
    const specifier = typeof node.source.value === "string" ? node.source.value : "(computed)";
    const message = judgeImport(from, specifier, table);
    if (message !== undefined) context.report({ node, message });
  };
  return {
    ImportDeclaration: judge,
    ExportNamedDeclaration: judge,
    ExportAllDeclaration: judge,
    ImportExpression: judge,
    TSImportType: judge,
  };
}

export default { meta: { name: "house" }, rules: { imports: { meta: { schema: [{ type: "object" }] }, create } } };

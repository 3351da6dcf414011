/** JSON as it can be written, not as it can be held: keys twice, numbers too large, any text in place of a value. */
import type { Random } from "../faults/random.ts";

export type Tree = string | number | boolean | null | Raw | Tree[] | Entries;
interface Raw {
  readonly raw: string;
}
interface Entries {
  readonly entries: Entry[];
}
interface Entry {
  key: string;
  value: Tree;
}

export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return value.map(treeOf);
  if (typeof value !== "object" || value === null) return value as Tree;
  return { entries: Object.entries(value).map(([key, one]) => ({ key, value: treeOf(one) })) };
}

export function renderTree(tree: Tree): string {
  if (Array.isArray(tree)) return `[${tree.map(renderTree).join(",")}]`;
  if (typeof tree !== "object" || tree === null) return JSON.stringify(tree);
  if ("raw" in tree) return tree.raw;
  return `{${tree.entries.map(({ key, value }) => `${JSON.stringify(key)}:${renderTree(value)}`).join(",")}}`;
}

/** A place that holds a value, and can hold another. */
interface Slot {
  readonly get: () => Tree;
  readonly set: (value: Tree) => void;
  readonly siblings: Entry[] | Tree[];
  readonly at: number;
}

function slotsOf(tree: Tree): Slot[] {
  if (typeof tree !== "object" || tree === null || "raw" in tree) return [];
  const slots: Slot[] = Array.isArray(tree)
    ? tree.map((_, at) => ({
        get: () => tree[at] ?? null,
        set: (value) => void (tree[at] = value),
        siblings: tree,
        at,
      }))
    : tree.entries.map((entry, at) => ({
        get: () => entry.value,
        set: (value) => void (entry.value = value),
        siblings: tree.entries,
        at,
      }));
  return slots.flatMap((slot) => [slot, ...slotsOf(slot.get())]);
}

export const PROTOTYPE_KEYS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "then",
];

const deep = (open: string, close: string, depth: number): Raw => ({ raw: open.repeat(depth) + close.repeat(depth) });

const ODD_VALUES: readonly ((random: Random) => Tree)[] = [
  () => null,
  () => true,
  () => "",
  () => [],
  () => ({ entries: [] }),
  () => -1,
  () => ({ raw: "1e999" }),
  () => ({ raw: "-1e999" }),
  () => ({ raw: "-0" }),
  () => ({ raw: "1e-400" }),
  () => ({ raw: "9007199254740993" }),
  () => ({ raw: "0.1e1" }),
  () => ({ raw: "NaN" }),
  () => ({ raw: '"\\ud800"' }),
  () => ({ raw: '"\\u0000\\u202e"' }),
  () => ({ raw: '{"__proto__":{"type":"oauth","email":"x"}}' }),
  () => ({ raw: '{"toString":1,"valueOf":null,"toJSON":"x","then":{}}' }),
  (random) => "x".repeat(10 ** random.below(6)),
  (random) => deep("[", "]", 10 ** (1 + random.below(4))),
  (random) => deep('{"a":', "}", 10 ** (1 + random.below(4))),
  (random) => Array.from({ length: random.below(300) }, (_, at) => at),
  (random) => PROTOTYPE_KEYS[random.below(PROTOTYPE_KEYS.length)] ?? "",
];

const oddValue = (random: Random): Tree => ODD_VALUES[random.below(ODD_VALUES.length)]?.(random) ?? null;

const isEntries = (siblings: Entry[] | Tree[], at: number): siblings is Entry[] => {
  const one = siblings[at];
  return typeof one === "object" && one !== null && "key" in one;
};

/** One change at one place. */
export function changeTree(tree: Tree, random: Random, words: readonly string[]): void {
  const slots = slotsOf(tree);
  const slot = slots[random.below(slots.length)];
  if (slot === undefined) return;
  const names = [...PROTOTYPE_KEYS, ...words];
  const name = names[random.below(names.length)] ?? "";
  const { siblings, at } = slot;
  switch (random.below(7)) {
    case 0:
    case 1:
      return slot.set(oddValue(random));
    case 2:
      return slot.set(name);
    case 3:
      // A copy, so that no tree ever holds itself.
      return slot.set(structuredClone(slots[random.below(slots.length)]?.get() ?? null));
    case 4:
      return void siblings.splice(at, 1);
    case 5:
      if (isEntries(siblings, at)) siblings.push({ key: name, value: structuredClone(slot.get()) });
      else siblings.push(oddValue(random));
      return;
    default:
      if (!isEntries(siblings, at)) return slot.set(oddValue(random));
      // Half of them the same key once more, with another value: the last one counts, or does it?
      if (random.below(2) === 0) siblings.push({ key: siblings[at]?.key ?? "", value: oddValue(random) });
      else siblings[at] = { key: name, value: slot.get() };
  }
}

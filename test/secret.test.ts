import { format, formatWithOptions, inspect } from "node:util";
import { Console } from "node:console";
import { PassThrough } from "node:stream";
import { serialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../src/secret.ts";

const TEXT = "ac_canary-of-a-secret-text";

class Holder extends Error {
  readonly secret = new Secret(TEXT);
  readonly list = [{ deep: { deeper: { deepest: new Secret(TEXT) } } }];
}

function consoleText(print: (console: Console) => void): string {
  const out = new PassThrough();
  print(new Console(out, out));
  return String(out.read() ?? "");
}

/** Every way in which a value turns into text without being asked for it by name. */
const WAYS: readonly { readonly name: string; readonly print: (value: unknown) => string }[] = [
  { name: "String()", print: (value) => String(value) },
  { name: "a template", print: (value) => `${value as string}` },
  { name: "adding it to text", print: (value) => "" + (value as string) },
  { name: "joining an array", print: (value) => [value, value].join() },
  { name: "JSON", print: (value) => JSON.stringify(value) },
  { name: "JSON in an object", print: (value) => JSON.stringify({ a: [{ b: value }] }) },
  { name: "util.inspect", print: (value) => inspect(value) },
  {
    name: "util.inspect with everything on",
    print: (value) => inspect(value, { depth: null, showHidden: true, getters: true }),
  },
  {
    name: "util.inspect without custom inspection",
    print: (value) => inspect(value, { depth: null, customInspect: false, showHidden: true }),
  },
  { name: "util.inspect in a map", print: (value) => inspect(new Map([[value, new Set([value])]]), { depth: null }) },
  { name: "format %s", print: (value) => format("%s", value) },
  { name: "format %o", print: (value) => format("%o", value) },
  { name: "format %O", print: (value) => formatWithOptions({ depth: null }, "%O", value) },
  { name: "format %j", print: (value) => format("%j", value) },
  { name: "format %d", print: (value) => format("%d", value) },
  { name: "console.log", print: (value) => consoleText((console) => console.log("line", value)) },
  { name: "console.error", print: (value) => consoleText((console) => console.error({ value })) },
  { name: "console.table", print: (value) => consoleText((console) => console.table([{ value }])) },
  {
    name: "console.dir",
    print: (value) => consoleText((console) => console.dir(value, { depth: null, showHidden: true })),
  },
  { name: "an error's message", print: (value) => inspect(new Error(String(value), { cause: value })) },
  { name: "an error that holds it", print: () => inspect(new Holder("it broke"), { depth: null, showHidden: true }) },
  { name: "JSON of an error that holds it", print: () => JSON.stringify({ ...new Holder("it broke") }) },
  {
    name: "its own and inherited keys",
    print: (value) =>
      Reflect.ownKeys(value as object)
        .map(String)
        .join() + Object.entries(value as object).join(),
  },
  { name: "a structured clone", print: (value) => inspect(structuredClone(value), { depth: null, showHidden: true }) },
  { name: "V8 serialization", print: (value) => serialize(value).toString("latin1") },
  { name: "spreading", print: (value) => inspect({ ...(value as object) }, { showHidden: true }) },
];

describe("Secret", () => {
  it.each(WAYS)("does not print its text by $name", ({ print }) => {
    expect(print(new Secret(TEXT))).not.toContain("canary");
  });

  it("prints a placeholder", () => {
    const secret = new Secret(TEXT);
    expect([String(secret), `${secret.toString()}`, inspect({ secret }), JSON.stringify(secret)]).toEqual([
      "[redacted]",
      "[redacted]",
      "{ secret: [redacted] }",
      '"[redacted]"',
    ]);
  });

  it("prints the same for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const secret = new Secret(text);
        expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual([
          "[redacted]",
          '"[redacted]"',
          "[redacted]",
        ]);
      }),
    );
  });

  it("gives back exactly the text it was made of when asked by name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(new Secret(text).reveal()).toBe(text);
      }),
    );
  });
});

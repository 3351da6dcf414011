/** What of a host's files is read, and what an edit writes back; the files themselves are file-auth-store's. */
import { describe, expect, it } from "vitest";
import {
  applyEdit,
  copyOf,
  parseProfilesFile,
  parseStateFile,
  renderFile,
  viewOf,
  type HostFiles,
} from "../../src/store/host-document.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";

const bytesOf = (content: unknown) => Buffer.from(JSON.stringify(content));
const RULES = { kindFields: "type-or-mode", mayProviderBeBlank: false, hasSidecars: false } as const;
const record = { type: "oauth", provider: "openai" };

describe("a file that is read", () => {
  it.each([
    { name: "no version, order or statistics", content: { profiles: {} } },
    { name: "null in their place", content: { profiles: {}, order: null, usageStats: null } },
    { name: "a version that is no number", content: { version: "1.x", profiles: {} } },
    { name: "a higher version", content: { version: 99, profiles: {} } },
    { name: "a version that is no integer", content: { version: 1.5, profiles: {} } },
    { name: "no profiles", content: { version: 1 } },
    { name: "nothing", content: {} },
    { name: "profiles of null", content: { profiles: null } },
    { name: "an empty list of profiles", content: { profiles: [] } },
  ])("may have $name", ({ content }) => {
    const profiles = parseProfilesFile(bytesOf(content));
    expect(profiles).toEqual(content);
    expect(viewOf({ profiles, state: undefined }, RULES)).toEqual({ profiles: {} });
  });

  it.each([
    { name: "null", content: null },
    { name: "a list", content: [] },
    { name: "profiles in a list", content: { profiles: [record] } },
    { name: "profiles in text", content: { profiles: "openai:work" } },
  ])("is not read with $name", ({ content }) => {
    expect(parseProfilesFile(bytesOf(content))).toBeUndefined();
  });
});

describe("the second file", () => {
  it("may contain other fields", () => {
    const content = { version: 1, order: { openai: ["openai:a"] }, lastGood: { openai: "openai:a" } };
    expect(parseStateFile(bytesOf(content))).toEqual(content);
  });

  it("may have a higher version", () => {
    expect(parseStateFile(bytesOf({ version: 2 }))).toEqual({ version: 2 });
  });

  it.each([
    { name: "nothing", text: "" },
    { name: "a line break", text: "\n" },
    { name: "null", text: "null\n" },
    { name: "an empty list", text: " [ ] " },
  ])("counts as empty with $name, as for the host", ({ text }) => {
    expect(parseStateFile(Buffer.from(text))).toEqual({});
  });

  it.each([
    { name: "a list", text: "[1]" },
    { name: "text", text: '"openai:work"' },
    { name: "half a file", text: "{" },
    { name: "much space", text: " ".repeat(100) },
  ])("is not read with $name", ({ text }) => {
    expect(parseStateFile(Buffer.from(text))).toBeUndefined();
  });
});

function edited(files: HostFiles, edit: (document: ProfilesDocument) => void): HostFiles {
  const before = viewOf(files, RULES);
  const after = copyOf(before);
  edit(after);
  return applyEdit(files, { before, after }, files.state !== undefined);
}

const work = { type: "oauth", provider: "openai", refresh: "rt" };
const added = { type: "oauth", provider: "openai", refresh: "rt_new" };

/** Odd entries beside a good profile, and the same files after another profile was added to the order. */
const ODD_NEIGHBOURS: readonly { readonly name: string; readonly odd: object; readonly order?: unknown }[] = [
  { name: "records of null, text and lists", odd: { profiles: { a: null, b: "text", c: [], work } } },
  { name: "an order in text", odd: { order: "openai:work" } },
  { name: "a provider's order in text", odd: { order: { openai: "work", x: 7 } }, order: { x: 7 } },
  {
    name: "null and numbers in an order",
    odd: { order: { openai: ["work", null, 7] } },
    order: ["work", "new", null, 7],
  },
  {
    name: "another spelling of the provider",
    odd: { order: { " OpenAI": ["work"] } },
    order: { " OpenAI": ["work", "new"] },
  },
  { name: "statistics of null and text", odd: { usageStats: { work: null, b: "text" } } },
  { name: "statistics in a list", odd: { usageStats: [] } },
  { name: "a version in text, and unknown fields", odd: { version: "1", lastGood: null, foo: [null] } },
];

describe.each(ODD_NEIGHBOURS)("beside $name", ({ odd, order }) => {
  const content = { profiles: { work }, ...odd };

  it("a good profile is read, and the rest is written back unchanged", () => {
    const profiles = parseProfilesFile(bytesOf(content));
    expect(profiles).toEqual(content);
    expect(viewOf({ profiles, state: undefined }, RULES).profiles).toEqual({ work });
    const { profiles: written } = edited({ profiles, state: undefined }, (document) => {
      document.profiles["new"] = added;
      const list = document.order?.["openai"];
      if (list !== undefined) document.order = { ...document.order, openai: [...list, "new"] };
    });
    const orders = Array.isArray(order) ? { openai: order } : order;
    const isExtended = JSON.stringify(orders)?.includes("new") === true;
    expect(written).toEqual({
      ...content,
      profiles: { ...content.profiles, new: added },
      ...(isExtended ? { order: orders } : {}),
    });
  });
});

/** Numbers that `JSON.stringify` writes with other digits. */
const NUMBERS = ["12345678901234567890", "-9007199254740993", "1.0", "-0", "1e3", "1E-7", "0.10000000000000000001"];

describe.each(NUMBERS)("the number %s", (digits) => {
  const files = [`{"x":{"a":${digits},"b":[{"c":${digits}}]},"y":${digits}}`, `{"y":${digits},"z":[${digits}]}`].map(
    (odd) =>
      `{"version":${digits},"profiles":{"n":${odd.slice(0, -1)},"k":7}},"usageStats":${odd},"order":{"x":["n"]}}`,
  );

  it.each(files)("keeps its digits in what is not changed: %s", (text) => {
    const [profiles, state] = [parseProfilesFile(Buffer.from(text)), parseStateFile(Buffer.from(text))];
    const written = edited({ profiles, state }, (document) => {
      document.profiles["new"] = added;
      document.order = { ...document.order, openai: ["new"] };
    });
    const withNew = { profiles: { new: added }, order: { openai: ["new"] } };
    for (const [field, file] of Object.entries(written)) {
      const withoutNew = renderFile(file ?? {})
        .replaceAll(/\s/g, "")
        .replace(`,"new":${JSON.stringify(withNew.profiles.new)}`, "")
        .replace(`,"openai":["new"]`, "");
      expect(withoutNew, field).toBe(text);
    }
  });

  it("is gone with the value that another one replaced", () => {
    const profiles = parseProfilesFile(Buffer.from(`{"profiles":{"new":{"expires":${digits}}}}`));
    const written = edited({ profiles, state: undefined }, (document) => void (document.profiles["new"] = added));
    expect(JSON.parse(renderFile(written.profiles ?? {}))).toEqual({ profiles: { new: added } });
  });
});

const withoutOrder = (document: ProfilesDocument) => void (document.order = {});

describe("what is taken out", () => {
  const profiles = { version: 1, profiles: { "openai:a": record } };
  const order = { openai: ["openai:a"] };

  it("goes from both files", () => {
    const { profiles: first, state } = edited({ profiles: { ...profiles, order }, state: { order } }, withoutOrder);
    expect([first, state].map((file) => JSON.stringify(file?.["order"]))).toEqual(["{}", "{}"]);
  });

  it("leaves the file alone that never had it", () => {
    expect(edited({ profiles, state: { order } }, withoutOrder)).toEqual({ profiles: undefined, state: { order: {} } });
    expect(edited({ profiles: { ...profiles, order }, state: { version: 1 } }, withoutOrder).state).toBeUndefined();
  });
});

/** What of a host's files is read, and what an edit writes back; the files themselves are file-auth-store's. */
import { describe, expect, it } from "vitest";
import {
  applyEdit,
  copyOf,
  parseProfilesFile,
  parseStateFile,
  viewOf,
  type HostFiles,
} from "../../src/store/host-document.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";

const bytesOf = (content: unknown) => Buffer.from(JSON.stringify(content));
const RULES = { kindFields: "type-or-mode", hasSidecars: false } as const;
const record = { type: "oauth", provider: "openai" };

describe("a file that is read", () => {
  it.each([
    { name: "no version, order or statistics", content: { profiles: {} } },
    { name: "null in their place", content: { profiles: {}, order: null, usageStats: null } },
    { name: "a version that is no number", content: { version: "1.x", profiles: {} } },
  ])("may have $name", ({ content }) => {
    const profiles = parseProfilesFile(bytesOf(content));
    expect(profiles).toEqual(content);
    expect(viewOf({ profiles, state: undefined }, RULES)).toEqual({ profiles: {} });
  });

  it.each([
    { name: "null", content: null },
    { name: "a list", content: [] },
    { name: "profiles of null", content: { profiles: null } },
    { name: "profiles in a list", content: { profiles: [] } },
    { name: "a version to come", content: { version: 2, profiles: {} } },
  ])("is not read with $name", ({ content }) => {
    expect(parseProfilesFile(bytesOf(content))).toBeUndefined();
  });
});

describe("the second file", () => {
  it("may contain other fields", () => {
    const content = { version: 1, order: { openai: ["openai:a"] }, lastGood: { openai: "openai:a" } };
    expect(parseStateFile(bytesOf(content))).toEqual(content);
  });

  it.each([
    { name: "a version to come", content: { version: 2 } },
    { name: "a list", content: [] },
  ])("is not read with $name", ({ content }) => {
    expect(parseStateFile(bytesOf(content))).toBeUndefined();
  });
});

function edited(files: HostFiles, edit: (document: ProfilesDocument) => void): HostFiles {
  const before = viewOf(files, RULES);
  const after = copyOf(before);
  edit(after);
  return applyEdit(files, { before, after }, true);
}

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

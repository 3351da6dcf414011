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
const record = { type: "oauth", provider: "openai" };

describe("a file that is read", () => {
  it.each([
    { name: "no version, order or statistics", content: { profiles: {} } },
    { name: "null in their place", content: { profiles: {}, order: null, usageStats: null } },
    { name: "a version that is no number", content: { version: "1.x", profiles: {} } },
  ])("may have $name", ({ content }) => {
    const profiles = parseProfilesFile(bytesOf(content));
    expect(profiles).toEqual(content);
    expect(viewOf({ profiles, state: undefined })).toEqual({ profiles: {} });
  });

  it.each([
    { name: "null", content: null },
    { name: "profiles of null", content: { profiles: null } },
    { name: "a reason that is no text", content: { profiles: {}, usageStats: { a: { disabledReason: 7 } } } },
    { name: "statistics of null", content: { profiles: {}, usageStats: { a: null } } },
    { name: "an order of numbers", content: { profiles: {}, order: { openai: [1] } } },
  ])("is none with $name", ({ content }) => {
    expect(parseProfilesFile(bytesOf(content))).toBeUndefined();
  });
});

describe("the second file", () => {
  it("may hold what is not ours", () => {
    const content = { version: 1, order: { openai: ["openai:a"] }, lastGood: { openai: "openai:a" } };
    expect(parseStateFile(bytesOf(content))).toEqual(content);
  });

  it.each([
    { name: "a version to come", content: { version: 2 } },
    { name: "an order that is no list", content: { order: { openai: "openai:a" } } },
    { name: "statistics that are no object", content: { usageStats: [] } },
    { name: "a list", content: [] },
  ])("is none with $name", ({ content }) => {
    expect(parseStateFile(bytesOf(content))).toBeUndefined();
  });
});

function edited(files: HostFiles, edit: (document: ProfilesDocument) => void): HostFiles {
  const before = viewOf(files);
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

import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { CodexAuthError, ERROR_CODES, failureName } from "../src/errors.ts";

function madeWhileHandlingAnother(): unknown {
  try {
    return JSON.parse("ac_canary");
  } catch {
    return new CodexAuthError("store-unreadable");
  }
}

describe("the list of error codes", () => {
  it.each(ERROR_CODES)("%s is kebab-case", (code) => {
    expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  });
});

describe("CodexAuthError", () => {
  it("has one fixed sentence, made of the code", () => {
    expect(new CodexAuthError("token-rejected").message).toBe("codex-auth: token-rejected");
  });

  it("is an Error with a name of its own", () => {
    expect(new CodexAuthError("internal")).toMatchObject({ name: "CodexAuthError" });
    expect(new CodexAuthError("internal")).toBeInstanceOf(Error);
  });

  it("holds nothing but code, name, message and stack", () => {
    const error = new CodexAuthError("state-mismatch");
    expect(Reflect.ownKeys(error).toSorted()).toEqual(["code", "message", "name", "stack"]);
  });

  it("has no cause if it is made while another error is handled", () => {
    expect(inspect(madeWhileHandlingAnother(), { depth: null, showHidden: true })).not.toContain("canary");
  });

  it("has no second parameter through which an input could get in", () => {
    expect(CodexAuthError).toHaveLength(1);
  });

  it("keeps only the name and the code of an error that it replaces, for the log", () => {
    const full = Object.assign(new TypeError("canary"), { code: "ENOSPC", path: "/canary", cause: "canary" });
    const error = CodexAuthError.replacing(full, "store-write-failed");
    expect(failureName(error)).toBe("CodexAuthError store-write-failed, TypeError ENOSPC");
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("canary");
    const named = Object.assign(new Error("canary"), { name: "canary", code: "canary" });
    expect(failureName(CodexAuthError.replacing(named, "internal"))).toBe("CodexAuthError internal, Error");
    let count = 0;
    const changing = { toString: () => (count++ === 0 ? "Error" : "canary") };
    for (const name of [changing, Symbol("canary"), undefined])
      expect(failureName(Object.defineProperty(new Error("canary"), "name", { value: name }))).toBe("Error");
  });
});

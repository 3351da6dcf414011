import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { CodexAuthError, ERRORS, type ErrorCode } from "../src/errors.ts";

const CODES = Object.keys(ERRORS) as ErrorCode[];

function madeWhileHandlingAnother(): unknown {
  try {
    return JSON.parse("ac_canary");
  } catch {
    return new CodexAuthError("store-unreadable");
  }
}

describe("the table of error codes", () => {
  it.each(CODES)("%s is kebab-case", (code) => {
    expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  });

  it("marks as retryable only what the same call can get over: a busy lock, or an unexplained failure", () => {
    expect(CODES.filter((code) => ERRORS[code].retryable)).toEqual(["store-locked", "pending-locked", "internal"]);
  });

  it.each(CODES.filter((code) => ERRORS[code].category === "provider"))(
    "%s never invites a second exchange of one code",
    (code) => {
      expect(new CodexAuthError(code).retryable).toBe(false);
    },
  );
});

describe("CodexAuthError", () => {
  it.each(CODES)("of %s carries the facts of its code", (code) => {
    const error = new CodexAuthError(code);
    expect({ code: error.code, category: error.category, retryable: error.retryable }).toEqual({
      code,
      ...ERRORS[code],
    });
  });

  it("has one fixed sentence, made of the code alone", () => {
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

  it("takes no cause, even when made while another error is being handled", () => {
    expect(inspect(madeWhileHandlingAnother(), { depth: null, showHidden: true })).not.toContain("canary");
  });

  it("has no second parameter through which an input could get in", () => {
    expect(CodexAuthError).toHaveLength(1);
  });
});

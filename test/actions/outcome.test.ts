import { describe, expect, it } from "vitest";
import { CodexAuthError, ERROR_CODES } from "../../src/errors.ts";
import { refusalOf } from "../../src/actions/outcome.ts";
import { MemoryLog } from "../fakes/fake-ports.ts";

const refuse = (error: unknown) => {
  const log = new MemoryLog();
  return { refusal: refusalOf(error, log), lines: log.lines };
};

describe("refusalOf", () => {
  it.each(ERROR_CODES)("passes %s on, and logs the code", (code) => {
    expect(refuse(new CodexAuthError(code))).toMatchObject({
      refusal: { kind: "refused", code },
      lines: [expect.stringContaining(code)],
    });
  });

  it.each([
    { name: "a foreign error", error: new TypeError("canary"), line: "warn: internal error (TypeError)" },
    {
      name: "an error with a cause",
      error: new Error("canary", { cause: "canary" }),
      line: "warn: internal error (Error)",
    },
    {
      name: "several errors",
      error: new AggregateError([new Error("canary")], "canary"),
      line: "warn: internal error (AggregateError)",
    },
    {
      name: "a system error",
      error: Object.assign(new Error("canary"), { code: "EACCES", path: "/canary" }),
      line: "warn: internal error (Error EACCES)",
    },
    {
      name: "an error with a code that no system uses",
      error: Object.assign(new RangeError("x"), { code: "ac_canary" }),
      line: "warn: internal error (RangeError)",
    },
    { name: "text", error: "canary", line: "warn: internal error (string)" },
    { name: "an object", error: { message: "canary", code: "not-allowed" }, line: "warn: internal error (object)" },
    { name: "nothing", error: undefined, line: "warn: internal error (undefined)" },
    { name: "null", error: null, line: "warn: internal error (object)" },
  ])("maps $name to internal, and logs only its kind", ({ error, line }) => {
    expect(refuse(error)).toEqual({ refusal: { kind: "refused", code: "internal" }, lines: [line] });
  });

  it("does not log a name that was assigned to the error", () => {
    const error = Object.assign(new Error("x"), { name: "HTTP 400 code=ac_canary" });
    expect(refuse(error).lines.join()).not.toContain("canary");
  });
});

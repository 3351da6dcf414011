/** What is tried again, and what a failure is called. */
import { describe, expect, it, vi } from "vitest";
import { CodexAuthError, type ErrorCode } from "../../src/errors.ts";
import { withRetries, refusalOf } from "../../src/store/profile-store.ts";

const OUR_WAIT = { waitsForOthers: false };
const THEIR_WAIT = { waitsForOthers: true };
const refused = (code: ErrorCode) => ({ kind: "refused", code });

/** Answers each attempt with the next of these, and the last one from then on. */
function attempts(...answers: readonly ("moved" | "done" | ErrorCode)[]) {
  let count = 0;
  const attempt = async (): Promise<"moved" | { readonly kind: "done" }> => {
    const answer = answers[Math.min(count, answers.length - 1)] ?? "done";
    count += 1;
    if (answer === "moved") return answer;
    if (answer === "done") return { kind: "done" };
    throw new CodexAuthError(answer);
  };
  return { attempt, count: () => count };
}

/** Without the pause between two attempts. */
async function hurried<Result>(work: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    const result = work();
    await vi.runAllTimersAsync();
    return await result;
  } finally {
    vi.useRealTimers();
  }
}

describe("a record that somebody else changes between its backup and its replacement", () => {
  it("is read again", async () => {
    const { attempt, count } = attempts("moved", "done");
    expect([await withRetries(OUR_WAIT, attempt), count()]).toEqual([{ kind: "done" }, 2]);
  });

  it("is given up after four attempts, as a store that others keep busy", async () => {
    const { attempt, count } = attempts("moved");
    expect([await withRetries(OUR_WAIT, attempt), count()]).toEqual([refused("store-locked"), 4]);
  });
});

describe("a store that others hold", () => {
  it("is tried once more where its host does not wait itself", async () => {
    const { attempt, count } = attempts("store-locked", "done");
    expect([await hurried(() => withRetries(OUR_WAIT, attempt)), count()]).toEqual([{ kind: "done" }, 2]);
  });

  it("is given up when it is held still", async () => {
    const { attempt, count } = attempts("store-locked");
    expect([await hurried(() => withRetries(OUR_WAIT, attempt)), count()]).toEqual([refused("store-locked"), 2]);
  });

  it("is not tried again where its host has waited already", async () => {
    const { attempt, count } = attempts("store-locked");
    expect([await withRetries(THEIR_WAIT, attempt), count()]).toEqual([refused("store-locked"), 1]);
  });
});

it.each(["store-unreadable", "store-write-failed", "profile-not-codex", "undo-unwritable"] as const)(
  "nothing is tried again that would fail again: %s",
  async (code) => {
    const { attempt, count } = attempts(code);
    expect([await withRetries(OUR_WAIT, attempt), count()]).toEqual([refused(code), 1]);
  },
);

describe("a failure", () => {
  it.each([
    { name: "of the system", error: new Error("EIO") },
    { name: "that is no error", error: "canary" },
    { name: "of ours that says nothing of a store", error: new CodexAuthError("internal") },
  ])("is a write that failed: $name", ({ error }) => {
    expect(refusalOf(error)).toBe("store-write-failed");
  });
});

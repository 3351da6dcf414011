import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import type { AuditEntry } from "../../src/rules/results.ts";
import { createAuditLog, createNotices, createUsedMethods } from "../../src/store/records.ts";
import { DANA } from "../fakes/fake-ports.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const DAY_MS = 24 * 60 * 60_000;
const NOW_MS = 1_795_000_000_000;

let stateDir: string;
beforeEach(() => {
  stateDir = makeTempDir("audit");
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const inState = (name: string) => join(stateDir, "codex-auth", name);
const entryOf = (at: number): AuditEntry => ({
  atMs: NOW_MS + at,
  who: "telegram:4242",
  action: "sign-in",
  profileName: `p${at}`,
  outcome: "done",
});

function put(name: string, content: string, mode = 0o600): void {
  mkdirSync(join(stateDir, "codex-auth"), { mode: 0o700, recursive: true });
  writeFileSync(inState(name), content, { mode });
}

const linesOf = (name: string) => readFileSync(inState(name), "utf8").trimEnd().split("\n");

describe("the audit log", () => {
  it("keeps one line for each change in a private file, and makes no file for a read", async () => {
    const log = createAuditLog(stateDir);
    expect(await log.last(10)).toEqual([]);
    expect(existsSync(join(stateDir, "codex-auth"))).toBe(false);
    await log.note(entryOf(1));
    await createAuditLog(stateDir).note(entryOf(2));
    expect(await log.last(10)).toEqual([entryOf(1), entryOf(2)]);
    expect(readFileSync(inState("audit.jsonl"), "utf8").split("\n").length).toBe(3);
    expect(statSync(inState("audit.jsonl")).mode & 0o777).toBe(0o600);
  });

  it("gives the asked number of last entries", async () => {
    const log = createAuditLog(stateDir);
    for (let at = 0; at < 12; at += 1) await log.note(entryOf(at));
    expect((await log.last(10)).map(({ profileName }) => profileName)).toEqual(
      Array.from({ length: 10 }, (_, at) => `p${at + 2}`),
    );
  });

  it("loses no entry of concurrent writers", async () => {
    const log = createAuditLog(stateDir);
    await Promise.all(Array.from({ length: 20 }, (_, at) => log.note(entryOf(at))));
    expect((await log.last(100)).length).toBe(20);
  });

  it("drops its older half, in whole lines, when it is too long", async () => {
    put("audit.jsonl", `${JSON.stringify(entryOf(0))}\n`.repeat(1500));
    const log = createAuditLog(stateDir);
    await log.note(entryOf(7));
    const kept = await log.last(10_000);
    expect(kept.length).toBeLessThan(800);
    expect(kept.at(-1)).toEqual(entryOf(7));
    expect(statSync(inState("audit.jsonl")).size).toBeLessThan(80 * 1024);
    expect(linesOf("audit.jsonl").every((line) => JSON.parse(line) !== undefined)).toBe(true);
  });

  it.each([
    { name: "of 128 KiB loses nothing", bytes: 128 * 1024, isWhole: true },
    { name: "of a byte more loses its older half", bytes: 128 * 1024 + 1, isWhole: false },
  ])("$name", async ({ bytes, isWhole }) => {
    const first = JSON.stringify(entryOf(1));
    put("audit.jsonl", `${first}\n`.padEnd(bytes - 1, "x\n").concat("\n"));
    await createAuditLog(stateDir).note(entryOf(2));
    expect(linesOf("audit.jsonl").includes(first)).toBe(isWhole);
  });

  it("leaves out unknown lines and fields", async () => {
    const later = [{ ...entryOf(1), action: "later" }, { ...entryOf(2), token: "canary" }, entryOf(3)];
    put("audit.jsonl", `x\n{}\n${later.map((entry) => `${JSON.stringify(entry)}\n`).join("")}`);
    await createAuditLog(stateDir).note(entryOf(4));
    expect(await createAuditLog(stateDir).last(10)).toEqual([entryOf(2), entryOf(3), entryOf(4)]);
    expect(linesOf("audit.jsonl")).toContain(JSON.stringify(later[0]));
  });

  it("ends a line that was cut off", async () => {
    put("audit.jsonl", `${JSON.stringify(entryOf(1))}\n{"atMs":17`);
    await createAuditLog(stateDir).note(entryOf(2));
    expect(await createAuditLog(stateDir).last(10)).toEqual([entryOf(1), entryOf(2)]);
  });

  it("refuses a file that others may open with its own code", async () => {
    put("audit.jsonl", "", 0o644);
    const refusal = new CodexAuthError("log-insecure");
    await expect(createAuditLog(stateDir).note(entryOf(1))).rejects.toThrow(refusal);
    await expect(createAuditLog(stateDir).last(1)).rejects.toThrow(refusal);
  });
});

const claim = (ids: readonly string[], at: number) => createNotices(stateDir).claim(ids, NOW_MS + at);

describe("the notices", () => {
  it("are claimed once a day for each profile, also after a restart", async () => {
    expect(await claim(["openai:a"], 0)).toEqual(["openai:a"]);
    expect(await claim(["openai:a", "openai:b"], 1000)).toEqual(["openai:b"]);
    expect(await claim(["openai:a", "openai:b"], DAY_MS - 1)).toEqual([]);
    expect(await claim(["openai:a", "openai:b"], DAY_MS)).toEqual(["openai:a"]);
    expect(statSync(inState("notices.json")).mode & 0o777).toBe(0o600);
  });

  it("are written only if one is due", async () => {
    expect(await claim([], 0)).toEqual([]);
    expect(existsSync(inState("notices.json"))).toBe(false);
  });

  it("are given to one of two concurrent claims", async () => {
    const both = await Promise.all([0, 1].map(() => createNotices(stateDir).claim(["openai:a"], NOW_MS)));
    expect(both.flat()).toEqual(["openai:a"]);
  });

  it("of an expired login stay, also from before there were notes of the usage", async () => {
    put("notices.json", JSON.stringify({ version: 1, notices: [{ profileId: "openai:a", atMs: NOW_MS }] }));
    const note = { profileId: "openai:a", seconds: 18_000, below: 20, atMs: NOW_MS };
    const notices = createNotices(stateDir);
    expect(await notices.nudged((said) => ({ due: [], said: [...said, note] }), NOW_MS)).toEqual([]);
    expect(await claim(["openai:a", "openai:b"], 0)).toEqual(["openai:b"]);
    const again = await notices.nudged((said) => ({ due: [{ seconds: said.length }], said }), NOW_MS);
    expect(again).toEqual([{ seconds: 1 }]);
    expect(JSON.parse(linesOf("notices.json").join("\n"))).toEqual({
      version: 1,
      notices: ["openai:a", "openai:b"].map((profileId) => ({ profileId, atMs: NOW_MS })),
      nudges: [note],
    });
  });

  it("are not written if nothing new is told of the usage", async () => {
    await createNotices(stateDir).nudged((said) => ({ due: [], said }), NOW_MS);
    expect(existsSync(inState("notices.json"))).toBe(false);
  });

  it("that are unreadable count as none", async () => {
    put("notices.json", "{");
    expect(await createNotices(stateDir).claim(["openai:a"], NOW_MS)).toEqual(["openai:a"]);
  });
});

describe("how a user last signed in", () => {
  const lines: string[] = [];
  const log = { info: () => undefined, warn: (event: string) => void lines.push(event) };
  const clock = { nowMs: () => NOW_MS };
  const methodsOf = () => createUsedMethods({ stateDir, log, clock });

  it("is remembered for each user and profile", async () => {
    const methods = methodsOf();
    await methods.note(DANA, "openai:work", "code");
    const other = { ...DANA, senderId: "6666" };
    const asked = [
      methods.last(DANA, "openai:work"),
      methods.last(DANA, "openai:play"),
      methods.last(other, "openai:work"),
    ];
    expect(await Promise.all(asked)).toEqual(["code", undefined, undefined]);
    expect(await methodsOf().last(DANA, "openai:work")).toBe("code");
    expect(statSync(inState("methods.json")).mode & 0o777).toBe(0o600);
  });

  it("is forgotten with a sign-in by link, and makes no file for one", async () => {
    const methods = methodsOf();
    await methods.note(DANA, "openai:work", "link");
    expect(existsSync(inState("methods.json"))).toBe(false);
    await methods.note(DANA, "openai:work", "code");
    await methods.note(DANA, "openai:work", "link");
    expect(await methods.last(DANA, "openai:work")).toBeUndefined();
  });

  it("is written once", async () => {
    await methodsOf().note(DANA, "openai:work", "code");
    const before = readFileSync(inState("methods.json"), "utf8");
    await createUsedMethods({ stateDir, log, clock: { nowMs: () => NOW_MS + DAY_MS } }).note(
      DANA,
      "openai:work",
      "code",
    );
    expect(readFileSync(inState("methods.json"), "utf8")).toBe(before);
  });

  it("is not known if the file cannot be used, and never throws", async () => {
    put("methods.json", "{}", 0o644);
    const methods = methodsOf();
    await methods.note(DANA, "openai:work", "code");
    expect(await methods.last(DANA, "openai:work")).toBeUndefined();
    expect(lines).not.toEqual([]);
  });
});

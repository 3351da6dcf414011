/** A disk that is full, a state folder that cannot be written, and no place for temporary files. */
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FaultBench } from "./bench.ts";

const bench = new FaultBench("2026.3.13");
beforeAll(async () => {
  await bench.open();
  // Larger than the file of waiting sign-ins, so that there is room for the claim and none for the profile.
  const store = bench.stored();
  writeFileSync(bench.storeFile, JSON.stringify({ ...store, padding: "x".repeat(20_000) }));
  bench.giveToNobody();
});
afterAll(() => bench.close());

let old: ReturnType<FaultBench["credential"]>;
let others: string;
beforeEach(() => {
  [old, others] = [bench.credential(), bench.others()];
});

async function expectNewSignIn(): Promise<void> {
  const answer = await bench.signIn();
  bench.expectAtOnce(answer.tookMs);
  bench.expectWhole(old, others);
  bench.expectNoReplay();
  expect(bench.leftovers()).toEqual([]);
}

/** No file can grow past so many blocks of 512 bytes: the first write that wants more fails half-way. */
const full = (blocks: number) => ({ shell: `trap '' XFSZ; ulimit -f ${blocks};`, env: { NODE_COMPILE_CACHE: "" } });

describe("a full disk", () => {
  const told: Record<number, string> = {};
  it.each([0, 1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 48, 96])(
    "with room for %i blocks: old or new, whole",
    async (blocks) => {
      const address = await bench.begin();
      const { ok, error } = await bench.finish(address, full(blocks));
      bench.expectWhole(old, others);
      expect(bench.credential().access !== old.access).toBe(ok);
      const wasClaimed = bench.pending().logins.length === 0;
      told[blocks] = ok ? "saved" : `${error}, ${wasClaimed ? "over" : "still waiting"}`;
      // Once there is room again the address is still good, or is over for good.
      const again = await bench.finish(address);
      expect(again.ok ? "saved" : again.error).toBe(wasClaimed ? "login_already_used" : "saved");
      await expectNewSignIn();
    },
  );

  it("was met at each of the files", () => {
    console.log(`full disk, by blocks: ${JSON.stringify(told)}`);
    expect(Object.values(told)).toEqual(
      expect.arrayContaining(["store_write_failed, over", "pending_unwritable, still waiting", "saved"]),
    );
  });

  it("stops a start, and no profile", async () => {
    await expect(bench.begin("work", undefined, full(0))).rejects.toThrow("undo_unwritable");
    bench.expectWhole(old, others);
    await expectNewSignIn();
  });
});

describe("a folder that cannot be written", () => {
  const stateFolders = [
    { name: "the agent's", folder: dirname(bench.storeFile), error: "store_write_failed" },
    { name: "the plugin's", folder: join(bench.machine.stateDir, "codex-auth"), error: "undo_unwritable" },
  ];
  it.each(stateFolders)("$name: the profile is as it was, and the address still good", async ({ folder, error }) => {
    const address = await bench.begin();
    const { mode } = statSync(folder);
    chmodSync(folder, 0o500);
    const answer = await bench.finish(address);
    chmodSync(folder, mode);
    expect(answer).toMatchObject({ ok: false, error });
    expect(bench.credential()).toEqual(old);
    expect(await bench.finish(address)).toMatchObject({ ok: true });
    await expectNewSignIn();
  });
});

describe("the temp folder", () => {
  it("that is gone is made again", async () => {
    rmSync(bench.tempFolder, { recursive: true });
    await expectNewSignIn();
  });

  it("that goes between the link and the paste takes the sign-in along, and no more", async () => {
    const address = await bench.begin();
    const sent = bench.codesSent().length;
    rmSync(bench.tempFolder, { recursive: true });
    expect(await bench.finish(address)).toMatchObject({ ok: false, error: "no_pending_flow" });
    expect([bench.credential(), bench.codesSent().length]).toEqual([old, sent]);
    await expectNewSignIn();
  });

  const TROUBLES = [
    { name: "is a file", put: (path: string) => writeFileSync(path, "") },
    { name: "cannot be written", put: (path: string) => mkdirSync(path, { mode: 0o555 }) },
  ];
  it.each(TROUBLES)("that $name stops every step before it has begun", async ({ put }) => {
    const address = await bench.begin();
    const sent = bench.codesSent().length;
    rmSync(bench.tempFolder, { recursive: true });
    put(bench.tempFolder);
    expect((await bench.finish(address)).ok).toBe(false);
    await expect(bench.begin()).rejects.toThrow("pending_");
    expect([bench.credential(), bench.codesSent().length]).toEqual([old, sent]);
    rmSync(bench.tempFolder, { recursive: true });
    await expectNewSignIn();
  });
});

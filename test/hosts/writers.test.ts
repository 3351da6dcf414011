/** The host's own writers and ours at one store at the same time, and what each leaves behind when it is killed. */
import { describe, expect, it } from "vitest";
import { killHard, ranWell, untilHeld, type HostBench } from "./bench.ts";
import { describeHosts } from "./describe-hosts.ts";
import { IS_THOROUGH, isChecked } from "./versions.ts";

const WRITES = IS_THOROUGH ? 100 : 15;
/** 2026.5.12 encrypts every profile anew at each write, a tenth of a second each: 400 of them would take hours. */
const WRITES_OF: Readonly<Record<string, number>> = { "2026.5.12": 10 };
/** For all writers together. A host waits at most 50 seconds for its lock; a spinning one would never end. */
const WRITERS_LIMIT_MS = 300_000;
const HELD_MS = 2_000;

/** A dead holder costs nothing where its lock names it, and the age at which it counts as dead where it is a folder. */
const patienceOf = ({ traits }: HostBench) => (traits.medium === "file" && traits.lock === "folder" ? 45_000 : 10_000);

describeHosts((version, open) => {
  const writes = WRITES_OF[version] ?? WRITES;

  describe("writers", { timeout: WRITERS_LIMIT_MS + 60_000 }, () => {
    it("2 of the host and 2 of ours at the same time: none lost", async ({ task }) => {
      const bench = await open();
      await bench.seed(bench.idOf("before"));
      const startedAt = Date.now();
      const names = ["host-a", "host-b", "our-a", "our-b"].map((name) => bench.idOf(name));
      const said = await Promise.all(
        names.map((id, index) => {
          const child = index < 2 ? bench.hostChild("write", id, writes) : bench.ourChild("write", id, writes);
          return ranWell(child, WRITERS_LIMIT_MS);
        }),
      );
      task.meta.note = `${writes * 4} writes in ${Math.round((Date.now() - startedAt) / 1000)} s`;
      expect(said).toEqual([{ refused: 0 }, { refused: 0 }, { refused: [] }, { refused: [] }]);
      const expected = names.flatMap((id) => Array.from({ length: writes }, (_, index) => `${id}-${index}`));
      const stored = Object.keys(bench.stored().profiles);
      expect(expected.filter((id) => !stored.includes(id))).toEqual([]);
      expect(stored).toContain(`${bench.idOf("before")}-0`);
    });

    it.runIf(isChecked(version)).for(["ours", "the host's"] as const)(
      "%s killed while it holds the store: both go on",
      async (whose) => {
        const bench = await open();
        await bench.seed(bench.idOf("before"));
        const holder =
          whose === "ours" ? bench.ourChild("hold") : bench.hostChild("hold", `${bench.idOf("before")}-0`, 600_000);
        await untilHeld(holder);
        await killHard(holder);
        const startedAt = Date.now();
        await untilSaved(bench, startedAt);
        expect(await ranWell(bench.hostChild("write", bench.idOf("host"), 1))).toEqual({ refused: 0 });
        expect(Object.keys(bench.stored().profiles).toSorted()).toEqual(
          ["before-0", "host-0", "our-0"].map((name) => bench.idOf(name)),
        );
      },
    );

    it.runIf(isChecked(version))("the host's writer goes on after ours was killed", async () => {
      const bench = await open();
      await bench.seed(bench.idOf("before"));
      const holder = bench.ourChild("hold");
      await untilHeld(holder);
      await killHard(holder);
      expect(await ranWell(bench.hostChild("write", bench.idOf("host"), 1), 60_000)).toEqual({ refused: 0 });
    });

    it("a refresh of the host in flight: ours waits, and is what counts", async () => {
      const bench = await open();
      const id = `${bench.idOf("work")}-0`;
      await bench.seed(bench.idOf("work"));
      const refresh = bench.hostChild("hold", id, HELD_MS);
      await untilHeld(refresh);
      const [saved] = await Promise.all([ranWell(bench.ourChild("write", bench.idOf("work"), 1)), ranWell(refresh)]);
      expect(saved).toEqual({ refused: [] });
      expect(bench.stored().profiles[id]).toMatchObject({ refresh: `refresh-${id}`, accountId: "account-of-ours" });
    });
  });
});

/** Ours may refuse while the dead holder's lock is young: it says so, and the next try counts. */
async function untilSaved(bench: HostBench, startedAt: number): Promise<void> {
  for (;;) {
    const { refused } = await ranWell(bench.ourChild("write", bench.idOf("our"), 1));
    if ((refused as readonly string[]).length === 0) return;
    expect(refused).toEqual([`${bench.idOf("our")}-0 store-locked`]);
    expect(Date.now() - startedAt).toBeLessThan(patienceOf(bench));
  }
}

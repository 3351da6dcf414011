/** The host's own writers and ours at one store at the same time, and what each leaves behind when it is killed. */
import { describe, expect, it } from "vitest";
import { killHard, ranWell, untilHeld } from "./bench.ts";
import { describeHosts } from "./describe-hosts.ts";

const WRITES = 100;
/** 2026.5.12 encrypts every profile anew at each write, a tenth of a second each: 400 of them would take hours. */
const WRITES_OF: Readonly<Record<string, number>> = { "2026.5.12": 10 };
const HELD_MS = 2_000;

describeHosts((version, open) => {
  const writes = WRITES_OF[version] ?? WRITES;

  describe("writers", () => {
    it("2 of the host and 2 of ours at the same time: none lost", async ({ task }) => {
      const bench = await open();
      await bench.seed(bench.idOf("before"));
      const startedAt = Date.now();
      const names = ["host-a", "host-b", "our-a", "our-b"].map((name) => bench.idOf(name));
      const said = await Promise.all(
        names.map((id, index) => {
          const child = index < 2 ? bench.hostChild("write", id, writes) : bench.ourChild("write", id, writes);
          return ranWell(child);
        }),
      );
      task.meta.note = `${writes * 4} writes in ${Math.round((Date.now() - startedAt) / 1000)} s`;
      expect(said.slice(2)).toEqual([{ refused: [] }, { refused: [] }]);
      const expected = names.flatMap((id) => Array.from({ length: writes }, (_, index) => `${id}-${index}`));
      const stored = Object.keys(bench.stored().profiles);
      expect(expected.filter((id) => !stored.includes(id))).toEqual([]);
      expect(stored).toContain(`${bench.idOf("before")}-0`);
    });

    it.for(["ours", "the host's"] as const)("%s killed while it holds the store: both go on", async (whose) => {
      const bench = await open();
      await bench.seed(bench.idOf("before"));
      const holder =
        whose === "ours" ? bench.ourChild("hold") : bench.hostChild("hold", `${bench.idOf("before")}-0`, 600_000);
      await untilHeld(holder);
      await killHard(holder);
      expect(await ranWell(bench.ourChild("write", bench.idOf("our"), 1))).toEqual({ refused: [] });
      expect(await ranWell(bench.hostChild("write", bench.idOf("host"), 1))).toEqual({ refused: 0 });
      expect(Object.keys(bench.stored().profiles).toSorted()).toEqual(
        ["before-0", "host-0", "our-0"].map((name) => bench.idOf(name)),
      );
    });

    it("the host's writer goes on after ours was killed", async () => {
      const bench = await open();
      await bench.seed(bench.idOf("before"));
      const holder = bench.ourChild("hold");
      await untilHeld(holder);
      await killHard(holder);
      expect(await ranWell(bench.hostChild("write", bench.idOf("host"), 1))).toEqual({ refused: 0 });
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

/** The clock jumps, both ways: between the link and the paste, and while the server is answering. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FaultBench } from "./bench.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const bench = new FaultBench("2026.3.13");
const clock = (byMs: number) => ({ FAULT_CLOCK_MS: String(byMs) });

beforeAll(() => bench.open());
afterAll(() => bench.close());

let old: ReturnType<FaultBench["credential"]>;
let others: string;
let sent: number;
beforeEach(() => {
  [old, others, sent] = [bench.credential(), bench.others(), bench.codesSent().length];
});

/** After the clock has gone wrong it stays so, for everybody. */
async function expectNewSignIn(env: Readonly<Record<string, string>>): Promise<void> {
  const before = bench.credential().access;
  const answer = await bench.finish(await bench.begin("work", undefined, { env }), { env });
  expect(answer).toMatchObject({ ok: true });
  bench.expectAtOnce(answer.tookMs);
  expect(bench.credential().access).not.toBe(before);
  bench.expectWhole(old, others);
  bench.expectNoReplay();
}

const JUMPS = [
  { name: "14 minutes on", byMs: 14 * MINUTE_MS, error: undefined },
  { name: "half a minute back", byMs: -MINUTE_MS / 2, error: undefined },
  { name: "16 minutes on", byMs: 16 * MINUTE_MS, error: "login_expired" },
  { name: "two minutes back", byMs: -2 * MINUTE_MS, error: "login_expired" },
  { name: "two days on", byMs: 2 * DAY_MS, error: "login_expired" },
  { name: "ten years back", byMs: -3650 * DAY_MS, error: "login_expired" },
];

describe.each(JUMPS)("a clock that jumps $name between the link and the paste", ({ byMs, error }) => {
  it(error === undefined ? "does no harm" : "refuses the address, whose code is not sent", async () => {
    const address = await bench.begin();
    expect((await bench.finish(address, { env: clock(byMs) })).error).toBe(error);
    expect(bench.codesSent().length - sent).toBe(error === undefined ? 1 : 0);
    bench.expectWhole(old, others);
    // Once the clock is right again what was not used can be, within its time; nothing can be used twice.
    await bench.finish(address);
    expect((await bench.finish(address, { env: clock(byMs) })).ok).toBe(false);
    expect((await bench.finish(address)).ok).toBe(false);
    expect(bench.codesSent().length - sent).toBeLessThanOrEqual(1);
    bench.expectWhole(old, others);
  });

  it("does not stop a new sign-in, under it or after it", async () => {
    await expectNewSignIn(clock(byMs));
    await expectNewSignIn({});
  });
});

describe.each(JUMPS)("a clock that jumps $name while the server is answering", ({ byMs }) => {
  it("does not lose what the code has bought", async () => {
    const env = { ...clock(byMs), FAULT_CLOCK_AT_FETCH: "1" };
    expect(await bench.finish(await bench.begin(), { env })).toMatchObject({ ok: true });
    expect(bench.credential().access).not.toBe(old.access);
    bench.expectWhole(old, others);
    await expectNewSignIn({});
  });
});

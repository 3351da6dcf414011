/** Each host from the terminal, without its gateway. */
import { expect, it } from "vitest";
import { DANA, ELI } from "./bench.ts";
import { describeHosts } from "./describe-hosts.ts";

/** Its every write, and its list writes, moves the tokens out of the file: what lies there is not what we wrote. */
const MOVES_TOKENS: ReadonlySet<string> = new Set(["2026.5.12"]);

describeHosts((version, open) => {
  it("sign-in, again, a second profile, undo; listed by the host", async ({ task }) => {
    const bench = await open();
    const first = await bench.signIn("work", DANA);
    expect(first).toMatchObject({ ok: true, profile_id: bench.idOf("work"), revert_command: null });
    const kept = bench.record("work");
    expect(bench.signInServer.accountOf(kept?.access ?? "")).toBe(DANA);

    expect(await bench.signIn("work", ELI)).toMatchObject({ ok: false, error: "account_differs" });
    expect(bench.record("work")).toMatchObject({ email: DANA.email });
    const again = await bench.signIn("work", ELI, "--replace");
    expect(again).toMatchObject({ ok: true, revert_command: expect.stringContaining("undo") });
    expect(bench.signInServer.accountOf(bench.record("work")?.access ?? "")).toBe(ELI);
    expect(await bench.signIn("home", ELI)).toMatchObject({ ok: true });

    const listing = await bench.listing();
    expect(listing).toContain(bench.idOf("work"));
    expect(listing).toContain(bench.idOf("home"));

    expect(bench.record("home")).toMatchObject({ email: ELI.email });

    const undone = await bench.terminal(["undo", "--profile", "work"]);
    if (MOVES_TOKENS.has(version)) {
      expect(undone).toMatchObject({ ok: false, error: "undo_changed" });
      task.meta.note = "undo refused: the host has moved the tokens since";
      return;
    }
    expect(undone).toMatchObject({ ok: true });
    expect(bench.record("work")).toMatchObject({ access: kept?.access, refresh: kept?.refresh });
  });
});

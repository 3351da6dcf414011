/** The terminal program beside a running gateway: one sign-in, started and finished on either side. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { SENTENCES } from "../support/english.ts";
import { OPENCLAW } from "../support/host.ts";
import type { RunOptions } from "../support/gateway.ts";
import { pauseProfile, storedProfiles, storedStats, storedText } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { accountOf, linkIn, type World } from "../support/world.ts";
import { used } from "./owner-chat.ts";

type Answer = Readonly<Record<string, unknown>>;

const TERM = accountOf("term");
const OTHER = accountOf("term-other");
const HOLDS_TERM = /`term`(?: \(used by default\))?: `term@example\.com`/;
const HOLDS_OTHER = /`term`(?: \(used by default\))?: `term-other@example\.com`/;

export function terminalBesideGateway(worldOf: () => World): void {
  describe("the terminal beside the gateway", () => {
    let world: World;
    let bin: string;
    /** Everything that the terminal has printed, except the sign-in links and the device codes. */
    const printed: string[] = [];

    beforeAll(() => {
      world = worldOf();
      bin = join(world.gateway.folders.root, "bin");
      mkdirSync(bin);
      symlinkSync(OPENCLAW, join(bin, "openclaw"));
    });

    /** `codex-auth …` as a program of its own, which finds the host on its PATH. Returns the last object that it prints. */
    async function codexAuth(args: readonly string[], options: RunOptions = {}): Promise<Answer> {
      const PATH = `${bin}:${process.env["PATH"] ?? ""}`;
      const program = join(inject("pluginDir"), "dist/cli.js");
      const { code, stdout, stderr } = await world.gateway.run(program, [...args, "--json"], {
        ...options,
        env: { PATH },
      });
      const answers = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Answer);
      printed.push(
        stderr,
        ...answers.map((one) => JSON.stringify({ ...one, login_url: undefined, user_code: undefined })),
      );
      return { ...answers.at(-1), exitCode: code };
    }

    const say = async (message: string) => (await (await world.gateway.client()).chat(message)).text;
    const finish = (input: string, ...more: readonly string[]) =>
      codexAuth(["finish", ...more, "--callback-url", "-"], { input });

    async function startAndApprove(profile: string, account = accountOf(profile)): Promise<string> {
      const started = await codexAuth(["start", "--profile", profile]);
      expect(started).toMatchObject({ ok: true, profile, profile_id: `openai:${profile}`, exitCode: 0 });
      return world.signIn.approve(String(started["login_url"]), account);
    }

    it("signs in, and the running gateway knows it", async () => {
      const address = await startAndApprove("term", TERM);
      const saved = await finish(`${address}\n`, "--profile", "term");
      expect(saved).toMatchObject({ ok: true, email: TERM.email, restart_required: false, queued: false });
      expect(Object.keys(storedProfiles(world.gateway).profiles)).toContain("openai:term");
      expect(await say("/codex_auth")).toMatch(HOLDS_TERM);
      const again = await codexAuth(["finish", "--callback-url", address]);
      expect(again).toMatchObject({ ok: false, error: "login_already_used", exitCode: 2 });
    });

    it("starts a sign-in that an owner finishes in the chat", async () => {
      const address = await startAndApprove("term-shell");
      expect(await say(address)).toContain("profile `term-shell` now uses `term-shell@example.com`");
      expect(await codexAuth(["status", "--profile", "term-shell"])).toMatchObject({
        last_saved: { profile: "term-shell" },
      });
    });

    it("signs in with a code, which the gateway leaves to it", async () => {
      const { devices } = world.signIn;
      const before = { codes: devices.userCodes().length, exchanges: world.signIn.tokenRequests().length };
      const login = codexAuth(["login", "--device", "--profile", "term-code"]);
      await waitUntil("a code", () => devices.userCodes().length > before.codes);
      devices.approve(devices.userCodes().at(-1) ?? "", accountOf("term-code"));
      expect(await login).toMatchObject({ ok: true, profile: "term-code", email: accountOf("term-code").email });
      expect(world.signIn.tokenRequests().length).toBe(before.exchanges + 1);
      expect(await say("/codex_auth")).toContain("`term-code@example.com`");
    });

    it("cancels a sign-in that was started in the chat", async () => {
      const address = world.signIn.approve(linkIn(await say("/codex_auth term-gone")), accountOf("term-gone"));
      expect(await codexAuth(["cancel", "--profile", "term-gone"])).toMatchObject({ cancelled: ["term-gone"] });
      expect(await say(address)).toContain("was cancelled");
    });

    it("finishes a sign-in that was started in the chat, which undoes it, and undoes that", async () => {
      const address = world.signIn.approve(linkIn(await say("/codex_auth term")), OTHER);
      const status = await codexAuth(["status"]);
      expect(status["pending"]).toEqual(expect.arrayContaining([expect.objectContaining({ profile: "term" })]));
      const saved = { ok: true, profile: "term", email: OTHER.email };
      expect(await finish(address, "--replace")).toMatchObject({
        ...saved,
        revert_command: "codex-auth undo --profile term",
      });
      expect(await say("/codex_auth status")).toContain("Last saved: `term`");
      expect(await say("/codex_auth undo term")).toContain("Undone");
      expect(await say("/codex_auth")).toMatch(HOLDS_TERM);
      expect(await codexAuth(["undo", "--profile", "term"])).toMatchObject({ ok: true });
      await waitUntil("the gateway to see it", async () => HOLDS_OTHER.test(await say("/codex_auth")));
    });

    it("lets OpenClaw try a profile again if OpenAI says that there is room, and changes nothing else", async () => {
      const [held, other] = ["openai:term-held", "openai:term-shell"] as const;
      await finish(await startAndApprove("term-held"));
      // The host has its notes beside an order.
      await say("/codex_auth prefer term-held");
      const untilMs = Date.now() + 3 * 24 * 3_600_000;
      for (const id of [held, other]) pauseProfile(world.gateway, id, untilMs);
      const before = storedText(world.gateway);
      world.signIn.usage.script(accountOf("term-held"), used(100));
      expect(await codexAuth(["retry", "--profile", "term-held"])).toMatchObject({
        ok: false,
        error: "retry_limit_reached",
        exitCode: 2,
      });
      expect(storedText(world.gateway)).toBe(before);

      world.signIn.usage.script(accountOf("term-held"), used(1));
      const [usageStats, rest] = [storedStats(world.gateway), storedProfiles(world.gateway)];
      expect(await codexAuth(["retry", "--profile", "term-held"])).toMatchObject({
        ok: true,
        profile: "term-held",
        restart_required: false,
      });
      const {
        blockedUntil: _until,
        blockedReason: _reason,
        ...kept
      } = { ...usageStats[held] } as Record<string, unknown>;
      expect(storedProfiles(world.gateway)).toEqual(rest);
      expect(storedStats(world.gateway)).toEqual({ ...usageStats, [held]: kept });
      await waitUntil("the gateway to see it", async () =>
        (await say("/codex_auth show term-held")).includes("signed in"),
      );
      expect(await say("/codex_auth show term-shell")).toContain("in cooldown");
    });

    it("cannot try an old sign-in again, and its help says so", async () => {
      expect((await codexAuth(["help"]))["message"]).toContain(SENTENCES["help.no-revive"]);
      expect(await codexAuth(["revive", "--profile", "term"])).toMatchObject({ ok: false, exitCode: 2 });
    });

    it("has printed no secret", () => {
      const text = printed.join("\n");
      expect(world.signIn.secrets().filter((secret) => text.includes(secret))).toEqual([]);
      expect(text).not.toMatch(/state=|code=/);
    });
  });
}

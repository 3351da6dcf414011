/** The terminal beside a running gateway: the same sign-ins, from both doors. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { OPENCLAW } from "../support/host.ts";
import type { RunOptions } from "../support/gateway.ts";
import { waitUntil } from "../support/wait.ts";
import { IS_THOROUGH } from "../hosts/versions.ts";
import { accountOf, createWorld, linkIn, listedProfiles, PERSONAL, STUDIO, type World } from "../support/world.ts";

let world: World;
let bin: string;

beforeAll(async () => {
  world = await createWorld({ pluginDir: inject("pluginDir") });
  bin = join(world.gateway.folders.root, "bin");
  mkdirSync(bin);
  symlinkSync(OPENCLAW, join(bin, "openclaw"));
});
afterAll(() => world?.close());

type Answer = Readonly<Record<string, unknown>>;

const WORK_OF_DANA = /`work`(?: \(tried first\))?: `dana@example\.com`/;
const WORK_OF_STUDIO = /`work`(?: \(tried first\))?: `dana@studio\.example`/;

/** Every word that the terminal has printed in these tests. */
const printed: string[] = [];

/** `codex-auth …` as a program of its own, which finds the host on its PATH. */
async function codexAuth(args: readonly string[], options: RunOptions = {}): Promise<Answer & { exitCode: number }> {
  const PATH = `${bin}:${process.env["PATH"] ?? ""}`;
  const program = join(inject("pluginDir"), "dist/cli.js");
  const { code, stdout, stderr } = await world.gateway.run(program, [...args, "--json"], { ...options, env: { PATH } });
  printed.push(stderr);
  const answer = JSON.parse(stdout) as Answer;
  printed.push(JSON.stringify({ ...answer, login_url: undefined }));
  return { ...answer, exitCode: code };
}

/** `openclaw codex-auth …`, inside the host's own program. */
async function openclawCodexAuth(args: readonly string[], options: RunOptions = {}): Promise<Answer> {
  const patient = { ...options, timeoutMs: 150_000 };
  const { stdout } = await world.gateway.openclaw(["codex-auth", ...args, "--json"], patient);
  const answer = JSON.parse(stdout.slice(stdout.indexOf("{"))) as Answer;
  printed.push(JSON.stringify({ ...answer, login_url: undefined }));
  return answer;
}

async function say(message: string): Promise<string> {
  return (await (await world.gateway.client()).chat(message, { timeoutMs: 30_000 })).text;
}

const idsOfHost = async () => (await listedProfiles(world.gateway)).map(({ id }) => id).toSorted();

describe("a sign-in", () => {
  it("goes from its start to the host's own list in the terminal alone, and the running gateway knows it", async () => {
    const started = await codexAuth(["start", "--profile", "work"]);
    expect(started).toMatchObject({ ok: true, profile: "work", profile_id: "openai:work", exitCode: 0 });
    const address = world.signIn.approve(String(started["login_url"]), PERSONAL);
    const saved = await codexAuth(["finish", "--profile", "work", "--callback-url", "-"], { input: `${address}\n` });
    expect(saved).toMatchObject({ ok: true, email: "dana@example.com", restart_required: false, queued: false });
    expect(await idsOfHost()).toEqual(["openai:work"]);
    expect(await say("/codex_auth")).toMatch(WORK_OF_DANA);
    expect(await codexAuth(["finish", "--callback-url", address])).toMatchObject({
      ok: false,
      error: "login_already_used",
      exitCode: 2,
    });
  });

  it("that was started in the chat is finished in the terminal", async () => {
    const address = world.signIn.approve(linkIn(await say("/codex_auth chat")), accountOf("chat"));
    expect(await codexAuth(["status"])).toMatchObject({ pending: [{ profile: "chat" }] });
    expect(await codexAuth(["finish", "--callback-url", "-"], { input: address })).toMatchObject({
      ok: true,
      profile: "chat",
      email: "chat@example.com",
    });
    expect(await say("/codex_auth status")).toContain("Last saved: `chat`");
  });

  it("that was started in the terminal is finished in the chat, by an owner", async () => {
    const started = await codexAuth(["start", "--profile", "shell"]);
    const address = world.signIn.approve(String(started["login_url"]), accountOf("shell"));
    expect(await say(address)).toContain("profile `shell` now holds `shell@example.com`");
    expect(await codexAuth(["status", "--profile", "shell"])).toMatchObject({ last_saved: { profile: "shell" } });
  });

  it("is cancelled from the terminal, whoever began it there or in the chat", async () => {
    const address = world.signIn.approve(linkIn(await say("/codex_auth gone")), PERSONAL);
    expect(await codexAuth(["cancel", "--profile", "gone"])).toMatchObject({ cancelled: ["gone"] });
    expect(await say(address)).toContain("was cancelled");
  });

  it("is undone from either side", async () => {
    const again = await codexAuth(["start", "--profile", "work"]);
    const address = world.signIn.approve(String(again["login_url"]), STUDIO);
    expect(await codexAuth(["finish", "--replace", "--callback-url", "-"], { input: address })).toMatchObject({
      email: "dana@studio.example",
      revert_command: "codex-auth undo --profile work",
    });
    expect(await say("/codex_auth undo work")).toContain("Put back");
    expect(await say("/codex_auth")).toMatch(WORK_OF_DANA);
    expect(await codexAuth(["undo", "--profile", "work"])).toMatchObject({ ok: true });
    await waitUntil("the gateway to see it", async () => WORK_OF_STUDIO.test(await say("/codex_auth")));
  });
});

// Each call of the host's own program takes 10 to 40 seconds: `npm run test:hosts` makes them.
describe.runIf(IS_THOROUGH)("inside the host's own program", () => {
  it("is the same core with the same output, and shows in its help without being loaded", async () => {
    const { stdout: help } = await world.gateway.openclaw(["--help"]);
    expect(help).toMatch(/^\s+codex-auth\b/m);
    const started = await openclawCodexAuth(["start", "inside"]);
    const address = world.signIn.approve(String(started["login_url"]), accountOf("inside"));
    expect(started).toMatchObject({ status_command: "openclaw codex-auth status --profile-id inside" });
    const saved = await openclawCodexAuth(["finish", "--profile-id", "inside", "--callback-url", "-"], {
      input: address,
    });
    expect(saved).toMatchObject({ ok: true, profile: "inside", restart_required: false });
    expect(await say("/codex_auth")).toContain("`inside`");
  }, 500_000);
});

it("has printed no secret in all of this", () => {
  const text = printed.join("\n");
  expect(world.signIn.secrets().filter((secret) => text.includes(secret))).toEqual([]);
  expect(text).not.toMatch(/state=|code=/);
});

/** What a host of files is said to try, where a profile belongs, and what is never written or lost. */
import { readdirSync, statSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";
import { makeTempDir } from "../support/temp-dir.ts";
import { agentDirIn, fileHost, FLAVOURS, plant, profilesIn, seedFiles, storedIn } from "./file-host.ts";
import type { AuthConfig } from "./memory-host-auth-store.ts";
import { credential } from "./profile-store-requests.ts";

const [, , FLAVOUR] = FLAVOURS;
const PROFILES = {
  "openai:a": credential("a"),
  "openai:key": credential("key", { type: "api_key" }),
  "openai:b": credential("b"),
  "other:x": credential("x", { provider: "other" }),
};

let root: string;
let config: AuthConfig;
beforeEach(() => {
  root = makeTempDir("file-auth-store-choice");
  config = {};
});

const storeOf = () =>
  createFileAuthStore(
    fileHost(root, FLAVOUR, () => config),
    0,
  );
const seed = (document: Partial<ProfilesDocument> = {}) =>
  seedFiles(root, FLAVOUR, { profiles: PROFILES, ...document });
const agentDir = () => agentDirIn(root);

function addTooMuch(document: ProfilesDocument): boolean {
  document.profiles["openai:big"] = credential("big", { access: "x".repeat(16 * 1024 * 1024) });
  return true;
}

describe("what is tried", () => {
  interface Row {
    readonly name: string;
    readonly order?: readonly string[];
    readonly config?: AuthConfig;
    readonly usageStats?: Readonly<Record<string, object>>;
    readonly expect: readonly string[];
  }

  const LATER = 4_000_000_000_000;

  const ROWS: readonly Row[] = [
    { name: "each sign-in of the provider where nothing is said", expect: ["openai:a", "openai:b"] },
    { name: "the stored order", order: ["openai:b", "openai:a"], expect: ["openai:b", "openai:a"] },
    {
      name: "what of the stored order is there and the provider's, keys too",
      order: ["openai:gone", "other:x", "openai:key", "openai:b"],
      expect: ["openai:key", "openai:b"],
    },
    {
      name: "the config's order where none is stored",
      order: [],
      config: { order: { openai: ["openai:b"] } },
      expect: ["openai:b"],
    },
    {
      name: "the stored order before the config's",
      order: ["openai:a"],
      config: { order: { openai: ["openai:b"] } },
      expect: ["openai:a"],
    },
    { name: "each once", order: ["openai:b", "openai:a", "openai:b"], expect: ["openai:b", "openai:a"] },
    {
      name: "the one that was not used for the longest time first, where nothing is said",
      usageStats: { "openai:a": { lastUsed: 2 }, "openai:b": { lastUsed: 1 } },
      expect: ["openai:b", "openai:a"],
    },
    {
      name: "the order before the last use",
      order: ["openai:a", "openai:b"],
      usageStats: { "openai:a": { lastUsed: 2 } },
      expect: ["openai:a", "openai:b"],
    },
    ...(["disabledUntil", "cooldownUntil", "blockedUntil"] as const).map((field) => ({
      name: `the one in a cooldown last: ${field}`,
      order: ["openai:a", "openai:b"],
      usageStats: { "openai:a": { [field]: LATER } },
      expect: ["openai:b", "openai:a"],
    })),
    {
      name: "the order if the cooldown is over or no number",
      order: ["openai:a", "openai:b"],
      usageStats: { "openai:a": { disabledUntil: 1, cooldownUntil: String(LATER) } },
      expect: ["openai:a", "openai:b"],
    },
  ];

  it("leaves out a profile without tokens", async () => {
    seed({ profiles: { ...PROFILES, "openai:a": { type: "oauth", provider: "openai" } } });
    expect(await storeOf().selectableIds(agentDir())).toEqual(["openai:b"]);
  });

  it.each(ROWS)("is $name", async ({ order, config: asked = {}, usageStats, expect: expected }) => {
    config = asked;
    seed({
      ...(order === undefined ? {} : { order: { openai: order } }),
      ...(usageStats === undefined ? {} : { usageStats }),
    });
    expect(await storeOf().selectableIds(agentDir())).toEqual(expected);
  });
});

describe("a store of files", () => {
  it("waits for others itself, and shares what the main agent has", () => {
    const store = storeOf();
    expect([store.waitsForOthers, store.sharedDir()]).toEqual([true, agentDir()]);
  });

  it("treats a profile that neither store has as the agent's own if the agent has a file, else as the main agent's", async () => {
    seed();
    const ops = agentDirIn(root, "ops");
    expect(await storeOf().ownerOf(ops, "openai:new")).toBe(agentDir());
    seedFiles(root, FLAVOUR, { profiles: { "openai:own": credential("own") } }, "ops");
    expect(await storeOf().ownerOf(ops, "openai:new")).toBe(ops);
    expect(await storeOf().ownerOf(ops, "openai:own")).toBe(ops);
    expect(await storeOf().ownerOf(ops, "openai:a")).toBe(agentDir());
  });

  it("is not written if the edit says so or changes nothing, and the gateway is not notified", async () => {
    seed();
    let told = 0;
    const whileLocked = async () => void (told += 1);
    const store = createFileAuthStore({ ...fileHost(root, FLAVOUR), whileLocked }, 0);
    const before = statSync(profilesIn(root), { bigint: true });
    await store.update({ agentDir: agentDir(), keepInOrder: [], edit: () => true });
    await store.update({ agentDir: agentDir(), keepInOrder: [], edit: () => false });
    const after = statSync(profilesIn(root), { bigint: true });
    expect([after.ino, after.mtimeNs, told]).toEqual([before.ino, before.mtimeNs, 0]);
  });

  it("that would become larger than it may be read is left as it is", async () => {
    seed();
    const update = storeOf().update({ agentDir: agentDir(), keepInOrder: [], edit: addTooMuch });
    await expect(update).rejects.toThrow(new CodexAuthError("store-write-failed"));
    expect(storedIn(root).profiles).toEqual(PROFILES);
  });

  it("that cannot be read is copied by every reader, the main agent's and the agent's own", async () => {
    plant(profilesIn(root), "{ main");
    plant(profilesIn(root, "ops"), "{ ops");
    const unreadable = new CodexAuthError("store-unreadable");
    await expect(storeOf().read(agentDirIn(root, "ops"))).rejects.toThrow(unreadable);
    for (const dir of [agentDir(), agentDirIn(root, "ops")]) {
      expect(readdirSync(dir).filter((name) => name !== "auth-profiles.json")).toHaveLength(1);
    }
  });
});

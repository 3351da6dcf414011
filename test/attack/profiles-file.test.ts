/** `auth-profiles.json` and `auth-state.json` of a host that keeps profiles in files. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, describe, it } from "vitest";
import type { ProfileId } from "../../src/rules/profile-id.ts";
import { profileScreen, questionScreen } from "../../src/interaction/profile-screens.ts";
import { selectorScreen } from "../../src/interaction/screens.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import { parseProfilesFile } from "../../src/store/host-document.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import type { ProfileStore } from "../../src/actions/ports.ts";
import {
  agentDirIn,
  fileHost,
  FLAVOURS,
  namesIn,
  plant,
  profilesIn,
  stateIn,
  type Flavour,
} from "../store/file-host.ts";
import { credential, partsOver, saveRequest } from "../store/profile-store-requests.ts";
import { toMarkdown, toPlainText, toWireButtons } from "../support/english.ts";
import { QUESTION, shown } from "../interaction/facts.ts";
import { makeTempDir, removeTempDir } from "../support/temp-dir.ts";
import {
  asText,
  assertLaws,
  bytesOf,
  canary,
  must,
  nearly,
  oddJson,
  refusable,
  requireSilence,
  textsIn,
  variantOf,
} from "./law.ts";

const NOW_MS = 1_795_000_000_000;
const SECRETS = ["access", "refresh", "api key"].map((name) => canary(name, 60));
const [ACCESS = "", REFRESH = "", API_KEY = ""] = SECRETS;
/** One unreadable file in so many is tried on the disk: each is looked at again and again for a second. */
const UNREADABLE_TRIED = 200;

const seedOf = (provider: string) => ({
  version: 1,
  profiles: {
    [`${provider}:work`]: credential("work", { provider, access: ACCESS, refresh: REFRESH, chatgptPlanType: "plus" }),
    [`${provider}:home`]: credential("home", { provider, access: `${ACCESS}x`, refresh: `${REFRESH}x` }),
    "anthropic:key": { type: "api_key", provider: "anthropic", key: API_KEY },
  },
  order: { [provider]: [`${provider}:work`, `${provider}:home`], anthropic: ["anthropic:key"] },
  lastGood: { [provider]: `${provider}:work` },
  usageStats: {
    [`${provider}:work`]: {
      lastUsed: NOW_MS - 5,
      errorCount: 1,
      cooldownUntil: NOW_MS + 60_000,
      cooldownReason: "rate_limit",
    },
    [`${provider}:home`]: { disabledUntil: NOW_MS + 3_600_000, disabledReason: "billing" },
  },
});

const isShown = (key: string) => /^(?:email|chatgptPlanType|\w*Reason|provider|\d+)$/.test(key);

/** The facts of a profile that are shown, whatever somebody wrote existingProfile: names, addresses, plans, reasons. */
function shownIn(input: string): string {
  return textsIn(JSON.parse(input))
    .flatMap(({ key, text }) => (isShown(key) ? [key, text] : [key]))
    .join("\n");
}

type Files = readonly (Buffer | undefined)[];
const bytesIn = (root: string): Files =>
  [profilesIn(root), stateIn(root)].map((path) => (existsSync(path) ? readFileSync(path) : undefined));
const isSame = (one: Files, other: Files) => isDeepStrictEqual(one, other);

/** Every profile but one, entry by entry: as a host reads them, to whom a zero is a zero. */
function othersIn(bytes: Buffer | undefined, target: string): unknown {
  const { profiles = {}, ...rest } = JSON.parse(String(bytes ?? "{}"), (_key, value: unknown) =>
    value === 0 ? 0 : value,
  ) as { profiles?: object };
  const { order: _order, usageStats: _stats, ...unknown } = rest as Record<string, unknown>;
  return [Object.entries(profiles).filter(([id]) => id !== target), Object.entries(unknown)];
}

async function look(store: ProfileStore, known: string): Promise<void> {
  const profiles = await store.list("main");
  const list = { kind: "profiles", profiles, pending: [], nowMs: NOW_MS } as const;
  const accounts = await store.accounts("main");
  const there = accounts.flatMap(({ profileName, account: { email } }) => ({
    profileName,
    ...(email === undefined ? {} : { email }),
  }));
  const screens = [
    selectorScreen(list, 1),
    ...profiles.slice(0, 3).map((profile) => profileScreen(shown(profile))),
    ...there.slice(0, 3).map((one) => questionScreen({ ...QUESTION, existingProfile: one })),
  ];
  const texts = screens.flatMap((screen) => [
    toMarkdown(screen),
    toPlainText(screen),
    toWireButtons(screen, "codex_auth_", "S1"),
  ]);
  requireSilence(SECRETS, [texts, profiles, await store.choice("main")], known);
}

async function feedReadable(root: string, flavour: Flavour, input: string): Promise<void> {
  const store = createProfileStore(partsOver(createFileAuthStore(fileHost(root, flavour), 500)));
  const before = bytesIn(root);
  const known = shownIn(input);
  await refusable(SECRETS, () => look(store, known));
  const target = `${flavour.provider}:work` as ProfileId;
  const denied = await store.save({ ...saveRequest(target, "new"), isAllowed: () => false });
  must(denied.kind === "refused", "asks who may");
  requireSilence(SECRETS, denied);
  must(isSame(bytesIn(root), before), "writes nothing where it refuses");
  const result = await store.remove({ profileId: target, agentId: "main", isAllowed: () => true });
  requireSilence(SECRETS, result);
  if (result.kind === "refused" && result.code !== "store-write-failed") {
    must(isSame(bytesIn(root), before), "writes nothing where it refuses", result.code);
  }
  const [was, is] = [before[0], bytesIn(root)[0]];
  must(isDeepStrictEqual(othersIn(is, target), othersIn(was, target)), "changes no other profile");
}

async function feedUnreadable(root: string, flavour: Flavour): Promise<void> {
  const store = createProfileStore(partsOver(createFileAuthStore(fileHost(root, flavour), 500)));
  const before = bytesIn(root);
  const listed = await refusable(SECRETS, () => store.list("main"));
  must(listed === undefined, "refuses what cannot be read");
  must(isSame(bytesIn(root), before), "leaves alone what cannot be read");
}

const root = makeTempDir("attack-profiles");
afterAll(() => removeTempDir(root));

async function feed(input: string): Promise<void> {
  const flavour = FLAVOURS[variantOf(input, FLAVOURS.length)] ?? FLAVOURS[0];
  const bytes = bytesOf(input);
  const isReadable = parseProfilesFile(bytes) !== undefined;
  if (!isReadable && variantOf(`${input}.`, UNREADABLE_TRIED) > 0) return;
  rmSync(agentDirIn(root), { recursive: true, force: true });
  plant(profilesIn(root), bytes);
  if (flavour.state === "auth-state.json") plant(stateIn(root), '{"version":1,"order":{}}');
  await (isReadable ? feedReadable(root, flavour, input) : feedUnreadable(root, flavour));
  const left = namesIn(root).filter(
    (name) => !/auth-(?:profiles|state)\.json(?:\.codex-auth-corrupt-\d+)?$/.test(name),
  );
  must(left.length === 0, "leaves nothing beside the files", left.join());
}

const SEEDS = [JSON.stringify(seedOf("openai")), JSON.stringify(seedOf("openai-codex")), '{"version":1,"profiles":{}}'];
const WORDS = [
  "openai:work",
  "openai-codex:work",
  "openai:__proto__",
  "profiles",
  "order",
  "usageStats",
  "oauth",
  "email",
  ACCESS,
  REFRESH,
];

const PARSED = SEEDS.slice(0, 2).map((seed) => JSON.parse(seed) as Record<string, unknown>);
const recordNear = fc.oneof(
  ...PARSED.flatMap(({ profiles }) =>
    Object.values(profiles as object).map((record) => nearly({ ...(record as object) })),
  ),
);
const ids = fc.constantFrom(
  "openai:work",
  "openai-codex:work",
  "openai:home",
  "__proto__",
  "constructor",
  "openai:\u202E",
  "",
);
const stats = fc.record(
  {
    cooldownUntil: fc.oneof(fc.constant(1_795_000_060_000), oddJson),
    cooldownReason: fc.oneof(fc.string(), oddJson),
    cooldownClassification: fc.oneof(fc.constant("wham_token_expired"), oddJson),
    blockedUntil: oddJson,
    blockedReason: oddJson,
    disabledUntil: fc.oneof(fc.constant(1_795_000_060_000), oddJson),
    disabledReason: fc.string(),
    lastUsed: oddJson,
  },
  { requiredKeys: [] },
);

/** Mostly files that a host could read: what is refused at once tells nothing of what is behind. */
const near = fc
  .record(
    {
      version: fc.constantFrom(1, 0, "1", null),
      profiles: fc.dictionary(ids, recordNear),
      order: fc.dictionary(fc.constantFrom("openai", "openai-codex", "__proto__"), fc.array(ids)),
      usageStats: fc.dictionary(ids, stats),
      lastGood: oddJson,
    },
    { requiredKeys: ["profiles"] },
  )
  .map(asText);

describe("any content of a host's profile file", () => {
  it("is read or refused, prints no token, and every profile but the target survives", async () => {
    await assertLaws({ seeds: SEEDS, words: WORDS, near }, 100, feed);
  });
});

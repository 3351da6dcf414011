import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProfileHealth } from "../../src/rules/results.ts";
import type { StoredCredential } from "../../src/store/host-records.ts";
import {
  orderPrefixOf,
  conditionOf,
  isFenced,
  accountsInDocument,
  listCodexProfiles,
  moveInOrder,
  preferProfile,
  removeProfile,
  replaceProfile,
  tokensInDocument,
  type ProfilesDocument,
} from "../../src/store/profiles-document.ts";

const NOW_MS = 1_795_000_000_000;
const HEX = "0123456789abcdef";
const DIGEST = HEX.repeat(4);
const FENCE = `openclaw-oauth-refresh-fence:v1:${HEX}${HEX}`;
const GOOD: StoredCredential = { type: "oauth", provider: "openai", access: "eyJ.a.b", refresh: "rt_a" };
const credential = (change: Partial<StoredCredential>): StoredCredential => ({ ...GOOD, ...change });

type Stats = NonNullable<Parameters<typeof conditionOf>[1]>;

interface HealthRow {
  readonly name: string;
  readonly credential?: Partial<StoredCredential>;
  readonly stats?: Stats;
  readonly expect: ProfileHealth;
}

const HEALTH: readonly HealthRow[] = [
  { name: "a credential without statistics", expect: "signed-in" },
  { name: "a credential that was used", stats: { lastUsed: NOW_MS, errorCount: 0 }, expect: "signed-in" },
  { name: "failures without a pause", stats: { errorCount: 3, lastFailureAt: NOW_MS }, expect: "signed-in" },
  { name: "no access token, which the host will fetch", credential: { access: "" }, expect: "signed-in" },
  { name: "no refresh token", credential: { refresh: "" }, expect: "needs-sign-in" },
  {
    name: "a refresh that is going on",
    credential: { access: `${FENCE}:access:${DIGEST}`, refresh: `${FENCE}:refresh:${DIGEST}` },
    expect: "refreshing",
  },
  {
    name: "a fence around the access token alone",
    credential: { access: `${FENCE}:access:${DIGEST}` },
    expect: "refreshing",
  },
  {
    name: "a fence around the refresh token alone",
    credential: { refresh: `${FENCE}:refresh:${DIGEST}` },
    expect: "refreshing",
  },
  {
    name: "a refresh that failed for good",
    credential: { access: `${FENCE}:failed:access:${DIGEST}`, refresh: `${FENCE}:failed:refresh:${DIGEST}` },
    expect: "needs-sign-in",
  },
  {
    name: "a failure seen on one token only",
    credential: { access: `${FENCE}:access:${DIGEST}`, refresh: `${FENCE}:failed:refresh:${DIGEST}` },
    expect: "needs-sign-in",
  },
  {
    name: "a refresh going on although a pause is on",
    credential: { refresh: `${FENCE}:refresh:${DIGEST}` },
    stats: { cooldownUntil: NOW_MS + 1 },
    expect: "refreshing",
  },
  {
    name: "a token that only mentions a fence",
    credential: { access: `x${FENCE}:failed:access:${DIGEST}` },
    expect: "signed-in",
  },
  { name: "a cooldown", stats: { cooldownUntil: NOW_MS + 1 }, expect: "cooling-down" },
  { name: "a cooldown that is over this moment", stats: { cooldownUntil: NOW_MS }, expect: "signed-in" },
  { name: "a block", stats: { blockedUntil: NOW_MS + 1 }, expect: "cooling-down" },
  {
    name: "a block that outlives a cooldown",
    stats: { cooldownUntil: 1, blockedUntil: NOW_MS + 1 },
    expect: "cooling-down",
  },
  { name: "a disabled profile", stats: { disabledUntil: NOW_MS + 1, disabledReason: "billing" }, expect: "disabled" },
  { name: "a disabled profile without a reason", stats: { disabledUntil: NOW_MS + 1 }, expect: "disabled" },
  {
    name: "a profile disabled for its sign-in",
    stats: { disabledUntil: NOW_MS + 1, disabledReason: "auth" },
    expect: "needs-sign-in",
  },
  {
    name: "a profile disabled for good for its sign-in",
    stats: { disabledUntil: NOW_MS + 1, disabledReason: "auth_permanent" },
    expect: "needs-sign-in",
  },
  { name: "a disabling that is over", stats: { disabledUntil: NOW_MS, disabledReason: "auth" }, expect: "signed-in" },
  {
    name: "disabled and cooling down at once",
    stats: { disabledUntil: NOW_MS + 1, cooldownUntil: NOW_MS + 1 },
    expect: "disabled",
  },
];

describe("conditionOf", () => {
  it.each(HEALTH)("sees $name as $expect", ({ credential: change = {}, stats, expect: expected }) => {
    expect(conditionOf(credential(change), stats, NOW_MS).health).toBe(expected);
  });

  it.each([
    {
      name: "a reason that is no text",
      stats: { cooldownUntil: NOW_MS + 1, cooldownReason: 7 },
      health: "cooling-down",
    },
    { name: "a list for a reason", stats: { blockedUntil: NOW_MS + 1, blockedReason: ["x"] }, health: "cooling-down" },
    { name: "an object for a reason", stats: { disabledUntil: NOW_MS + 1, disabledReason: {} }, health: "disabled" },
    {
      name: "a classification that is no text",
      stats: { cooldownUntil: NOW_MS + 1, cooldownClassification: 7 },
      health: "cooling-down",
    },
    { name: "a time that is none", stats: { cooldownUntil: "soon" }, health: "signed-in" },
    { name: "a time that cannot even be text", stats: { blockedUntil: { toString: [] } }, health: "signed-in" },
  ])("takes odd statistics for what they can mean, and names no reason: $name", ({ stats, health }) => {
    const condition = conditionOf(credential({}), stats as unknown as Stats, NOW_MS);
    expect(condition).toEqual({ health, ...(health === "signed-in" ? {} : { unusableUntilMs: NOW_MS + 1 }) });
  });

  it.each([Number.MAX_SAFE_INTEGER, 1e308])("names no end that a date cannot hold: %d", (disabledUntil) => {
    expect(conditionOf(credential({}), { disabledUntil }, NOW_MS)).toEqual({ health: "disabled" });
  });

  interface ReasonRow {
    readonly name: string;
    readonly credential?: Partial<StoredCredential>;
    readonly stats?: Stats;
    readonly expect: ReturnType<typeof conditionOf>;
  }

  const LATER = NOW_MS + 1;
  const REASONS: readonly ReasonRow[] = [
    {
      name: "a refresh that failed for good",
      credential: { refresh: `${FENCE}:failed:refresh:${DIGEST}` },
      expect: { health: "needs-sign-in", reason: "renewal-failed" },
    },
    { name: "no token", credential: { refresh: "" }, expect: { health: "needs-sign-in", reason: "no-token" } },
    {
      name: "one refused look of the host at the usage",
      stats: {
        cooldownUntil: LATER,
        cooldownClassification: "wham_token_expired",
        cooldownReason: "auth",
        lastProbeAt: NOW_MS - 2,
        lastFailureAt: NOW_MS - 3,
      },
      expect: { health: "cooling-down", unusableUntilMs: LATER, reason: "refused", refusedAtMs: NOW_MS - 2 },
    },
    {
      name: "one refused look of a host that notes only the failure",
      stats: { cooldownUntil: LATER, cooldownClassification: "wham_account_dead", lastFailureAt: NOW_MS - 3 },
      expect: { health: "cooling-down", unusableUntilMs: LATER, reason: "refused", refusedAtMs: NOW_MS - 3 },
    },
    {
      name: "one refused look without a time, and a longer block",
      stats: { cooldownUntil: LATER, cooldownClassification: "wham_account_dead", blockedUntil: LATER + 1 },
      expect: { health: "cooling-down", unusableUntilMs: LATER + 1, reason: "refused" },
    },
    {
      name: "a token that was refused once, before the pause ended",
      stats: { cooldownUntil: NOW_MS, cooldownClassification: "wham_account_dead" },
      expect: { health: "signed-in" },
    },
    {
      name: "a pause of another kind",
      stats: { cooldownUntil: LATER, cooldownClassification: "usage_wham_", cooldownReason: "rate_limit" },
      expect: { health: "cooling-down", unusableUntilMs: LATER, reason: "rate_limit" },
    },
    {
      name: "a block before a cooldown",
      stats: { cooldownUntil: LATER, cooldownReason: "rate_limit", blockedUntil: LATER, blockedReason: "quota" },
      expect: { health: "cooling-down", unusableUntilMs: LATER, reason: "quota" },
    },
    {
      name: "a block that is over this moment",
      stats: { cooldownUntil: LATER, cooldownReason: "rate_limit", blockedUntil: NOW_MS, blockedReason: "quota" },
      expect: { health: "cooling-down", unusableUntilMs: LATER, reason: "rate_limit" },
    },
    {
      name: "a pause without a reason",
      stats: { blockedUntil: LATER },
      expect: { health: "cooling-down", unusableUntilMs: LATER },
    },
  ];

  it.each(REASONS)("says why: $name", ({ credential: change = {}, stats, expect: expected }) => {
    expect(conditionOf(credential(change), stats, NOW_MS)).toStrictEqual(expected);
  });

  it("needs a sign-in if there are no tokens at all", () => {
    expect(conditionOf({ type: "oauth", provider: "openai" }, undefined, NOW_MS).health).toBe("needs-sign-in");
  });
});

describe("isFenced", () => {
  it.each([
    { name: "both tokens", change: {}, expected: false },
    { name: "no tokens", change: { access: "", refresh: "" }, expected: false },
    { name: "a parked access token", change: { access: `${FENCE}:access:${DIGEST}` }, expected: true },
    { name: "a parked refresh token", change: { refresh: `${FENCE}:refresh:${DIGEST}` }, expected: true },
    { name: "tokens that end like a fence", change: { access: `x${FENCE}`, refresh: `x${FENCE}` }, expected: false },
  ])("of a record with $name: $expected", ({ change, expected }) => {
    const raw = credential(change);
    expect(isFenced({ kind: "credential", credential: raw, raw })).toBe(expected);
    expect(isFenced({ kind: "unreadable", raw })).toBe(false);
  });
});

describe("accountsInDocument", () => {
  const asked: string[] = [];
  const readAccount = (access: string) => {
    asked.push(access);
    return access === "eyJ.a.b" ? { chatgptAccountId: "workspace-of-token" } : {};
  };

  it("are those of the provider's OAuth profiles, by what the token says before what stands beside it", () => {
    const document: ProfilesDocument = {
      profiles: {
        "openai:a": credential({ accountId: "workspace-beside", email: "a@example.com" }),
        "openai:b": { type: "oauth", provider: "openai", accountId: "workspace-beside" },
        "openai:key": credential({ type: "api_key" }),
        "anthropic:x": credential({ provider: "anthropic" }),
        "other:key": credential({ type: "api_key", provider: "anthropic" }),
      },
    };
    expect(accountsInDocument(document, "openai", { readAccount, digestOf: () => "digest" })).toEqual([
      {
        profileId: "openai:a",
        profileName: "a",
        account: { workspaceId: "workspace-of-token", email: "a@example.com" },
      },
      { profileId: "openai:b", profileName: "b", account: { workspaceId: "workspace-beside" } },
    ]);
    expect(asked).toEqual(["eyJ.a.b", ""]);
  });
});

describe("tokensInDocument", () => {
  it("are those that can be sent, as secrets, with the account and the end of each", () => {
    const document: ProfilesDocument = {
      profiles: {
        "openai:a": credential({ accountId: "workspace", expires: NOW_MS }),
        "openai:bare": credential({ expires: "tomorrow" }),
        "openai:renewing": credential({ access: FENCE, refresh: FENCE }),
        "openai:elsewhere": { type: "oauth", provider: "openai", hasSidecar: true },
        "openai:key": credential({ type: "api_key" }),
        "anthropic:x": credential({ provider: "anthropic" }),
      },
      unreadable: { "openai:odd": { access: "eyJ.odd" } },
    };
    const tokens = tokensInDocument(document, "openai");
    expect(tokens.map((token) => ({ ...token, access: token.access.reveal() }))).toEqual([
      { profileId: "openai:a", access: "eyJ.a.b", chatgptAccountId: "workspace", expiresAtMs: NOW_MS },
      { profileId: "openai:bare", access: "eyJ.a.b" },
    ]);
    expect(JSON.stringify(tokens)).not.toContain("eyJ");
    expect(listCodexProfiles(document, "openai", NOW_MS).map(({ expiresAtMs }) => expiresAtMs)).toEqual([
      NOW_MS,
      ...Array.from({ length: 4 }, () => undefined),
    ]);
  });
});

describe("listCodexProfiles", () => {
  it.each([
    { name: "a turn", stats: { lastUsed: 5, lastProbeAt: 3 }, lastUsedMs: 5 },
    { name: "a turn as OpenClaw 2026.9.6 notes it", stats: { lastProbeAt: 7, errorCount: 0 }, lastUsedMs: 7 },
    { name: "a newer turn on such a host", stats: { lastUsed: 5, lastProbeAt: 7 }, lastUsedMs: 7 },
    { name: "no turn", stats: { errorCount: 0 }, lastUsedMs: undefined },
    { name: "something odd", stats: { lastUsed: "today", lastProbeAt: null }, lastUsedMs: undefined },
  ])("tells when a profile was last used, after $name", ({ stats, lastUsedMs }) => {
    const document = { version: 1, profiles: { "openai:a": GOOD }, usageStats: { "openai:a": stats as Stats } };
    expect(listCodexProfiles(document, "openai", NOW_MS)[0]?.lastUsedMs).toBe(lastUsedMs);
  });

  it("lists the OAuth profiles of the provider in the document's order, then those of the provider's other name", () => {
    const document: ProfilesDocument = {
      profiles: {
        "openai:b": GOOD,
        "openai:key": { type: "api_key", provider: "openai" },
        "anthropic:x": { type: "oauth", provider: "anthropic", refresh: "r" },
        "openai-codex:old": GOOD,
        "openai-codex:older": credential({ provider: "openai-codex" }),
        "openai:token": { type: "token", provider: "openai" },
        "openai:a": GOOD,
      },
    };
    expect(listCodexProfiles(document, "openai", NOW_MS).map(({ profileId, name }) => [profileId, name])).toEqual([
      ["openai:b", "b"],
      ["openai-codex:old", "old"],
      ["openai:a", "a"],
      ["openai-codex:older", "openai-codex:older"],
    ]);
  });

  it("shows the whole id of a profile of an older host that has a namesake of today", () => {
    const document = { profiles: { "openai-codex:work": GOOD, "openai:work": GOOD, "openai-codex:play": GOOD } };
    expect(listCodexProfiles(document, "openai", NOW_MS).map((profile) => profile.name)).toEqual([
      "openai-codex:work",
      "work",
      "play",
    ]);
  });

  it("tells e-mail, plan and health", () => {
    const document = {
      profiles: { "openai:a": credential({ email: "d@example.com", chatgptPlanType: "plus" }) },
      usageStats: { "openai:a": { cooldownUntil: NOW_MS + 1 } },
    };
    expect(listCodexProfiles(document, "openai", NOW_MS)).toStrictEqual([
      {
        profileId: "openai:a",
        name: "a",
        email: "d@example.com",
        plan: "plus",
        health: "cooling-down",
        unusableUntilMs: NOW_MS + 1,
      },
    ]);
  });

  it("tells nothing of the tokens", () => {
    const listed = listCodexProfiles(
      { profiles: { "openai:a": credential({ refresh: "rt_canary" }) } },
      "openai",
      NOW_MS,
    );
    expect(JSON.stringify(listed)).not.toContain("canary");
  });

  it.each(["openai:constructor", "openai:toString", "openai:__proto__", "constructor"])(
    "lists %s with no statistics as signed in",
    (id) => {
      const document = { profiles: { [id]: GOOD }, usageStats: {} };
      expect(listCodexProfiles(document, "openai", NOW_MS)).toMatchObject([{ profileId: id, health: "signed-in" }]);
    },
  );
});

const NEW: StoredCredential = credential({ access: "eyJ.new", refresh: "rt_new" });
const NEW_RECORD = { kind: "credential", credential: NEW, raw: NEW } as const;
const replaced = (document: ProfilesDocument, configuredIds: readonly string[] = [], profileId = "openai:work") => {
  const copy = structuredClone(document);
  replaceProfile(copy, { profileId, record: NEW_RECORD, configuredIds });
  return copy;
};

describe("replaceProfile", () => {
  it("adds a new profile", () => {
    expect(replaced({ profiles: {} })).toEqual({ profiles: { "openai:work": NEW } });
  });

  it("replaces the credential as a whole, so that no old field can win over the new tokens", () => {
    const old = { ...credential({ email: "old@example.com" }), oauthRef: { id: "sidecar" }, idToken: "x" };
    expect(replaced({ profiles: { "openai:work": old } }).profiles["openai:work"]).toEqual(NEW);
  });

  interface OrderRow {
    readonly name: string;
    readonly order?: Record<string, string[]>;
    readonly configuredIds?: readonly string[];
    readonly expect: Record<string, string[]> | undefined;
  }

  const ORDERS: readonly OrderRow[] = [
    { name: "writes none where there is none, since it would shut the other profiles out", expect: undefined },
    { name: "leaves an empty one empty", order: { openai: [] }, expect: { openai: [] } },
    {
      name: "extends one at its end",
      order: { openai: ["openai:b", "openai:a"] },
      expect: { openai: ["openai:b", "openai:a", "openai:work"] },
    },
    {
      name: "leaves one as it is that has the profile",
      order: { openai: ["openai:b", "openai:work", "openai:a"] },
      expect: { openai: ["openai:b", "openai:work", "openai:a"] },
    },
    {
      name: "leaves other providers' alone",
      order: { anthropic: ["anthropic:x"] },
      expect: { anthropic: ["anthropic:x"] },
    },
    {
      name: "extends ours beside another provider's",
      order: { anthropic: ["anthropic:x"], openai: ["openai:a"] },
      expect: { anthropic: ["anthropic:x"], openai: ["openai:a", "openai:work"] },
    },
    {
      name: "follows the config's where there is none",
      configuredIds: ["openai:b"],
      expect: { openai: ["openai:b", "openai:work"] },
    },
    {
      name: "follows the config's where ours is empty",
      order: { openai: [] },
      configuredIds: ["openai:b"],
      expect: { openai: ["openai:b", "openai:work"] },
    },
    {
      name: "writes none where the config already names the profile",
      configuredIds: ["openai:b", "openai:work"],
      expect: undefined,
    },
    {
      name: "prefers its own to the config's",
      order: { openai: ["openai:a"] },
      configuredIds: ["openai:b", "openai:work"],
      expect: { openai: ["openai:a", "openai:work"] },
    },
    {
      name: "keeps an id that has no profile any more",
      order: { openai: ["openai:gone"] },
      expect: { openai: ["openai:gone", "openai:work"] },
    },
  ];

  it.each(ORDERS)("keeps the order: $name", ({ order, configuredIds = [], expect: expected }) => {
    const document = { profiles: {}, ...(order === undefined ? {} : { order }) };
    expect(replaced(document, configuredIds).order).toEqual(expected);
  });

  it("forgets the profile's failures, or its pause would outlive the sign-in that mends it", () => {
    const stats = {
      lastUsed: 1,
      lastFailureAt: 2,
      lastProbeAt: 3,
      errorCount: 9,
      cooldownUntil: NOW_MS + 1,
      blockedUntil: NOW_MS + 1,
      disabledUntil: NOW_MS + 1,
      disabledReason: "auth",
      failureCounts: { auth: 3 },
      cooldownReason: "rate_limit",
      blockedReason: "x",
    };
    const document = { profiles: { "openai:work": GOOD }, usageStats: { "openai:work": stats } };
    expect(replaced(document).usageStats).toEqual({
      "openai:work": { lastUsed: 1, lastFailureAt: 2, lastProbeAt: 3, errorCount: 0 },
    });
  });

  it("makes a failed profile healthy again", () => {
    const document: ProfilesDocument = {
      profiles: {
        "openai:work": credential({
          access: `${FENCE}:failed:access:${DIGEST}`,
          refresh: `${FENCE}:failed:refresh:${DIGEST}`,
        }),
      },
      usageStats: { "openai:work": { disabledUntil: NOW_MS + 1, disabledReason: "auth" } },
    };
    expect(listCodexProfiles(replaced(document), "openai", NOW_MS)).toMatchObject([{ health: "signed-in" }]);
  });

  it("invents no statistics for a profile that has none", () => {
    expect(replaced({ profiles: {}, usageStats: { "openai:a": { errorCount: 1 } } }).usageStats).toEqual({
      "openai:a": { errorCount: 1 },
    });
  });

  it.each(["openai:constructor", "openai:__proto__", "openai:hasOwnProperty"])(
    "keeps %s as a profile like any other",
    (profileId) => {
      const document = replaced(
        { profiles: { "openai:a": GOOD }, usageStats: {}, order: { openai: ["openai:a"] } },
        [],
        profileId,
      );
      expect(Object.keys(document.profiles)).toEqual(["openai:a", profileId]);
      expect(document.order).toEqual({ openai: ["openai:a", profileId] });
      expect(document.usageStats).toEqual({});
    },
  );

  it("keeps a stored id of __proto__ as a profile like any other", () => {
    const document = JSON.parse(
      '{"profiles":{"__proto__":{"type":"oauth","provider":"openai","refresh":"r"}}}',
    ) as ProfilesDocument;
    replaceProfile(document, { profileId: "__proto__", record: NEW_RECORD, configuredIds: [] });
    expect(Object.getOwnPropertyDescriptor(document.profiles, "__proto__")?.value).toEqual(NEW);
  });
});

describe("removeProfile", () => {
  it("takes the profile out of all three places, and leaves the others", () => {
    const document: ProfilesDocument = {
      profiles: { "openai:a": GOOD, "openai:b": NEW },
      usageStats: { "openai:a": { errorCount: 1 }, "openai:b": { errorCount: 2 } },
      order: { openai: ["openai:b", "openai:a"], other: ["x"] },
    };
    removeProfile(document, "openai:a");
    expect(document).toStrictEqual({
      profiles: { "openai:b": NEW },
      usageStats: { "openai:b": { errorCount: 2 } },
      order: { openai: ["openai:b"], other: ["x"] },
    });
  });

  it("makes up neither statistics nor an order", () => {
    const document: ProfilesDocument = { profiles: { "openai:a": GOOD } };
    removeProfile(document, "openai:a");
    expect(document).toStrictEqual({ profiles: {} });
  });
});

const ordered = (openai?: string[]): ProfilesDocument => ({
  profiles: {},
  order: { other: ["x"], ...(openai === undefined ? {} : { openai }) },
});
const preferred = (document: ProfilesDocument) => {
  preferProfile(document, { profileId: "openai:b", provider: "openai", othersInOrder: ["openai:c"] });
  return document.order;
};
const moved = (document: ProfilesDocument) => {
  moveInOrder(document, "openai", { profileId: "openai:b", index: 1 });
  return document.order;
};

describe("an order", () => {
  it("gets a preferred profile at its beginning, and is begun with the others if there is none", () => {
    expect(preferred(ordered(["openai:a", "openai:b"]))).toEqual({ other: ["x"], openai: ["openai:b", "openai:a"] });
    expect(preferred(ordered([]))).toEqual({ other: ["x"], openai: ["openai:b", "openai:c"] });
    expect(preferred(ordered())).toEqual({ other: ["x"], openai: ["openai:b", "openai:c"] });
    expect(preferred({ profiles: {} })).toEqual({ openai: ["openai:b", "openai:c"] });
  });

  it("moves a profile only if it contains it", () => {
    expect(moved(ordered(["openai:a", "openai:c", "openai:b"]))?.["openai"]).toEqual([
      "openai:a",
      "openai:b",
      "openai:c",
    ]);
    expect(moved(ordered(["openai:a", "openai:c"]))?.["openai"]).toEqual(["openai:a", "openai:c"]);
    expect(moved(ordered())).toEqual({ other: ["x"] });
    expect(moved({ profiles: {} })).toBeUndefined();
  });
});

const ids = fc.constantFrom(
  "openai:work",
  "openai:a",
  "openai:b",
  "openai-codex:old",
  "anthropic:x",
  "openai:constructor",
);
const anyDocument = fc.record(
  {
    version: fc.constant(1),
    profiles: fc.dictionary(
      ids,
      fc.record({
        type: fc.constant("oauth"),
        provider: fc.constantFrom("openai", "anthropic"),
        refresh: fc.string(),
        unknown: fc.jsonValue(),
      }),
    ),
    order: fc.dictionary(fc.constantFrom("openai", "anthropic"), fc.uniqueArray(ids)),
    usageStats: fc.dictionary(
      ids,
      fc.record(
        { lastUsed: fc.nat(), errorCount: fc.nat(), cooldownUntil: fc.nat(), unknown: fc.jsonValue() },
        { requiredKeys: [] },
      ),
    ),
    lastGood: fc.dictionary(fc.string(), ids),
    unknown: fc.jsonValue(),
  },
  { requiredKeys: ["profiles"] },
);

/** The document without what may change: the target, its statistics, its place in its provider's order. */
function rest(document: ProfilesDocument, profileId: string) {
  const { profiles, order, usageStats, ...others } = document;
  const without = (record: Record<string, unknown> | undefined) =>
    Object.entries(record ?? {}).filter(([id]) => id !== profileId);
  return { profiles: without(profiles), usageStats: without(usageStats), others, order };
}

describe("the law of replaceProfile", () => {
  it("changes nothing but the target, its statistics and its presence in the order", () => {
    fc.assert(
      fc.property(anyDocument, ids, fc.uniqueArray(ids), (made, profileId, configuredIds) => {
        const document = made as unknown as ProfilesDocument;
        const after = replaced(document, configuredIds, profileId);
        const [was, is] = [rest(document, profileId), rest(after, profileId)];
        expect({ ...is, order: undefined }).toEqual({ ...was, order: undefined });
        expect(after.profiles[profileId]).toEqual(NEW);
        expect(Object.keys(after.usageStats ?? {})).toEqual(Object.keys(document.usageStats ?? {}));

        const { openai: newOrder, ...otherOrders } = is.order ?? {};
        const { openai: oldOrder, ...otherOldOrders } = was.order ?? {};
        expect(otherOrders).toEqual(otherOldOrders);
        const base = oldOrder?.length ? oldOrder : configuredIds;
        const expected = base.length === 0 || base.includes(profileId) ? oldOrder : [...base, profileId];
        expect(newOrder).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("edits no list that the config owns", () => {
    const configuredIds = Object.freeze(["openai:a"]);
    const order = { openai: Object.freeze(["openai:a"]) as string[] };
    const document: ProfilesDocument = { profiles: {}, order };
    replaceProfile(document, { profileId: "openai:work", record: NEW_RECORD, configuredIds });
    expect([configuredIds, order.openai]).toEqual([["openai:a"], ["openai:a"]]);
  });
});

describe("the beginning of an order", () => {
  const profiles = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`openai:p${at}`, credential({ refresh: `r${at}` })]),
  );
  const order = Object.keys(profiles);
  const cut = (document: Partial<ProfilesDocument> = {}, asked: readonly string[] = order) =>
    orderPrefixOf({ profiles, ...document }, { provider: "openai", order: asked, nowMs: NOW_MS });

  it("is all that a resolver has to weigh", () => {
    const beginning = cut({ order: { openai: order, other: ["x"] } });
    expect(Object.keys(beginning?.profiles ?? {})).toEqual(order.slice(0, 8));
    expect(beginning?.order).toEqual({ openai: order.slice(0, 8), other: ["x"] });
  });

  it.each([
    { name: "there is no order", asked: [] },
    { name: "it names nothing that is there", asked: ["openai:gone"] },
    { name: "it names default", asked: ["openai:p1", "openai:default"], extra: { "openai:default": GOOD } },
  ])("does not decide if $name", ({ asked, extra = {} }) => {
    expect(cut({ profiles: { ...profiles, ...extra } }, asked)).toBeUndefined();
  });

  it("does not decide if none of its profiles can be used", () => {
    const usageStats = Object.fromEntries(order.slice(0, 8).map((id) => [id, { cooldownUntil: NOW_MS + 1 }]));
    expect(cut({ usageStats })).toBeUndefined();
    expect(cut({ usageStats: { ...usageStats, "openai:p7": {} } })).toBeDefined();
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sameBinding, terminalBinding, type Binding } from "../../src/rules/binding.ts";
import {
  cancelSignIns,
  claimSignIn,
  EMPTY_DOCUMENT,
  findSignIn,
  lastReceiptOf,
  CLOCK_STEP_MS,
  SIGN_IN_TTL_MS,
  pendingSignInsOf,
  MAX_ATTEMPTS,
  recallOf,
  settleSignIn,
  addSignIn,
  sweep,
  type FoundSignIn,
  type PendingDocument,
  type PendingSignIn,
  type Presented,
  type ReceiptOutcome,
} from "../../src/rules/pending-sign-ins.ts";

const NOW_MS = 1_795_000_000_000;
const DAY_MS = 24 * 60 * 60_000;

const DANA: Binding = {
  gateway: "gateway-1",
  channel: "telegram",
  channelAccountId: "default",
  conversationId: "4242",
  senderId: "4242",
  agentId: "main",
};
const STRANGER: Binding = { ...DANA, conversationId: "6666", senderId: "6666" };

/** Everything that tells one person in one chat from another. */
const OTHER_BINDINGS: readonly { readonly name: string; readonly binding: Binding }[] = [
  { name: "another gateway", binding: { ...DANA, gateway: "gateway-2" } },
  { name: "another channel", binding: { ...DANA, channel: "signal" } },
  { name: "another bot of the channel", binding: { ...DANA, channelAccountId: "second" } },
  { name: "another conversation", binding: { ...DANA, conversationId: "-100" } },
  { name: "another sender", binding: { ...DANA, senderId: "6666" } },
  { name: "no sender", binding: { ...DANA, senderId: "" } },
  { name: "another agent", binding: { ...DANA, agentId: "second" } },
];

function loginOf(id: string, overrides: Partial<PendingSignIn> = {}): PendingSignIn {
  return {
    binding: DANA,
    profileId: "openai:work",
    profileName: "work",
    storeId: "openai",
    askedName: "work",
    stateDigest: `digest-${id}`,
    state: `<state-${id}>`,
    codeVerifier: `<verifier-${id}>`,
    redirectUri: "http://localhost:1455/auth/callback",
    createdAtMs: NOW_MS,
    expiresAtMs: NOW_MS + SIGN_IN_TTL_MS,
    attempts: 0,
    ...overrides,
  };
}

/** Edits one after the other; an edit that writes nothing leaves the document as it is. */
function after(...edits: readonly ((document: PendingDocument) => { readonly next?: PendingDocument })[]) {
  return edits.reduce((document, edit) => edit(document).next ?? document, EMPTY_DOCUMENT);
}

const start =
  (login: PendingSignIn, nowMs = login.createdAtMs) =>
  (document: PendingDocument) =>
    addSignIn(document, login, nowMs);
const claim =
  (id: string, nowMs = NOW_MS, binding = DANA) =>
  (document: PendingDocument) =>
    claimSignIn(document, { binding, stateDigest: `digest-${id}` }, nowMs);
const settle =
  (id: string, outcome: "saved" | "failed", nowMs = NOW_MS) =>
  (document: PendingDocument) =>
    settleSignIn(document, `digest-${id}`, { outcome }, nowMs);
const cancel =
  (nowMs = NOW_MS, profileName?: string) =>
  (document: PendingDocument) =>
    cancelSignIns(document, DANA, nowMs, profileName);

const startMany = (count: number) =>
  Array.from({ length: count }, (_, index) => start(loginOf(`n${index}`, { profileId: `openai:${index}` })));

const WORK = loginOf("work");
const PLAY = loginOf("play", { profileId: "openai:play", profileName: "play", askedName: "play" });
const SOON_MS = NOW_MS + 1000;
const wrong = claim("never-issued", SOON_MS);

interface FindRow {
  readonly name: string;
  readonly document: PendingDocument;
  readonly presented?: Partial<Presented>;
  readonly nowMs?: number;
  readonly expect: FoundSignIn;
}

const found = (login: PendingSignIn): FoundSignIn => ({ kind: "found", login });
const refused = (code: Extract<FoundSignIn, { kind: "refused" }>["code"], profileName?: string): FoundSignIn => ({
  kind: "refused",
  code,
  ...(profileName === undefined ? {} : { profileName }),
});

const FOUND: readonly FindRow[] = [
  { name: "finds the login of the state", document: after(start(WORK)), expect: found(WORK) },
  {
    name: "finds the one of several the state belongs to",
    document: after(start(PLAY), start(WORK)),
    expect: found(WORK),
  },
  {
    name: "finds it in its last millisecond",
    document: after(start(WORK)),
    nowMs: NOW_MS + SIGN_IN_TTL_MS - 1,
    expect: found(WORK),
  },
  { name: "finds it in its first millisecond", document: after(start(WORK)), nowMs: NOW_MS, expect: found(WORK) },
  {
    name: "finds it by the name of its profile",
    document: after(start(WORK)),
    presented: { profileName: "work" },
    expect: found(WORK),
  },
  {
    name: "finds it by the name that was asked for, where another profile stands in",
    document: after(start({ ...WORK, askedName: "default" })),
    presented: { profileName: "default" },
    expect: found({ ...WORK, askedName: "default" }),
  },
  {
    name: "finds it by the name of its profile, where another one was asked for",
    document: after(start({ ...WORK, askedName: "default" })),
    presented: { profileName: "work" },
    expect: found({ ...WORK, askedName: "default" }),
  },
  { name: "refuses where nothing was ever started", document: EMPTY_DOCUMENT, expect: refused("no-pending-login") },
  {
    name: "refuses a state of nobody while another login waits",
    document: after(start(WORK)),
    presented: { stateDigest: "digest-never-issued" },
    expect: refused("state-mismatch"),
  },
  {
    name: "refuses an empty state while a login waits",
    document: after(start(WORK)),
    presented: { stateDigest: "" },
    expect: refused("state-mismatch"),
  },
  {
    name: "refuses the state itself in place of its digest",
    document: after(start(WORK)),
    presented: { stateDigest: WORK.state },
    expect: refused("state-mismatch"),
  },
  {
    name: "refuses the right state for a profile the person did not name",
    document: after(start(WORK), start(PLAY)),
    presented: { profileName: "play" },
    expect: refused("login-of-other-profile", "work"),
  },
  {
    name: "refuses in the millisecond of expiry",
    document: after(start(WORK)),
    nowMs: NOW_MS + SIGN_IN_TTL_MS,
    expect: refused("login-expired", "work"),
  },
  {
    name: "finds it when the clock was set right by no more than a minute",
    document: after(start(WORK)),
    nowMs: NOW_MS - CLOCK_STEP_MS,
    expect: found(WORK),
  },
  {
    name: "refuses after the clock was set back further, when the login comes from the future",
    document: after(start(WORK)),
    nowMs: NOW_MS - CLOCK_STEP_MS - 1,
    expect: refused("login-expired", "work"),
  },
  {
    name: "says that a cancelled login was cancelled",
    document: after(start(WORK), cancel()),
    expect: refused("login-cancelled", "work"),
  },
  {
    name: "says that an older link was replaced by a newer one",
    document: after(start(WORK), start(loginOf("newer"))),
    expect: refused("login-replaced", "work"),
  },
  {
    name: "says that a claimed login was used",
    document: after(start(WORK), claim("work")),
    expect: refused("login-already-used", "work"),
  },
  {
    name: "says that a saved login was used",
    document: after(start(WORK), claim("work"), settle("work", "saved")),
    expect: refused("login-already-used", "work"),
  },
  {
    name: "says that a failed login was used",
    document: after(start(WORK), claim("work"), settle("work", "failed")),
    expect: refused("login-already-used", "work"),
  },
  {
    name: "says that a login was given up after too many wrong states",
    document: after(start(WORK), wrong, wrong, wrong, wrong, wrong),
    expect: refused("too-many-attempts", "work"),
  },
  {
    name: "forgets after a day",
    document: after(start(WORK), cancel()),
    nowMs: NOW_MS + DAY_MS,
    expect: refused("no-pending-login"),
  },
  {
    name: "remembers until the day is over",
    document: after(start(WORK), cancel()),
    nowMs: NOW_MS + DAY_MS - 1,
    expect: refused("login-cancelled", "work"),
  },
];

describe("findSignIn", () => {
  it.each(FOUND)("$name", ({ document, presented, nowMs = SOON_MS, expect: expected }) => {
    expect(findSignIn(document, { binding: DANA, stateDigest: "digest-work", ...presented }, nowMs)).toEqual(expected);
  });

  it.each(OTHER_BINDINGS)("answers $name with the right state as if nothing had been started", ({ binding }) => {
    expect(findSignIn(after(start(WORK)), { binding, stateDigest: "digest-work" }, SOON_MS)).toEqual(
      refused("no-pending-login"),
    );
  });

  it.each(OTHER_BINDINGS)("tells $name nothing of a login that is over", ({ binding }) => {
    const document = after(start(WORK), claim("work"), settle("work", "saved"));
    expect(findSignIn(document, { binding, stateDigest: "digest-work" }, SOON_MS)).toEqual(refused("no-pending-login"));
  });
});

describe("claimSignIn", () => {
  it("gives the login out with its verifier", () => {
    expect(claim("work", SOON_MS)(after(start(WORK))).result).toEqual(found(WORK));
  });

  it("leaves nothing of state and verifier behind", () => {
    expect(JSON.stringify(after(start(WORK), claim("work", SOON_MS)))).not.toMatch(/<state|<verifier/);
  });

  it("refuses the second claim of one login", () => {
    const document = after(start(WORK), claim("work", SOON_MS));
    expect(claim("work", SOON_MS)(document)).toEqual({ result: refused("login-already-used", "work") });
  });

  it("leaves the person's other logins waiting", () => {
    expect(pendingSignInsOf(after(start(WORK), start(PLAY), claim("work", SOON_MS)), DANA, SOON_MS)).toEqual([PLAY]);
  });

  it("keeps a login whose profile was misnamed, without counting it as a wrong state", () => {
    const document = after(start(WORK));
    const presented = { binding: DANA, stateDigest: "digest-work", profileName: "play" };
    expect(claimSignIn(document, presented, SOON_MS)).toEqual({ result: refused("login-of-other-profile", "work") });
  });

  it("keeps a login through every wrong state before the last", () => {
    const document = after(start(WORK), ...Array.from({ length: MAX_ATTEMPTS - 1 }, () => wrong));
    expect(claim("work", SOON_MS)(document).result).toMatchObject({ kind: "found" });
  });

  it("ends a login at the last wrong state, and says so", () => {
    const document = after(start(WORK), ...Array.from({ length: MAX_ATTEMPTS - 1 }, () => wrong));
    expect(wrong(document)).toMatchObject({ result: refused("too-many-attempts"), next: { logins: [] } });
  });

  it("lets a login that was started later live on past the last wrong state of an older one", () => {
    const wrongs = Array.from({ length: MAX_ATTEMPTS - 1 }, () => wrong);
    const document = after(start(WORK), ...wrongs, start(PLAY));
    const { result, next } = wrong(document);
    expect(result).toEqual(refused("state-mismatch"));
    expect(next?.logins.map((login) => login.profileName)).toEqual(["play"]);
  });

  it("counts a stranger's wrong states against nobody", () => {
    const document = after(start(WORK));
    expect(claim("never-issued", SOON_MS, STRANGER)(document)).toEqual({ result: refused("no-pending-login") });
  });
});

describe("addSignIn", () => {
  it("replaces the same person's login for the same profile in the same chat", () => {
    const newer = loginOf("newer");
    expect(after(start(WORK), start(newer)).logins).toEqual([newer]);
  });

  it.each(OTHER_BINDINGS)("leaves the login of $name for the same profile alone", ({ binding }) => {
    const theirs = loginOf("theirs", { binding });
    expect(after(start(theirs), start(WORK)).logins).toEqual([theirs, WORK]);
  });

  it("leaves the person's login for another profile alone", () => {
    expect(after(start(WORK), start(PLAY)).logins).toEqual([WORK, PLAY]);
  });

  it("clears out what has expired since", () => {
    const later = loginOf("later", { createdAtMs: NOW_MS + SIGN_IN_TTL_MS, expiresAtMs: NOW_MS + 2 * SIGN_IN_TTL_MS });
    const document = after(start(PLAY), start(later));
    expect(document.logins).toEqual([later]);
    expect(document.receipts).toMatchObject([{ stateDigest: "digest-play", outcome: "expired" }]);
  });

  it("keeps no more logins than the bound, the newest ones", () => {
    const everybody = Array.from({ length: 201 }, (_, index) =>
      start(loginOf(`n${index}`, { binding: { ...DANA, senderId: String(index) } })),
    );
    const { logins } = after(...everybody);
    expect(logins.map((login) => login.binding.senderId)).toEqual(Array.from({ length: 200 }, (_, i) => String(i + 1)));
  });

  it("keeps five logins of one person and replaces the oldest by a sixth, which its late paste is told", () => {
    const document = after(...startMany(6));
    expect(document.logins.map((login) => login.profileId)).toEqual([1, 2, 3, 4, 5].map((index) => `openai:${index}`));
    expect(claim("n0", SOON_MS)(document).result).toEqual(refused("login-replaced", "work"));
  });

  it("counts only what is still alive towards a person's five", () => {
    const later = NOW_MS + SIGN_IN_TTL_MS;
    const anew = { createdAtMs: later, expiresAtMs: later + SIGN_IN_TTL_MS };
    const document = after(...startMany(5), start({ ...WORK, ...anew }), start({ ...PLAY, ...anew }));
    expect(document.logins.map((login) => login.stateDigest)).toEqual(["digest-work", "digest-play"]);
  });

  it("keeps no more receipts than the bound", () => {
    expect(after(...startMany(150), ...startMany(150), ...startMany(150)).receipts).toHaveLength(200);
  });

  it("does not push out another person's login when one person starts too many", () => {
    const theirs = loginOf("theirs", { binding: STRANGER });
    expect(pendingSignInsOf(after(start(theirs), ...startMany(200)), STRANGER, NOW_MS)).toEqual([theirs]);
  });
});

describe("cancelSignIns", () => {
  it("ends all of the person's logins in the chat and names them", () => {
    const { result, next } = cancel()(after(start(WORK), start(PLAY)));
    expect(result).toEqual(["work", "play"]);
    expect(next?.logins).toEqual([]);
  });

  it("ends only the named profile's login", () => {
    const { result, next } = cancel(NOW_MS, "play")(after(start(WORK), start(PLAY)));
    expect(result).toEqual(["play"]);
    expect(next?.logins).toEqual([WORK]);
  });

  it.each(OTHER_BINDINGS)("leaves the login of $name alone", ({ binding }) => {
    expect(cancel()(after(start(loginOf("theirs", { binding }))))).toEqual({ result: [] });
  });

  it("names no login that had expired by itself", () => {
    expect(cancel(NOW_MS + SIGN_IN_TTL_MS)(after(start(WORK)))).toEqual({ result: [] });
  });

  const REDEEMED = after(start(WORK), claim("work"), start(PLAY), claim("play"));
  const REDEEMING_MS = 2 * 60_000;

  it("takes back all that is being redeemed", () => {
    const { result, next = EMPTY_DOCUMENT } = cancel()(REDEEMED);
    expect(result).toEqual(["work", "play"]);
    expect(["work", "play"].map((id) => recallOf(next, `digest-${id}`))).toEqual([
      "login-cancelled",
      "login-cancelled",
    ]);
  });

  it("takes back what is being redeemed for the named profile, and for no other", () => {
    const { result, next = EMPTY_DOCUMENT } = cancel(NOW_MS, "play")(REDEEMED);
    expect(result).toEqual(["play"]);
    expect(["work", "play"].map((id) => recallOf(next, `digest-${id}`))).toEqual([undefined, "login-cancelled"]);
  });

  it("names nothing that was claimed so long ago that whoever redeemed it has died", () => {
    expect(cancel(NOW_MS + REDEEMING_MS - 1)(REDEEMED).result).toEqual(["work", "play"]);
    expect(cancel(NOW_MS + REDEEMING_MS)(REDEEMED)).toEqual({ result: [] });
  });

  it("leaves nothing of state and verifier behind", () => {
    expect(JSON.stringify(after(start(WORK), cancel()))).not.toMatch(/<state|<verifier/);
  });
});

describe("settleSignIn", () => {
  it.each(["saved", "failed"] as const)("writes %s and the time onto the receipt", (outcome) => {
    const document = after(start(WORK), claim("work"), settle("work", outcome, SOON_MS));
    expect(lastReceiptOf(document, DANA, outcome)).toMatchObject({ stateDigest: "digest-work", atMs: SOON_MS });
  });

  it("changes no other receipt and no login", () => {
    const before = after(start(PLAY), claim("play"), start(WORK), claim("work"), start(loginOf("third")));
    const document = settle("work", "saved", SOON_MS)(before).next;
    expect(document?.logins).toEqual(before.logins);
    expect(document?.receipts.filter((receipt) => receipt.stateDigest !== "digest-work")).toEqual(
      before.receipts.filter((receipt) => receipt.stateDigest !== "digest-work"),
    );
  });

  it("saves nothing that was taken back meanwhile", () => {
    const document = after(start(WORK), claim("work"), cancel(), settle("work", "saved"));
    expect(recallOf(document, "digest-work")).toBe("login-cancelled");
    expect(lastReceiptOf(document, DANA, "saved")).toBeUndefined();
  });

  it("brings no login back whose receipt is gone", () => {
    expect(settle("work", "saved")(EMPTY_DOCUMENT).next).toEqual(EMPTY_DOCUMENT);
  });
});

describe("recallOf", () => {
  it("asks after that login alone", () => {
    const document = after(start(WORK), claim("work"), start(PLAY), claim("play"), cancel(NOW_MS, "play"));
    expect(["play", "work", "never-issued"].map((id) => recallOf(document, `digest-${id}`))).toEqual([
      "login-cancelled",
      undefined,
      undefined,
    ]);
  });

  it("takes back what is being redeemed when the same is started anew, and nothing that is saved", () => {
    const again = start(loginOf("again"));
    expect(recallOf(after(start(WORK), claim("work"), again), "digest-work")).toBe("login-replaced");
    const saved = after(start(WORK), claim("work"), settle("work", "saved"), again);
    expect(recallOf(saved, "digest-work")).toBeUndefined();
    expect(lastReceiptOf(saved, DANA, "saved")?.stateDigest).toBe("digest-work");
  });
});

describe("sweep", () => {
  it("leaves of a file of any length the newest", () => {
    const logins = Array.from({ length: 201 }, (_, index) => loginOf(`n${index}`));
    const claimed = after(start(WORK), claim("work")).receipts;
    const receipts = Array.from({ length: 201 }, (_, index) =>
      claimed.map((one) => ({ ...one, stateDigest: `${index}` })),
    );
    const swept = sweep({ version: 1, logins, receipts: receipts.flat() }, NOW_MS);
    expect([swept.logins.length, swept.receipts.length]).toEqual([200, 200]);
    expect([swept.logins[0]?.stateDigest, swept.receipts[0]?.stateDigest]).toEqual(["digest-n1", "1"]);
  });
});

describe("lastReceiptOf", () => {
  it("gives the newest of that outcome", () => {
    const document = after(
      start(WORK),
      claim("work"),
      settle("work", "saved", NOW_MS),
      start(PLAY),
      claim("play"),
      settle("play", "saved", SOON_MS),
    );
    expect(lastReceiptOf(document, DANA, "saved")?.profileName).toBe("play");
  });

  it.each(OTHER_BINDINGS)("gives $name nothing", ({ binding }) => {
    const document = after(start(WORK), claim("work"), settle("work", "saved"));
    expect(lastReceiptOf(document, binding, "saved")).toBeUndefined();
  });
});

describe("pendingSignInsOf", () => {
  it("gives the person's live logins, oldest first", () => {
    const theirs = loginOf("theirs", { binding: STRANGER });
    expect(pendingSignInsOf(after(start(PLAY), start(theirs), start(WORK)), DANA, NOW_MS)).toEqual([PLAY, WORK]);
  });

  it("leaves out what has expired, though nobody has swept yet", () => {
    expect(pendingSignInsOf(after(start(WORK)), DANA, NOW_MS + SIGN_IN_TTL_MS)).toEqual([]);
  });
});

const find = (document: PendingDocument, id: string, binding: Binding, profileName?: string) =>
  findSignIn(
    document,
    { binding, stateDigest: `digest-${id}`, ...(profileName === undefined ? {} : { profileName }) },
    SOON_MS,
  );

describe("the terminal of a gateway", () => {
  const TERMINAL = terminalBinding(DANA.gateway, "main");
  const FOR_OPS = terminalBinding(DANA.gateway, "ops");
  const ELSEWHERE = terminalBinding("gateway-2", "main");
  const OURS = loginOf("ours", { binding: TERMINAL });
  const THEIRS = loginOf("theirs", { binding: STRANGER, profileId: "openai:theirs", profileName: "theirs" });
  const CLAIMS: readonly {
    readonly name: string;
    readonly login: PendingSignIn;
    readonly by: Binding;
    readonly expected: "found" | "no-pending-login";
  }[] = [
    { name: "takes that of a chat", login: WORK, by: TERMINAL, expected: "found" },
    { name: "takes that of a chat whatever the agent", login: WORK, by: FOR_OPS, expected: "found" },
    { name: "takes its own whatever the agent", login: OURS, by: FOR_OPS, expected: "found" },
    { name: "gives its own to a chat of that gateway", login: OURS, by: DANA, expected: "found" },
    { name: "gives its own to every chat of that gateway", login: OURS, by: STRANGER, expected: "found" },
    { name: "takes none of another gateway's chat", login: WORK, by: ELSEWHERE, expected: "no-pending-login" },
    { name: "gives none to another gateway's terminal", login: OURS, by: ELSEWHERE, expected: "no-pending-login" },
    {
      name: "gives none to another gateway's chat",
      login: OURS,
      by: { ...DANA, gateway: "gateway-2" },
      expected: "no-pending-login",
    },
  ];
  it.each(CLAIMS)("$name", ({ login, by, expected }) => {
    const { result } = claimSignIn(after(start(login)), { binding: by, stateDigest: login.stateDigest }, SOON_MS);
    expect(result).toEqual(expected === "found" ? found(login) : refused(expected));
  });

  it("is told by which profile a chat's sign-in goes", () => {
    expect(find(after(start(WORK)), "work", TERMINAL, "home")).toEqual(refused("login-of-other-profile", "work"));
  });

  it("is told what became of a chat's sign-in, and a chat what became of the terminal's", () => {
    expect(find(after(start(WORK), cancel()), "work", TERMINAL)).toEqual(refused("login-cancelled", "work"));
    expect(find(after(start(OURS), claim("ours")), "ours", DANA)).toEqual(refused("login-already-used", "work"));
  });

  it("sees what waits in all chats of its gateway, and its own", () => {
    const document = after(start(WORK), start(THEIRS), start(OURS), start(loginOf("far", { binding: ELSEWHERE })));
    expect(pendingSignInsOf(document, TERMINAL, SOON_MS)).toEqual([WORK, THEIRS, OURS]);
  });

  it("is not seen by a chat, nor does its sign-in make a chat's wrong address count", () => {
    const document = after(start(OURS));
    expect(pendingSignInsOf(document, DANA, SOON_MS)).toEqual([]);
    expect(claim("never-issued", SOON_MS)(document)).toEqual({ result: refused("no-pending-login") });
  });

  it("may send as many wrong addresses as it likes: whoever types there owns the machine", () => {
    const document = after(
      start(OURS),
      ...Array.from({ length: MAX_ATTEMPTS + 1 }, () => claim("no", SOON_MS, TERMINAL)),
    );
    expect(document.logins).toEqual([OURS]);
    expect(claim("no", SOON_MS, TERMINAL)(document)).toEqual({ result: refused("state-mismatch") });
  });

  it("stops what waits in all chats of its gateway, and what is being redeemed there", () => {
    const document = after(start(WORK), start(THEIRS), claim("theirs", NOW_MS, STRANGER));
    const { result, next = EMPTY_DOCUMENT } = cancelSignIns(document, TERMINAL, SOON_MS);
    expect(result.toSorted()).toEqual(["theirs", "work"]);
    expect([find(next, "work", DANA), recallOf(next, "digest-theirs")]).toEqual([
      refused("login-cancelled", "work"),
      "login-cancelled",
    ]);
  });

  it("stops nothing of another gateway", () => {
    expect(cancelSignIns(after(start(WORK)), ELSEWHERE, SOON_MS)).toEqual({ result: [] });
  });

  it("keeps its own when a chat stops all of its own", () => {
    expect(after(start(WORK), start(OURS), cancel()).logins).toEqual([OURS]);
  });

  it("replaces its own start for the same profile, and nobody else's", () => {
    const again = loginOf("again", { binding: TERMINAL });
    expect(after(start(WORK), start(OURS), start(again)).logins).toEqual([WORK, again]);
  });

  it("sees what was last saved anywhere in its gateway, of all profiles or of one", () => {
    const document = after(
      start(WORK),
      claim("work"),
      settle("work", "saved"),
      start(THEIRS),
      claim("theirs", NOW_MS, STRANGER),
      settle("theirs", "saved", SOON_MS),
    );
    expect(lastReceiptOf(document, TERMINAL, "saved")?.profileName).toBe("theirs");
    expect(lastReceiptOf(document, TERMINAL, "saved", "work")?.profileName).toBe("work");
    expect(lastReceiptOf(document, TERMINAL, "saved", "home")).toBeUndefined();
    expect(lastReceiptOf(document, ELSEWHERE, "saved")).toBeUndefined();
  });
});

describe("any order of events", () => {
  const PEOPLE: readonly Binding[] = [DANA, STRANGER, { ...DANA, agentId: "second" }];
  const PROFILES = ["work", "play", "default"];

  /** What may happen. `login` picks one of the logins started so far, ended ones included. */
  const event = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("start" as const), who: fc.nat(2), profile: fc.nat(2) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("paste" as const),
        who: fc.nat(2),
        login: fc.nat(40),
        names: fc.option(fc.nat(2)),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("paste-unknown" as const),
        who: fc.nat(2),
        digest: fc.constantFrom("", "digest", "digest-", "constructor"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("cancel" as const), who: fc.nat(2), names: fc.option(fc.nat(2)) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("settle" as const), login: fc.nat(40), saved: fc.boolean() }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("time" as const),
        byMs: fc.oneof(
          fc.integer({ min: -2 * SIGN_IN_TTL_MS, max: 2 * SIGN_IN_TTL_MS }),
          fc.constantFrom(1, -1, SIGN_IN_TTL_MS, SIGN_IN_TTL_MS - 1, -SIGN_IN_TTL_MS, DAY_MS, -DAY_MS),
        ),
      }),
    },
  );
  type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

  interface Step {
    readonly event: Event;
    readonly who: Binding | undefined;
    readonly nowMs: number;
    readonly before: PendingDocument;
    readonly after: PendingDocument;
    readonly presented?: Presented;
    readonly claimed?: FoundSignIn;
  }

  /**
   * Plays the events; every login that was ever started comes with the steps. Each document is frozen, so that an
   * edit made in place throws.
   */
  function play(events: readonly Event[]): {
    readonly steps: readonly Step[];
    readonly started: readonly PendingSignIn[];
  } {
    const started: PendingSignIn[] = [];
    const steps: Step[] = [];
    let document = EMPTY_DOCUMENT;
    let nowMs = NOW_MS;
    for (const each of events) {
      const who = "who" in each ? PEOPLE[each.who] : undefined;
      const before = document;
      let presented: Presented | undefined;
      let claimed: FoundSignIn | undefined;
      const profileName = "names" in each && each.names !== null ? PROFILES[each.names] : undefined;
      switch (each.kind) {
        case "start": {
          const profile = PROFILES[each.profile] ?? "";
          const login = loginOf(`${started.length}!`, {
            binding: who ?? DANA,
            profileId: `openai:${profile}`,
            profileName: profile,
            askedName: profile,
            createdAtMs: nowMs,
            expiresAtMs: nowMs + SIGN_IN_TTL_MS,
          });
          started.push(login);
          document = addSignIn(document, login, nowMs).next ?? document;
          break;
        }
        case "paste":
        case "paste-unknown": {
          const stateDigest =
            each.kind === "paste" ? started[each.login % (started.length || 1)]?.stateDigest : each.digest;
          presented = {
            binding: who ?? DANA,
            stateDigest: stateDigest ?? "digest-none",
            ...(profileName === undefined ? {} : { profileName }),
          };
          const edit = claimSignIn(document, presented, nowMs);
          claimed = edit.result;
          document = edit.next ?? document;
          break;
        }
        case "cancel":
          document = cancelSignIns(document, who ?? DANA, nowMs, profileName).next ?? document;
          break;
        case "settle": {
          // Only what was claimed is ever settled (see login/complete.ts).
          const settled = steps.flatMap((step) => (step.claimed?.kind === "found" ? [step.claimed.login] : []));
          const login = settled[each.login % (settled.length || 1)];
          if (login)
            document =
              settleSignIn(document, login.stateDigest, { outcome: each.saved ? "saved" : "failed" }, nowMs).next ??
              document;
          break;
        }
        case "time":
          nowMs += each.byMs;
          break;
      }
      deepFreeze(document);
      steps.push({
        event: each,
        who,
        nowMs,
        before,
        after: document,
        ...(presented === undefined ? {} : { presented }),
        ...(claimed === undefined ? {} : { claimed }),
      });
    }
    return { steps, started };
  }

  const law = (check: (played: ReturnType<typeof play>) => void): void => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60, size: "max" }), (events) => check(play(events))),
      { numRuns: 500 },
    );
  };

  it("yields no claim without the right state, the right binding and the right time", () => {
    law(({ steps, started }) => {
      for (const { claimed, presented, nowMs } of steps) {
        if (claimed?.kind !== "found" || presented === undefined) continue;
        const original = started.find((login) => login.stateDigest === presented.stateDigest);
        expect(claimed.login).toMatchObject({ state: original?.state, codeVerifier: original?.codeVerifier });
        expect(original && sameBinding(original.binding, presented.binding)).toBe(true);
        expect(nowMs).toBeGreaterThanOrEqual((original?.createdAtMs ?? Number.POSITIVE_INFINITY) - CLOCK_STEP_MS);
        expect(nowMs - (original?.createdAtMs ?? 0)).toBeLessThan(SIGN_IN_TTL_MS);
        if (presented.profileName !== undefined) expect(original?.profileName).toBe(presented.profileName);
      }
    });
  });

  it("claims no login twice", () => {
    law(({ steps }) => {
      const claimed = steps.flatMap((step) => (step.claimed?.kind === "found" ? [step.claimed.login.stateDigest] : []));
      expect(new Set(claimed).size).toBe(claimed.length);
    });
  });

  it("yields the claim whenever a live login of the person meets its state", () => {
    law(({ steps }) => {
      for (const { before, claimed, presented, nowMs } of steps) {
        if (presented === undefined) continue;
        const live = pendingSignInsOf(before, presented.binding, nowMs).find(
          (login) =>
            login.stateDigest === presented.stateDigest &&
            (presented.profileName === undefined || login.profileName === presented.profileName),
        );
        expect(claimed?.kind === "found").toBe(live !== undefined);
      }
    });
  });

  it("lets one person's events change nothing of another's", () => {
    law(({ steps }) => {
      for (const { before, after: next, who, nowMs } of steps) {
        if (who === undefined) continue;
        const others = (document: PendingDocument) => {
          const { logins, receipts } = sweep(document, nowMs);
          return {
            logins: logins.filter((login) => !sameBinding(login.binding, who)),
            receipts: receipts.filter((receipt) => !sameBinding(receipt.binding, who)),
          };
        };
        expect(others(next)).toEqual(others(before));
      }
    });
  });

  it("leaves no state and no verifier of a login that is over anywhere in the document", () => {
    law(({ steps, started }) => {
      for (const { after: document } of steps) {
        const live = new Set(document.logins.map((login) => login.stateDigest));
        const text = JSON.stringify(document);
        for (const { stateDigest, state, codeVerifier } of started) {
          if (live.has(stateDigest)) continue;
          expect(text.includes(state) || text.includes(codeVerifier)).toBe(false);
        }
      }
    });
  });

  it("writes receipts with these fields and no others", () => {
    const fields = ["atMs", "binding", "outcome", "profileId", "profileName", "stateDigest"];
    law(({ steps }) => {
      for (const receipt of steps.at(-1)?.after.receipts ?? []) expect(Object.keys(receipt).toSorted()).toEqual(fields);
    });
  });

  it("ends every login that has left the document with one receipt", () => {
    law(({ steps, started }) => {
      const last = steps.at(-1)?.after ?? EMPTY_DOCUMENT;
      const kept = steps.every(({ event: each }) => each.kind !== "time" || Math.abs(each.byMs) < DAY_MS / 10);
      if (!kept || started.length > 100) return;
      for (const { stateDigest } of started) {
        const places = [...last.logins, ...last.receipts].filter((entry) => entry.stateDigest === stateDigest);
        expect(places).toHaveLength(1);
      }
    });
  });

  it("keeps at most one live login of a person for one profile", () => {
    law(({ steps }) => {
      for (const { after: document } of steps) {
        const keys = document.logins.map(({ binding, profileId }) => JSON.stringify([binding, profileId]));
        expect(new Set(keys).size).toBe(keys.length);
      }
    });
  });

  it("reaches every way in which a login can end, so that the laws above have something to judge", () => {
    const outcomes: readonly ReceiptOutcome[] = [
      "claimed",
      "saved",
      "failed",
      "cancelled",
      "replaced",
      "expired",
      "given-up",
    ];
    const seen = new Set<ReceiptOutcome>();
    law(({ steps }) => {
      for (const { after: document } of steps) for (const receipt of document.receipts) seen.add(receipt.outcome);
    });
    expect([...seen].toSorted()).toEqual(outcomes.toSorted());
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

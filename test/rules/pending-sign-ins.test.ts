import { describe, expect, it } from "vitest";
import { terminalBinding, type Binding } from "../../src/rules/binding.ts";
import {
  cancelSignIns,
  claimSignIn,
  EMPTY_DOCUMENT,
  endPolled,
  findSignIn,
  lastReceiptOf,
  CLOCK_STEP_MS,
  SIGN_IN_TTL_MS,
  pendingSignInsOf,
  MAX_ATTEMPTS,
  polledSignIn,
  polledSignInsOf,
  recallOf,
  settleSignIn,
  slowDown,
  addSignIn,
  sweep,
  type FoundSignIn,
  type PendingDocument,
  type PendingSignIn,
  type Presented,
} from "../../src/rules/pending-sign-ins.ts";
import { DANA, OTHERS } from "../fakes/fake-ports.ts";
import { DAY_MS, loginOf, NOW_MS, STRANGER } from "./sign-ins.ts";

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

const found = (login: PendingSignIn): FoundSignIn => ({ kind: "found", login });
const refused = (code: Extract<FoundSignIn, { kind: "refused" }>["code"], profileName?: string): FoundSignIn => ({
  kind: "refused",
  code,
  ...(profileName === undefined ? {} : { profileName }),
});

type FindRow = readonly [PendingDocument, FoundSignIn, (Partial<Presented> & { readonly nowMs?: number })?];

const STARTED = after(start(WORK));
const AS_DEFAULT = { ...WORK, askedName: "default" };
const FOUND: Readonly<Record<string, FindRow>> = {
  "finds the sign-in of the state": [STARTED, found(WORK)],
  "finds the sign-in of the state among several": [after(start(PLAY), start(WORK)), found(WORK)],
  "finds it in its first millisecond": [STARTED, found(WORK), { nowMs: NOW_MS }],
  "finds it in its last millisecond": [STARTED, found(WORK), { nowMs: NOW_MS + SIGN_IN_TTL_MS - 1 }],
  "finds it by the name of its profile": [STARTED, found(WORK), { profileName: "work" }],
  "finds it by the name that was asked for": [after(start(AS_DEFAULT)), found(AS_DEFAULT), { profileName: "default" }],
  "finds it by its profile's name although another one was asked for": [
    after(start(AS_DEFAULT)),
    found(AS_DEFAULT),
    { profileName: "work" },
  ],
  "finds it when the clock was set back by a minute": [STARTED, found(WORK), { nowMs: NOW_MS - CLOCK_STEP_MS }],
  "refuses when nothing was ever started": [EMPTY_DOCUMENT, refused("no-pending-login")],
  "refuses an unknown state": [STARTED, refused("state-mismatch"), { stateDigest: "digest-never-issued" }],
  "refuses an empty state": [STARTED, refused("state-mismatch"), { stateDigest: "" }],
  "refuses the state itself instead of its digest": [STARTED, refused("state-mismatch"), { stateDigest: WORK.state }],
  "refuses the right state for another profile": [
    after(start(WORK), start(PLAY)),
    refused("login-of-other-profile", "work"),
    { profileName: "play" },
  ],
  "refuses in the millisecond of expiry": [
    STARTED,
    refused("login-expired", "work"),
    { nowMs: NOW_MS + SIGN_IN_TTL_MS },
  ],
  "refuses when the clock was set back further": [
    STARTED,
    refused("login-expired", "work"),
    { nowMs: NOW_MS - CLOCK_STEP_MS - 1 },
  ],
  "says that it was cancelled": [after(start(WORK), cancel()), refused("login-cancelled", "work")],
  "says that a newer link replaced it": [
    after(start(WORK), start(loginOf("newer"))),
    refused("login-replaced", "work"),
  ],
  "says that it was used after a claim": [after(start(WORK), claim("work")), refused("login-already-used", "work")],
  "says that it was used after it was saved": [
    after(start(WORK), claim("work"), settle("work", "saved")),
    refused("login-already-used", "work"),
  ],
  "says that it was used after it failed": [
    after(start(WORK), claim("work"), settle("work", "failed")),
    refused("login-already-used", "work"),
  ],
  "says that it ended after too many wrong states": [
    after(start(WORK), wrong, wrong, wrong, wrong, wrong),
    refused("too-many-attempts", "work"),
  ],
  "remembers until the day is over": [
    after(start(WORK), cancel()),
    refused("login-cancelled", "work"),
    { nowMs: NOW_MS + DAY_MS - 1 },
  ],
  "forgets after a day": [after(start(WORK), cancel()), refused("no-pending-login"), { nowMs: NOW_MS + DAY_MS }],
};

describe("findSignIn", () => {
  it.each(Object.entries(FOUND))("%s", (_, [document, expected, { nowMs = SOON_MS, ...presented } = {}]) => {
    expect(findSignIn(document, { binding: DANA, stateDigest: "digest-work", ...presented }, nowMs)).toEqual(expected);
  });
});

describe.each([...OTHERS, { name: "no sender", binding: { ...DANA, senderId: "" } }])("for $name", ({ binding }) => {
  const theirs = loginOf("theirs", { binding });
  const SAVED = after(start(WORK), claim("work"), settle("work", "saved"));

  it("the right state finds nothing, neither while it is pending nor later", () => {
    const presented = { binding, stateDigest: "digest-work" };
    for (const document of [STARTED, SAVED]) {
      expect(findSignIn(document, presented, SOON_MS)).toEqual(refused("no-pending-login"));
    }
    expect(lastReceiptOf(SAVED, binding, "saved")).toBeUndefined();
  });

  it("a sign-in stays when the user starts or cancels one for the same profile", () => {
    expect(after(start(theirs), start(WORK)).logins).toEqual([theirs, WORK]);
    expect(cancel()(after(start(theirs)))).toEqual({ result: [] });
  });
});

describe("claimSignIn", () => {
  it("refuses the second claim of a sign-in", () => {
    const document = after(start(WORK), claim("work", SOON_MS));
    expect(claim("work", SOON_MS)(document)).toEqual({ result: refused("login-already-used", "work") });
  });

  it("keeps a sign-in whose profile was misnamed and does not count it as a wrong state", () => {
    const document = after(start(WORK));
    const presented = { binding: DANA, stateDigest: "digest-work", profileName: "play" };
    expect(claimSignIn(document, presented, SOON_MS)).toEqual({ result: refused("login-of-other-profile", "work") });
  });

  it("keeps a sign-in until the last wrong state", () => {
    const document = after(start(WORK), ...Array.from({ length: MAX_ATTEMPTS - 1 }, () => wrong));
    expect(claim("work", SOON_MS)(document).result).toMatchObject({ kind: "found" });
  });

  it("ends a sign-in at the last wrong state and says so", () => {
    const document = after(start(WORK), ...Array.from({ length: MAX_ATTEMPTS - 1 }, () => wrong));
    expect(wrong(document)).toMatchObject({ result: refused("too-many-attempts"), next: { logins: [] } });
  });

  it("keeps a sign-in that was started later when an older one ends by wrong states", () => {
    const wrongs = Array.from({ length: MAX_ATTEMPTS - 1 }, () => wrong);
    const document = after(start(WORK), ...wrongs, start(PLAY));
    const { result, next } = wrong(document);
    expect(result).toEqual(refused("state-mismatch"));
    expect(next?.logins.map((login) => login.profileName)).toEqual(["play"]);
  });

  it("does not count a stranger's wrong states", () => {
    const document = after(start(WORK));
    expect(claim("never-issued", SOON_MS, STRANGER)(document)).toEqual({ result: refused("no-pending-login") });
  });
});

describe("addSignIn", () => {
  it("ends expired sign-ins", () => {
    const later = loginOf("later", { createdAtMs: NOW_MS + SIGN_IN_TTL_MS, expiresAtMs: NOW_MS + 2 * SIGN_IN_TTL_MS });
    const document = after(start(PLAY), start(later));
    expect(document.logins).toEqual([later]);
    expect(document.receipts).toMatchObject([{ stateDigest: "digest-play", outcome: "expired" }]);
  });

  it("keeps the newest 200 sign-ins", () => {
    const everybody = Array.from({ length: 201 }, (_, index) =>
      start(loginOf(`n${index}`, { binding: { ...DANA, senderId: String(index) } })),
    );
    const { logins } = after(...everybody);
    expect(logins.map((login) => login.binding.senderId)).toEqual(Array.from({ length: 200 }, (_, i) => String(i + 1)));
  });

  it("keeps five sign-ins of a user and replaces the oldest by a sixth, which a late paste learns", () => {
    const document = after(...startMany(6));
    expect(document.logins.map((login) => login.profileId)).toEqual([1, 2, 3, 4, 5].map((index) => `openai:${index}`));
    expect(claim("n0", SOON_MS)(document).result).toEqual(refused("login-replaced", "work"));
  });

  it("does not count expired sign-ins towards a user's five", () => {
    const later = NOW_MS + SIGN_IN_TTL_MS;
    const times = { createdAtMs: later, expiresAtMs: later + SIGN_IN_TTL_MS };
    const document = after(...startMany(5), start({ ...WORK, ...times }), start({ ...PLAY, ...times }));
    expect(document.logins.map((login) => login.stateDigest)).toEqual(["digest-work", "digest-play"]);
  });

  it("keeps 200 receipts", () => {
    expect(after(...startMany(150), ...startMany(150), ...startMany(150)).receipts).toHaveLength(200);
  });
});

describe("cancelSignIns", () => {
  it("ends all of the user's sign-ins in the chat and names them", () => {
    const { result, next } = cancel()(after(start(WORK), start(PLAY)));
    expect(result).toEqual(["work", "play"]);
    expect(next?.logins).toEqual([]);
  });

  it("ends only the sign-in of the named profile", () => {
    const { result, next } = cancel(NOW_MS, "play")(after(start(WORK), start(PLAY)));
    expect(result).toEqual(["play"]);
    expect(next?.logins).toEqual([WORK]);
  });

  it("does not name an expired sign-in", () => {
    expect(cancel(NOW_MS + SIGN_IN_TTL_MS)(after(start(WORK)))).toEqual({ result: [] });
  });

  const REDEEMED = after(start(WORK), claim("work"), start(PLAY), claim("play"));
  const REDEEMING_MS = 2 * 60_000;

  it("recalls all claimed sign-ins", () => {
    const { result, next = EMPTY_DOCUMENT } = cancel()(REDEEMED);
    expect(result).toEqual(["work", "play"]);
    expect(["work", "play"].map((id) => recallOf(next, `digest-${id}`))).toEqual([
      "login-cancelled",
      "login-cancelled",
    ]);
  });

  it("recalls only the claimed sign-in of the named profile", () => {
    const { result, next = EMPTY_DOCUMENT } = cancel(NOW_MS, "play")(REDEEMED);
    expect(result).toEqual(["play"]);
    expect(["work", "play"].map((id) => recallOf(next, `digest-${id}`))).toEqual([undefined, "login-cancelled"]);
  });

  it("recalls a claimed sign-in by the name that the user asked for", () => {
    const { result, next = EMPTY_DOCUMENT } = cancel(NOW_MS, "default")(after(start(AS_DEFAULT), claim("work")));
    expect(result).toEqual(["work"]);
    expect(recallOf(next, "digest-work")).toBe("login-cancelled");
  });

  it("does not name a sign-in whose claiming process must have died", () => {
    expect(cancel(NOW_MS + REDEEMING_MS - 1)(REDEEMED).result).toEqual(["work", "play"]);
    expect(cancel(NOW_MS + REDEEMING_MS)(REDEEMED)).toEqual({ result: [] });
  });
});

describe("settleSignIn", () => {
  it.each(["saved", "failed"] as const)("writes %s and the time to the receipt", (outcome) => {
    const document = after(start(WORK), claim("work"), settle("work", outcome, SOON_MS));
    expect(lastReceiptOf(document, DANA, outcome)).toMatchObject({ stateDigest: "digest-work", atMs: SOON_MS });
  });

  it("changes no other receipt and no pending sign-in", () => {
    const before = after(start(PLAY), claim("play"), start(WORK), claim("work"), start(loginOf("third")));
    const document = settle("work", "saved", SOON_MS)(before).next;
    expect(document?.logins).toEqual(before.logins);
    expect(document?.receipts.filter((receipt) => receipt.stateDigest !== "digest-work")).toEqual(
      before.receipts.filter((receipt) => receipt.stateDigest !== "digest-work"),
    );
  });

  it("does not mark a recalled sign-in as saved", () => {
    const document = after(start(WORK), claim("work"), cancel(), settle("work", "saved"));
    expect(recallOf(document, "digest-work")).toBe("login-cancelled");
    expect(lastReceiptOf(document, DANA, "saved")).toBeUndefined();
  });

  it("does not bring a sign-in back whose receipt is gone", () => {
    expect(settle("work", "saved")(EMPTY_DOCUMENT).next).toEqual(EMPTY_DOCUMENT);
  });
});

describe("recallOf", () => {
  it("reports only the sign-in of that state", () => {
    const document = after(start(WORK), claim("work"), start(PLAY), claim("play"), cancel(NOW_MS, "play"));
    expect(["play", "work", "never-issued"].map((id) => recallOf(document, `digest-${id}`))).toEqual([
      "login-cancelled",
      undefined,
      undefined,
    ]);
  });

  it("recalls a claimed sign-in when the same profile is started again, but not a saved one", () => {
    const again = start(loginOf("again"));
    expect(recallOf(after(start(WORK), claim("work"), again), "digest-work")).toBe("login-replaced");
    const saved = after(start(WORK), claim("work"), settle("work", "saved"), again);
    expect(recallOf(saved, "digest-work")).toBeUndefined();
    expect(lastReceiptOf(saved, DANA, "saved")?.stateDigest).toBe("digest-work");
  });
});

describe("sweep", () => {
  it("keeps the newest 200 records of a longer file", () => {
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
  it("returns the newest receipt of that outcome", () => {
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
});

describe("pendingSignInsOf", () => {
  it("returns the user's live sign-ins, oldest first", () => {
    const theirs = loginOf("theirs", { binding: STRANGER });
    expect(pendingSignInsOf(after(start(PLAY), start(theirs), start(WORK)), DANA, NOW_MS)).toEqual([PLAY, WORK]);
  });

  it("leaves out expired sign-ins before the next sweep", () => {
    expect(pendingSignInsOf(after(start(WORK)), DANA, NOW_MS + SIGN_IN_TTL_MS)).toEqual([]);
  });
});

describe("the terminal of a gateway", () => {
  const TERMINAL = terminalBinding(DANA.gateway, "main");
  const FOR_OPS = terminalBinding(DANA.gateway, "ops");
  const ELSEWHERE = terminalBinding("gateway-2", "main");
  const OURS = loginOf("ours", { binding: TERMINAL });
  const THEIRS = loginOf("theirs", { binding: STRANGER, profileId: "openai:theirs", profileName: "theirs" });
  const CLAIMS: Readonly<Record<string, readonly [PendingSignIn, by: Binding, isFound: boolean]>> = {
    "claims the sign-in of a chat": [WORK, TERMINAL, true],
    "claims the sign-in of a chat of another agent": [WORK, FOR_OPS, true],
    "claims its own sign-in for another agent": [OURS, FOR_OPS, true],
    "lets a chat of its gateway claim its sign-in": [OURS, DANA, true],
    "lets every other chat of its gateway claim its sign-in": [OURS, STRANGER, true],
    "does not claim a sign-in of another gateway's chat": [WORK, ELSEWHERE, false],
    "does not let another gateway's terminal claim its sign-in": [OURS, ELSEWHERE, false],
    "does not let another gateway's chat claim its sign-in": [OURS, { ...DANA, gateway: "gateway-2" }, false],
  };
  it.each(Object.entries(CLAIMS))("%s", (_, [login, binding, isFound]) => {
    const { result } = claimSignIn(after(start(login)), { binding, stateDigest: login.stateDigest }, SOON_MS);
    expect(result).toEqual(isFound ? found(login) : refused("no-pending-login"));
  });

  it("learns which profile the sign-in of a chat belongs to", () => {
    const presented = { binding: TERMINAL, stateDigest: "digest-work", profileName: "home" };
    expect(findSignIn(STARTED, presented, SOON_MS)).toEqual(refused("login-of-other-profile", "work"));
  });

  it("learns the outcome of a chat's sign-in, and a chat the outcome of the terminal's", () => {
    const cancelled = after(start(WORK), cancel());
    expect(claim("work", SOON_MS, TERMINAL)(cancelled).result).toEqual(refused("login-cancelled", "work"));
    const claimed = after(start(OURS), claim("ours"));
    expect(claim("ours", SOON_MS)(claimed).result).toEqual(refused("login-already-used", "work"));
  });

  it("sees the pending sign-ins of all chats of its gateway, and its own", () => {
    const document = after(start(WORK), start(THEIRS), start(OURS), start(loginOf("far", { binding: ELSEWHERE })));
    expect(pendingSignInsOf(document, TERMINAL, SOON_MS)).toEqual([WORK, THEIRS, OURS]);
  });

  it("is not seen by a chat, and a wrong callback URL of that chat does not count against it", () => {
    const document = after(start(OURS));
    expect(pendingSignInsOf(document, DANA, SOON_MS)).toEqual([]);
    expect(wrong(document)).toEqual({ result: refused("no-pending-login") });
  });

  it("may send any number of wrong callback URLs, because its user owns the machine", () => {
    const wrongs = Array.from({ length: MAX_ATTEMPTS + 1 }, () => claim("no", SOON_MS, TERMINAL));
    const document = after(start(OURS), ...wrongs);
    expect(document.logins).toEqual([OURS]);
    expect(claim("no", SOON_MS, TERMINAL)(document)).toEqual({ result: refused("state-mismatch") });
  });

  it("cancels the pending and the claimed sign-ins of all chats of its gateway, and of no other", () => {
    const document = after(start(WORK), start(THEIRS), claim("theirs", NOW_MS, STRANGER));
    const { result, next = EMPTY_DOCUMENT } = cancelSignIns(document, TERMINAL, SOON_MS);
    expect(result.toSorted()).toEqual(["theirs", "work"]);
    expect(claim("work")(next).result).toEqual(refused("login-cancelled", "work"));
    expect(recallOf(next, "digest-theirs")).toBe("login-cancelled");
    expect(cancelSignIns(STARTED, ELSEWHERE, SOON_MS)).toEqual({ result: [] });
  });

  it("keeps its own sign-in when a chat cancels, and replaces only its own when it starts another", () => {
    expect(after(start(WORK), start(OURS), cancel()).logins).toEqual([OURS]);
    const again = loginOf("again", { binding: TERMINAL });
    expect(after(start(WORK), start(OURS), start(again)).logins).toEqual([WORK, again]);
  });

  it("sees the last saved sign-in of its gateway, of all profiles or of one", () => {
    const theirs = [start(THEIRS), claim("theirs", NOW_MS, STRANGER), settle("theirs", "saved", SOON_MS)];
    const document = after(start(WORK), claim("work"), settle("work", "saved"), ...theirs);
    expect(lastReceiptOf(document, TERMINAL, "saved")?.profileName).toBe("theirs");
    expect(lastReceiptOf(document, TERMINAL, "saved", "work")?.profileName).toBe("work");
    expect(lastReceiptOf(document, TERMINAL, "saved", "home")).toBeUndefined();
    expect(lastReceiptOf(document, ELSEWHERE, "saved")).toBeUndefined();
  });
});

const kindOf = (document: PendingDocument, nowMs = NOW_MS) => polledSignIn(document, "digest-a", nowMs).kind;

describe("a sign-in with a device code", () => {
  const device = { deviceAuthId: "<device-id>", userCode: "<user-code>", intervalMs: 5000 };
  const login = loginOf("a", { device });
  const waiting: PendingDocument = { version: 1, logins: [login], receipts: [] };
  const LATE_MS = NOW_MS + SIGN_IN_TTL_MS;

  it.each([
    { name: "is claimed", edit: () => claimSignIn(waiting, { binding: DANA, stateDigest: "digest-a" }, NOW_MS).next },
    { name: "is cancelled", edit: () => cancelSignIns(waiting, DANA, NOW_MS).next },
    { name: "is replaced", edit: () => addSignIn(waiting, loginOf("b"), NOW_MS).next },
    { name: "expires", edit: () => sweep(waiting, LATE_MS) },
    { name: "is ended", edit: () => endPolled(waiting, "digest-a", "device-code-off", NOW_MS).next },
  ])("loses both secrets of its code once it $name", ({ edit }) => {
    expect(JSON.stringify(edit())).not.toMatch(/<device-id>|<user-code>/);
  });

  it("says in its receipt that its code expired", () => {
    expect(sweep(waiting, LATE_MS).receipts).toMatchObject([{ outcome: "expired", code: "device-code-expired" }]);
    expect(sweep({ ...waiting, logins: [loginOf("b")] }, LATE_MS).receipts[0]?.code).toBeUndefined();
  });

  it("is polled by the gateway of its chat until it ends", () => {
    const terminal = { ...DANA, channel: "terminal" };
    const elsewhere = { ...DANA, gateway: "gateway-2" };
    const all = [
      login,
      loginOf("b"),
      loginOf("c", { device, binding: terminal }),
      loginOf("d", { device, binding: elsewhere }),
      loginOf("e", { device, expiresAtMs: NOW_MS }),
    ];
    expect(polledSignInsOf({ ...waiting, logins: all }, DANA.gateway, NOW_MS)).toEqual([login]);
  });

  it("is pending, expired or over for its poller", () => {
    expect(kindOf(waiting)).toBe("pending");
    expect(kindOf(waiting, LATE_MS)).toBe("expired");
    expect(kindOf(sweep(waiting, LATE_MS), LATE_MS)).toBe("expired");
    expect(kindOf(cancelSignIns(waiting, DANA, NOW_MS).next ?? waiting)).toBe("over");
    expect(kindOf(EMPTY_DOCUMENT)).toBe("over");
  });

  it("is ended once, with the reason", () => {
    const { result, next = waiting } = endPolled(waiting, "digest-a", "authorization-denied", NOW_MS);
    expect([result, next.receipts]).toMatchObject([true, [{ outcome: "failed", code: "authorization-denied" }]]);
    expect(endPolled(next, "digest-a", "device-code-off", NOW_MS)).toEqual({ result: false });
  });

  it("gets a longer interval, and no other sign-in does", () => {
    const others = [loginOf("b"), loginOf("c", { device })];
    const { next } = slowDown({ ...waiting, logins: [login, ...others] }, "digest-a", 10_000);
    expect(next?.logins).toEqual([{ ...login, device: { ...device, intervalMs: 10_000 } }, ...others]);
    const link = { ...waiting, logins: [loginOf("a")] };
    expect(slowDown(link, "digest-a", 10_000).next).toEqual(link);
  });
});

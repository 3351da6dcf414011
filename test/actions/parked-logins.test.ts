import { describe, expect, it } from "vitest";
import { InMemoryParkedSignIns } from "../../src/actions/account-question.ts";
import type { ParkedSignIn } from "../../src/actions/ports.ts";
import { Secret } from "../../src/secret.ts";
import { DANA } from "../fakes/fake-ports.ts";

const NOW_MS = 1_795_000_000_000;
const EXPIRES_AT_MS = NOW_MS + 60_000;

/** A question about one profile; its id is the profile's name. */
function parkedAs(name: string): ParkedSignIn {
  const profileId = `openai:${name}`;
  return {
    questionId: name,
    login: {
      binding: DANA,
      profileId,
      profileName: name,
      askedName: name,
      stateDigest: "digest",
      state: "",
      codeVerifier: "",
      redirectUri: "http://localhost:1455/auth/callback",
      createdAtMs: NOW_MS,
      expiresAtMs: NOW_MS,
      attempts: 0,
    },
    exchanged: {
      kind: "exchanged",
      tokens: { accessToken: new Secret("access"), refreshToken: new Secret("refresh"), expiresInSeconds: 3600 },
      identity: { chatgptAccountId: "workspace-1" },
    },
    conflict: { code: "account-differs", profile: { profileId, profileName: name, account: {} } },
    expiresAtMs: EXPIRES_AT_MS,
  };
}

/** Holds these, the oldest first. */
function holding(...names: readonly string[]): InMemoryParkedSignIns {
  const parked = new InMemoryParkedSignIns();
  for (const name of names) parked.park(DANA, parkedAs(name), NOW_MS);
  return parked;
}

const listed = (parked: InMemoryParkedSignIns, nowMs = NOW_MS) =>
  parked.list(DANA, nowMs).map(({ questionId }) => questionId);

describe("parked sign-ins", () => {
  it("are fifty at most: one more drops the oldest, whose tokens nobody holds any more", () => {
    const names = Array.from({ length: 51 }, (_, at) => `p${at}`);
    const parked = holding(...names);
    expect(listed(parked)).toEqual(names.slice(1));
    expect(parked.take(DANA, NOW_MS, "p0")).toBeUndefined();
  });

  it.each([
    { name: "before its time is over", nowMs: EXPIRES_AT_MS - 1, there: ["work"] },
    { name: "from then on", nowMs: EXPIRES_AT_MS, there: [] },
  ])("are listed, and given out, as far as they wait $name: $there", ({ nowMs, there }) => {
    const parked = holding("work");
    expect(listed(parked, nowMs)).toEqual(there);
    expect([parked.take(DANA, nowMs)].flatMap((one) => one?.questionId ?? [])).toEqual(there);
  });

  it("are given out once, and the newest where no question is named", () => {
    const parked = holding("first", "second", "third");
    expect(parked.take(DANA, NOW_MS, "first")?.questionId).toBe("first");
    expect(parked.take(DANA, NOW_MS)?.questionId).toBe("third");
    expect(listed(parked)).toEqual(["second"]);
  });
});

import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { senderOf, SIGN_IN_TTL_MS } from "../../src/rules/pending-sign-ins.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { startSignIn } from "../../src/actions/start.ts";
import type { Ports } from "../../src/actions/ports.ts";
import {
  brokenOAuth,
  brokenProfiles,
  createFakePorts,
  DANA,
  failing,
  OTHERS,
  THROWN,
  type FakePorts,
} from "../fakes/fake-ports.ts";

let ports: FakePorts;
beforeEach(() => {
  ports = createFakePorts();
});

const begin = (name = "work", binding = DANA, over: Ports = ports) =>
  startSignIn(over, { binding, askedName: name as ProfileName });

describe("startSignIn", () => {
  it("gives the link, the profile and the time to live", async () => {
    expect(await begin()).toEqual({
      kind: "started",
      profileId: "openai:work",
      redirectUri: "http://localhost:1455/auth/callback",
      profileName: "work",
      isDefaultFallback: false,
      isNewProfile: true,
      authorizationUrl: expect.anything(),
      expiresInMs: 15 * 60_000,
      isListening: false,
      stateDigest: ports.pending.document.logins[0]?.stateDigest,
    });
  });

  it("opens the listener once the sign-in is stored, and says whether it listens", async () => {
    let waiting = 0;
    const listener = {
      async open() {
        waiting = ports.pending.document.logins.length;
        return true;
      },
    };
    expect(await begin("work", DANA, { ...ports, listener })).toMatchObject({ isListening: true });
    expect(waiting).toBe(1);
  });

  it("does not listen for a sign-in that was refused", async () => {
    ports.profiles.inTheWay = "store-locked";
    expect(await begin()).toMatchObject({ kind: "refused" });
    expect(ports.listener.opened).toBe(0);
  });

  it("keeps the sender's spelling if the binding has another", async () => {
    await startSignIn(ports, { binding: DANA, askedName: "work" as ProfileName, senderId: DANA.senderId });
    await startSignIn(ports, { binding: DANA, askedName: "play" as ProfileName, senderId: "U0DANA" });
    expect(ports.pending.document.logins.map(senderOf)).toEqual([
      { channel: "telegram", channelAccountId: "default", senderId: DANA.senderId },
      { channel: "telegram", channelAccountId: "default", senderId: "U0DANA" },
    ]);
  });

  it("stores what finishing needs, bound to sender, chat, agent and gateway", async () => {
    await begin();
    const nowMs = ports.clock.nowMs();
    const [login, ...others] = ports.pending.document.logins;
    expect(others).toEqual([]);
    expect(login).toEqual({
      binding: DANA,
      profileId: "openai:work",
      profileName: "work",
      storeId: "openai",
      askedName: "work",
      stateDigest: ports.entropy.digest(login?.state ?? ""),
      state: expect.stringMatching(/^[0-9a-f]{32}$/),
      codeVerifier: expect.stringMatching(/^[\w-]{43}$/),
      redirectUri: "http://localhost:1455/auth/callback",
      createdAtMs: nowMs,
      expiresAtMs: nowMs + SIGN_IN_TTL_MS,
      attempts: 0,
    });
  });

  it("gives the link of the stored sign-in", async () => {
    const started = await begin();
    const url = new URL(started.kind === "started" ? started.authorizationUrl.reveal() : "");
    expect(url.searchParams.get("state")).toBe(ports.pending.document.logins[0]?.state);
  });

  it("distinguishes an existing profile from a new one", async () => {
    ports.profiles.has("openai:work");
    expect([await begin("work"), await begin("play")]).toMatchObject([{ isNewProfile: false }, { isNewProfile: true }]);
  });

  it("signs in to the stored id of an older host rather than making a double", async () => {
    ports.profiles.has("openai-codex:work");
    expect(await begin()).toMatchObject({ isNewProfile: false, profileName: "work" });
    expect(ports.pending.document.logins).toMatchObject([{ profileId: "openai-codex:work" }]);
  });

  it("uses the first profile if default does not exist, and says so", async () => {
    ports.profiles.has("openai:first", "openai:second");
    expect(await begin("default")).toMatchObject({
      profileName: "first",
      isDefaultFallback: true,
      isNewProfile: false,
    });
    expect(ports.pending.document.logins).toMatchObject([{ profileId: "openai:first", askedName: "default" }]);
  });

  it("replaces an older sign-in of the same sender for the same profile", async () => {
    await begin();
    const old = ports.pending.document.logins[0];
    await begin();
    const { logins, receipts } = ports.pending.document;
    expect(logins).toHaveLength(1);
    expect(receipts).toMatchObject([{ stateDigest: old?.stateDigest, outcome: "replaced" }]);
  });

  it.each(OTHERS)("does not change the sign-in of $name", async ({ binding }) => {
    await begin("work", binding);
    const theirs = ports.pending.document.logins;
    await begin();
    expect(ports.pending.document.logins).toEqual([...theirs, expect.anything()]);
  });

  it("keeps one of three parallel starts for one profile", async () => {
    await Promise.all([begin(), begin(), begin()]);
    expect(ports.pending.document.logins).toHaveLength(1);
  });

  it("keeps link, state and verifier out of everything that prints", async () => {
    const started = await begin();
    const login = ports.pending.document.logins[0];
    const text = inspect(started, { depth: null, showHidden: true }) + JSON.stringify(started) + ports.log.lines.join();
    expect([login?.state, login?.codeVerifier].filter((secret) => text.includes(secret ?? ""))).toEqual([]);
  });
});

describe("a sign-in that cannot begin", () => {
  it.each([
    { name: "a reserved word", asked: "status", code: "reserved-word" },
    { name: "a name outside the grammar", asked: "my work", code: "bad-selector" },
  ])("is refused for a new profile with $name, and nothing is started", async ({ asked, code }) => {
    expect(await begin(asked)).toEqual({ kind: "refused", code });
    expect(ports.pending.updates).toBe(0);
  });

  it.each(["store-unreadable", "store-migration-required"] as const)(
    "stops at a profile store that is %s, before anything is started",
    async (code) => {
      const broken = { ...ports, profiles: brokenProfiles(failing(new CodexAuthError(code))) };
      expect(await begin("work", DANA, broken)).toEqual({ kind: "refused", code });
      expect(ports.pending.updates).toBe(0);
    },
  );

  it.each(["store-locked", "profile-not-codex", "undo-unwritable"] as const)(
    "gives no link if the profile cannot be saved: %s",
    async (code) => {
      ports.profiles.inTheWay = code;
      expect(await begin()).toEqual({ kind: "refused", code, profileName: "work" });
      expect(ports.pending.updates).toBe(0);
    },
  );

  it.each(["pending-locked", "pending-insecure", "pending-unwritable"] as const)(
    "gives no link if the pending file fails with %s",
    async (code) => {
      const broken = { ...ports, pending: { read: failing(undefined), update: failing(new CodexAuthError(code)) } };
      expect(await begin("work", DANA, broken)).toEqual({ kind: "refused", code });
    },
  );

  const BROKEN: readonly { readonly port: string; readonly break: (error: unknown) => Ports }[] = [
    { port: "the profile store", break: (error) => ({ ...ports, profiles: brokenProfiles(failing(error)) }) },
    {
      port: "the pending file",
      break: (error) => ({ ...ports, pending: { read: failing(error), update: failing(error) } }),
    },
    {
      port: "the sign-in server",
      break: (error) => ({
        ...ports,
        oauth: brokenOAuth(failing(error)),
      }),
    },
    {
      port: "the clock",
      break: (error) => ({
        ...ports,
        clock: {
          nowMs: () => {
            throw error;
          },
          wait: failing(error),
        },
      }),
    },
  ];
  const rows = BROKEN.flatMap((broken) => THROWN.map((thrown) => ({ ...broken, ...thrown })));

  it.each(rows)(
    "is refused without repeating the error if $port throws $name",
    async ({ break: breakPorts, error, code }) => {
      expect(await begin("work", DANA, breakPorts(error))).toEqual({ kind: "refused", code });
      expect(ports.log.lines.join()).not.toContain("canary");
    },
  );
});

describe("a network that cannot be used", () => {
  it("refuses the start, names the variable and stores no sign-in", async () => {
    ports.oauth.unreachable = { code: "proxy-socks", variable: "ALL_PROXY" };
    expect(await startSignIn(ports, { binding: DANA, askedName: "work" as ProfileName })).toEqual({
      kind: "refused",
      code: "proxy-socks",
      variable: "ALL_PROXY",
      profileName: "work",
    });
    expect(ports.pending.document.logins).toEqual([]);
  });
});

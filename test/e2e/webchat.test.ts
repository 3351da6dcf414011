/** Signing in from the web chat, through the gateway's own RPC; and every way the sign-in server can fail. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Misbehaviour } from "../fakes/sign-in-server.ts";
import { accountOf, createWorld, linkIn, listedProfiles, PERSONAL, STUDIO, type World } from "../support/world.ts";
import { storedProfiles } from "../support/stored-profiles.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld({ pluginDir: inject("pluginDir") });
});
afterAll(() => world?.close());

async function say(message: string, timeoutMs = 30_000): Promise<string> {
  const client = await world.gateway.client();
  return (await client.chat(message, { timeoutMs })).text;
}

async function startAndApprove(profile: string): Promise<string> {
  const account = profile === "default" ? PERSONAL : accountOf(profile);
  return world.signIn.approve(linkIn(await say(`/codex_auth ${profile}`)), account);
}

describe("to the end in text", () => {
  it("offers default when there is no profile", async () => {
    expect(await say("/codex_auth")).toContain("`/codex_auth default`");
  });

  it("starts, takes the plain pasted address, saves, and the host lists the profile", async () => {
    const saved = await say(await startAndApprove("default"));
    expect(saved).toContain("profile `default` now holds `dana@example.com`, plan `plus`");
    expect(saved).not.toContain("delete your message");
    expect((await listedProfiles(world.gateway)).map(({ id }) => id)).toEqual(["openai:default"]);
  });

  it("finishes by command too, whatever way the host lets it be spelt", async () => {
    expect(await say(`/codex_auth_finish ${await startAndApprove("work")}`)).toContain("now holds");
    expect(await say(`/codex-auth-finish ${await startAndApprove("work")}`)).toContain("now holds");
    expect(await say(`/Codex_Auth finish work ${await startAndApprove("work")}`)).toContain("now holds");
    expect(await say(`/codex_auth_finish: ${await startAndApprove("work")}`)).toContain("now holds");
  });

  it.each(["/codex_auth_finish@some_bot", " /codex_auth_finish", "/codex_auth_finishes"])(
    "keeps the address behind the near-command %j from the model, loses nothing, and says how to spell it",
    async (nearly) => {
      const address = await startAndApprove("work");
      expect(await say(`${nearly} ${address}`)).toMatch(
        /now holds|after the command: `\/codex_auth_finish <callback URL>`/,
      );
      expect(world.model.saw(new URL(address).searchParams.get("code") ?? "none")).toEqual([]);
      expect(await say(`/codex_auth_finish ${address}`)).toMatch(/now holds|already used/);
    },
  );

  it("understands the old prefix, and says who stands in for a missing default", async () => {
    expect(await say("/codex_auth openai-codex:work")).toContain("Sign in again to profile `work`");
    expect(await say("/codex_auth default")).toContain("Sign in again to profile `default`");
    expect(await say("/codex_auth cancel")).toContain("Cancelled");
  });

  it("refuses a client that may not administer the gateway, at the command and at the pasted message", async () => {
    const client = await world.gateway.client({ scopes: ["operator.read", "operator.write"] });
    expect((await client.chat("/codex_auth")).text).toContain("operator.admin");
    const address = await startAndApprove("work");
    const before = world.signIn.tokenRequests().length;
    expect((await client.chat(address)).text).toContain("a client with the scope operator.admin");
    expect(world.signIn.tokenRequests()).toHaveLength(before);
    expect(await say(address)).toContain("now holds");
  });

  it("leaves neither code nor state of a pasted address in the transcript", async () => {
    const address = await startAndApprove("work");
    await say(address);
    await say(`/codex_auth_finish ${address}`);
    const client = await world.gateway.client();
    const told = (await client.history()).filter(({ role }) => role === "user").map(({ text }) => text);
    const { searchParams } = new URL(address);
    expect(told.join("\n")).not.toContain(searchParams.get("code")?.slice(0, 8));
    expect(told.join("\n")).not.toContain(searchParams.get("state"));
    expect(told.at(-1)).toBe("/codex_auth_finish (a sign-in address, kept out of this transcript by codex-auth)");
  });
});

const FAILURES: readonly { name: string; mode: Misbehaviour; says: string }[] = [
  {
    name: "a code that is made up, expired or used",
    mode: "token-exchange-user-error",
    says: "did not accept this address",
  },
  { name: "the same with status 401", mode: "token-exchange-user-error-401", says: "did not accept this address" },
  { name: "invalid_grant", mode: "invalid-grant", says: "did not accept this address" },
  { name: "an emptied error body", mode: "empty-error-401", says: "did not accept this address" },
  { name: "invalid_client", mode: "invalid-client", says: "update the codex-auth plugin" },
  { name: "unknown_parameter", mode: "unknown-parameter", says: "update the codex-auth plugin" },
  { name: "an unsupported region", mode: "unsupported-country", says: "HTTPS_PROXY" },
  { name: "a Cloudflare page", mode: "cloudflare-403", says: "Cloudflare" },
  { name: "a rate limit", mode: { kind: "rate-limited", retryAfter: "120" }, says: "Wait 2 min" },
  { name: "a server error", mode: "server-error-500", says: "a problem of its own" },
  { name: "an HTML error page", mode: "unavailable-503-html", says: "a problem of its own" },
  { name: "a connection cut short", mode: "reset", says: "could not reach auth.openai.com" },
  { name: "a huge answer", mode: "huge-body", says: "cannot be trusted" },
  { name: "a redirect to another host", mode: { kind: "redirect" }, says: "cannot be trusted" },
  { name: "an HTML page with status 200", mode: "html-200", says: "cannot be trusted" },
  { name: "broken JSON", mode: "malformed-json", says: "cannot be trusted" },
  { name: "an answer without a refresh token", mode: "no-refresh-token", says: "cannot be trusted" },
  { name: "an answer without an access token", mode: "no-access-token", says: "cannot be trusted" },
  { name: "a lifetime of nothing", mode: { kind: "expires-in", value: 0 }, says: "cannot be trusted" },
  { name: "a token without an account", mode: "no-account-id", says: "names no ChatGPT account" },
  { name: "a token that is no JWT", mode: "opaque-access-token", says: "names no ChatGPT account" },
];

describe("when the sign-in server fails", () => {
  it.each(FAILURES)(
    "says what to do about $name, asks once, saves nothing and sends nothing elsewhere",
    async ({ mode, says }) => {
      const address = await startAndApprove("failing");
      const before = world.signIn.tokenRequests().length;
      world.signIn.behave(mode);
      const answer = await say(address);
      expect(answer).toContain(says);
      expect(answer).toContain("/codex_auth failing");
      expect(world.signIn.tokenRequests()).toHaveLength(before + 1);
      expect(world.proxy.refused).toEqual([]);
      expect(await say(address)).toContain("already used");
      expect(await say("/codex_auth")).not.toContain("• `failing`");
    },
  );

  it("gives up on a hanging server after 30 seconds", async () => {
    const address = await startAndApprove("failing");
    world.signIn.behave("hang");
    expect(await say(address, 45_000)).toContain("did not answer within 30 seconds");
  });

  it("waits for a slow one", async () => {
    const address = await startAndApprove("slow");
    world.signIn.behave({ kind: "slow", ms: 3_000 });
    expect(await say(address)).toContain("now holds");
  });

  it("says so when the network is down", async () => {
    const address = await startAndApprove("failing");
    world.proxy.setMode("down");
    expect(await say(address)).toContain("could not reach auth.openai.com");
    world.proxy.setMode("up");
  });

  it.each(["wrong-name", "untrusted"] as const)("does not trust a certificate that is %s", async (mode) => {
    const address = await startAndApprove("failing");
    const before = world.signIn.tokenRequests().length;
    world.proxy.setMode(mode);
    expect(await say(address)).toContain("could not be trusted");
    world.proxy.setMode("up");
    expect(world.signIn.tokenRequests()).toHaveLength(before);
  });

  it("has talked to no host but auth.openai.com in all of this", () => {
    expect(new Set(world.proxy.connects)).toEqual(new Set(["auth.openai.com:443"]));
  });
});

describe("one profile, by words alone", () => {
  it("tells what can be done with it", async () => {
    const card = await say("/codex_auth show work");
    expect(card).toContain("Codex profile `work`: `work@example.com`, `plus`, signed in, renews itself");
    for (const words of ["work", "use work", "prefer work", "signout work", "undo work"]) {
      expect(card).toContain(`\`/codex_auth ${words}\``);
    }
  });

  it("is not pinned where the chat's model is another provider's: the host would drop that at the next message", async () => {
    expect(await say("/codex_auth use work")).toContain("This chat's model is not one that a Codex profile serves");
    expect(await say("/codex_auth unuse")).toContain("This chat does not ask for that profile");
  });

  it("makes it the default, and moves the mark", async () => {
    const { profiles } = storedProfiles(world.gateway);
    expect(await say("/codex_auth prefer work")).toContain("Done: `work` is tried first now");
    expect(await say("/codex_auth")).toContain("• `work` (tried first): ");
    expect(await say("/codex_auth prefer slow")).toContain("Done: `slow` is tried first now");
    const list = await say("/codex_auth");
    expect(list).toContain("• `slow` (tried first): ");
    expect(list).toContain("• `work`: ");
    expect(storedProfiles(world.gateway).profiles).toEqual(profiles);
  });

  // The host lets the newest sign-in of an account take the place of the profile named default.
  it("says so where the host tries another one first all the same", async () => {
    const address = world.signIn.approve(linkIn(await say("/codex_auth newer")), PERSONAL);
    expect(await say(address)).toContain("(`dana@example.com`, plan `plus`) has the profile `default` already");
    expect(await say("/codex_auth keep newer")).toContain("profile `newer` now holds");
    expect(await say("/codex_auth prefer default")).toContain("another profile is still tried first");
    expect(storedProfiles(world.gateway).order?.[0]).toBe("openai:default");
    expect(await say("/codex_auth")).toContain("• `newer` (tried first): ");
  });

  it("asks before it signs out, takes out that profile alone, and puts it back as it was", async () => {
    const before = storedProfiles(world.gateway);
    expect(await say("/codex_auth signout work")).toContain("To do it: `/codex_auth signout work yes`");
    expect(storedProfiles(world.gateway)).toEqual(before);
    expect(await say("/codex_auth signout work yes")).toContain("Signed out: `work` is no longer on this gateway");
    const { "openai:work": work, ...others } = before.profiles;
    expect(storedProfiles(world.gateway).profiles).toEqual(others);
    expect(await say("/codex_auth show work")).toContain("There is no profile named `work`");
    expect(await say("/codex_auth undo work")).toContain("Put back: profile `work` holds what it held before");
    expect(storedProfiles(world.gateway).profiles).toEqual({ ...others, "openai:work": work });
    expect(await say("/codex_auth undo work")).not.toContain("Put back");
  });

  it.each([
    "show work",
    "use work",
    "unuse",
    "why",
    "prefer work",
    "keep work",
    "signout work yes",
    "undo work",
    "log",
    "audit",
  ])("is refused to a client that may not administer the gateway: %s", async (words) => {
    const before = storedProfiles(world.gateway);
    const client = await world.gateway.client({ scopes: ["operator.read", "operator.write"] });
    const { text } = await client.chat(`/codex_auth ${words}`);
    expect(text).toContain("operator.admin");
    expect(text).not.toContain("dana@");
    expect(storedProfiles(world.gateway)).toEqual(before);
  });
});

describe("signing in again", () => {
  it("replaces the credential as a whole, keeps every other profile, and the model's next call uses it", async () => {
    const question = await say(world.signIn.approve(linkIn(await say("/codex_auth work")), STUDIO));
    expect(question).toContain(
      "you approved `dana@studio.example`, plan `team`, but profile `work` holds `work@example.com`",
    );
    expect(await say("/codex_auth")).toContain("• `work`: `work@example.com`");
    expect(await say("/codex_auth keep work")).toContain("profile `work` now holds `dana@studio.example`");
    expect(await say("/codex_auth")).toContain("• `work`: `dana@studio.example`, `team`, signed in, renews itself");
    expect(await say("/codex_auth")).toContain("• `default`: `dana@example.com`, `plus`, signed in, renews itself");
  });
});

/** Signing in from the web chat, through the gateway's own RPC; and the ways in which the sign-in server can fail. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Misbehaviour } from "../fakes/sign-in-server.ts";
import { storedProfiles } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { accountOf, linkIn, PERSONAL, STUDIO, type World } from "../support/world.ts";

/** All others are in test/oauth/token-response.test.ts: here it is the way through the gateway that counts. */
const FAILURES: readonly { readonly name: string; readonly mode: Misbehaviour; readonly says: string }[] = [
  { name: "refuses the code", mode: "token-exchange-user-error", says: "did not accept the sign-in" },
  { name: "answers invalid_client", mode: "invalid-client", says: "Update codex-auth" },
  { name: "does not serve the region", mode: "unsupported-country", says: "to a proxy in a supported country" },
  { name: "is behind a Cloudflare page", mode: "cloudflare-403", says: "Cloudflare" },
  { name: "limits the rate", mode: { kind: "rate-limited", retryAfter: "120" }, says: "Wait 2 min" },
  { name: "has an error", mode: "server-error-500", says: "has a problem right now" },
  { name: "cuts the connection", mode: "reset", says: "could not reach auth.openai.com" },
  { name: "never ends its answer", mode: "huge-body", says: "cannot be trusted" },
  { name: "redirects to another host", mode: { kind: "redirect" }, says: "cannot be trusted" },
  { name: "names no account in the token", mode: "no-account-id", says: "names no ChatGPT account" },
];

const LIMITED = { scopes: ["operator.read", "operator.write"] };

export function signInFromWebchat(worldOf: () => World): void {
  let world: World;
  let hanging: Promise<string>;

  beforeAll(async () => {
    world = worldOf();
    // It takes the plugin half a minute to stop waiting: all other tests run meanwhile, in another conversation.
    const card = await sayIn("agent:main:hanging", "/codex_auth hanging");
    const before = exchanges();
    world.signIn.behave("hang");
    hanging = sayIn("agent:main:hanging", world.signIn.approve(linkIn(card), accountOf("hanging")));
    await waitUntil("the exchange that hangs", () => exchanges() > before);
  });

  const sayIn = async (sessionKey: string, message: string) =>
    (await (await world.gateway.client()).chat(message, { sessionKey })).text;
  const say = (message: string) => sayIn("agent:main:main", message);
  const exchanges = () => world.signIn.tokenRequests().length;
  const profileIds = () => Object.keys(storedProfiles(world.gateway).profiles);

  async function startAndApprove(profile: string, account = accountOf(profile)): Promise<string> {
    return world.signIn.approve(linkIn(await say(`/codex_auth ${profile}`)), account);
  }

  describe("a sign-in in the web chat", () => {
    it("is offered for default while there is no profile", async () => {
      expect(await say("/codex_auth")).toContain("`/codex_auth default`");
    });

    it("ends with the plain pasted URL, and the profile is in the host's store", async () => {
      const saved = await say(await startAndApprove("default", PERSONAL));
      expect(saved).toContain("profile `default` now uses `dana@example.com` (plan: `plus`)");
      expect(saved).not.toContain("Delete your message");
      expect(profileIds()).toEqual(["openai:default"]);
    });

    it.each(["/codex_auth_finish ", "/codex-auth-finish ", "/Codex_Auth finish work ", "/codex_auth_finish: "])(
      "ends with the command in a spelling that the host accepts: %s",
      async (command) => {
        expect(await say(`${command}${await startAndApprove("work")}`)).toContain("now uses");
      },
    );

    it.each(["/codex_auth_finish@some_bot", " /codex_auth_finish", "/codex_auth_finishes"])(
      "keeps the URL behind %j from the model, loses nothing, and says how to spell the command",
      async (nearly) => {
        const address = await startAndApprove("work");
        expect(await say(`${nearly} ${address}`)).toMatch(
          /now uses|send the URL of the localhost page with `\/codex_auth_finish <callback URL>`/,
        );
        expect(world.model.saw(new URL(address).searchParams.get("code") ?? "none")).toEqual([]);
        expect(await say(`/codex_auth_finish ${address}`)).toMatch(/now uses|already used/);
      },
    );

    it("accepts the old prefix of a profile", async () => {
      expect(await say("/codex_auth openai-codex:work")).toContain("Sign in again to profile `work`");
      expect(await say("/codex_auth cancel")).toContain("Cancelled");
    });

    it("is refused to a client that may not administer the gateway, by command and by paste", async () => {
      const client = await world.gateway.client(LIMITED);
      expect((await client.chat("/codex_auth")).text).toContain("operator.admin");
      const address = await startAndApprove("work");
      const before = exchanges();
      expect((await client.chat(address)).text).toContain("a client with the scope operator.admin");
      expect(exchanges()).toBe(before);
      expect(await say(address)).toContain("now uses");
    });

    it("leaves neither code nor state of a pasted URL in the transcript", async () => {
      const address = await startAndApprove("work");
      await say(address);
      await say(`/codex_auth_finish ${address}`);
      const client = await world.gateway.client();
      const told = (await client.history()).filter(({ role }) => role === "user").map(({ text }) => text);
      const { searchParams } = new URL(address);
      expect(told.join("\n")).not.toContain(searchParams.get("code")?.slice(0, 8));
      expect(told.join("\n")).not.toContain(searchParams.get("state"));
      expect(told.at(-1)).toBe("/codex_auth_finish (callback URL, withheld from this transcript by codex-auth)");
    });
  });

  describe("if the sign-in server", () => {
    it.each(FAILURES)(
      "$name, the answer says what to do, and nothing is asked twice, saved or sent elsewhere",
      async ({ mode, says }) => {
        const address = await startAndApprove("failing");
        const before = exchanges();
        world.signIn.behave(mode);
        const answer = await say(address);
        expect(answer).toContain(says);
        expect(answer).toContain("/codex_auth failing");
        expect(exchanges()).toBe(before + 1);
        expect(world.proxy.refused).toEqual([]);
        expect(await say(address)).toContain("already used");
        expect(profileIds()).not.toContain("openai:failing");
      },
    );
  });

  describe("one profile, by words in the web chat", () => {
    it("has a card with the words for everything", async () => {
      const card = await say("/codex_auth show work");
      expect(card).toContain("Codex profile `work`: `work@example.com`, `plus`, signed in, renewed automatically");
      for (const words of ["work", "use work", "prefer work", "signout work", "undo work"]) {
        expect(card).toContain(`\`/codex_auth ${words}\``);
      }
    });

    it("is not pinned if a Codex profile does not serve the chat's model: the host would drop that pin", async () => {
      expect(await say("/codex_auth use work")).toContain("The model of this chat cannot use a Codex profile");
      expect(await say("/codex_auth unuse")).toContain("This profile is not set for this chat");
    });

    it("becomes the default, and the mark moves", async () => {
      const { profiles } = storedProfiles(world.gateway);
      expect(await say("/codex_auth prefer work")).toContain("`work` is now the default profile");
      expect(await say("/codex_auth")).toContain("• `work` (used by default): ");
      expect(storedProfiles(world.gateway).profiles).toEqual(profiles);
    });

    // The host puts the newest sign-in of an account in the place of the profile named default.
    it("is reported if the host tries another one first all the same", async () => {
      const address = await startAndApprove("newer", PERSONAL);
      expect(await say(address)).toContain(
        "You approved `dana@example.com` (plan: `plus`). Profile `default` already uses this account.",
      );
      expect(await say("/codex_auth keep newer")).toContain("profile `newer` now uses");
      expect(await say("/codex_auth prefer default")).toContain("OpenClaw still tries another profile first");
      expect(storedProfiles(world.gateway).order?.[0]).toBe("openai:default");
      expect(await say("/codex_auth")).toContain("• `newer` (used by default): ");
    });

    it("is signed out alone after a question, and put back unchanged", async () => {
      const before = storedProfiles(world.gateway);
      expect(await say("/codex_auth signout work")).toContain("Yes, sign out: `/codex_auth signout work yes`");
      expect(storedProfiles(world.gateway)).toEqual(before);
      expect(await say("/codex_auth signout work yes")).toContain("Signed out: `work` is no longer on this gateway");
      const { "openai:work": work, ...others } = before.profiles;
      expect(storedProfiles(world.gateway).profiles).toEqual(others);
      expect(await say("/codex_auth show work")).toContain("There is no profile named `work`");
      expect(await say("/codex_auth undo work")).toContain("Undone: profile `work` is as it was before");
      expect(storedProfiles(world.gateway).profiles).toEqual({ ...others, "openai:work": work });
      expect(await say("/codex_auth undo work")).not.toContain("Undone");
    });

    it.each(["show work", "use work", "prefer work", "signout work yes", "undo work", "log", "audit"])(
      "is refused to a client that may not administer the gateway: %s",
      async (words) => {
        const before = storedProfiles(world.gateway);
        const { text } = await (await world.gateway.client(LIMITED)).chat(`/codex_auth ${words}`);
        expect(text).toContain("operator.admin");
        expect(text).not.toContain("dana@");
        expect(storedProfiles(world.gateway)).toEqual(before);
      },
    );

    it("is not replaced by another account before the user says so, and no other profile changes", async () => {
      const question = await say(await startAndApprove("work", STUDIO));
      expect(question).toContain(
        "You approved `dana@studio.example` (plan: `team`), but profile `work` uses `work@example.com`",
      );
      expect(await say("/codex_auth")).toContain("• `work`: `work@example.com`");
      expect(await say("/codex_auth keep work")).toContain("profile `work` now uses `dana@studio.example`");
      expect(await say("/codex_auth")).toContain(
        "• `work`: `dana@studio.example`, `team`, signed in, renewed automatically",
      );
      expect(await say("/codex_auth")).toContain(
        "• `default`: `dana@example.com`, `plus`, signed in, renewed automatically",
      );
    });
  });

  // Last, because they cut or end every connection.
  describe("if the sign-in server", () => {
    it("hangs, the plugin stops waiting after 30 seconds", async () => {
      expect(await hanging).toContain("did not answer within 30 seconds");
    });

    it("cannot be reached, the answer says so", async () => {
      const address = await startAndApprove("failing");
      world.proxy.setMode("down");
      expect(await say(address)).toContain("could not reach auth.openai.com");
      world.proxy.setMode("up");
    });

    it.each(["wrong-name", "untrusted"] as const)("has a certificate that is %s, it gets no code", async (mode) => {
      const address = await startAndApprove("failing");
      const before = exchanges();
      world.proxy.setMode(mode);
      expect(await say(address)).toContain("could not be verified");
      world.proxy.setMode("up");
      expect(exchanges()).toBe(before);
    });
  });
}

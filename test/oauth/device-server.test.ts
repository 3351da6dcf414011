/** A device code over plain HTTP with the fake sign-in server: from the request for a code to the tokens. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeviceCodeResult, OAuthClient } from "../../src/actions/ports.ts";
import { createGuardedFetch } from "../../src/host/fetch.ts";
import { createOAuthClient } from "../../src/oauth/client.ts";
import { sandboxEndpoints, TOKEN_LIMITS } from "../../src/oauth/endpoints.ts";
import { Secret } from "../../src/secret.ts";
import { systemEntropy } from "../../src/system.ts";
import { createPlainSend } from "../../src/terminal/network.ts";
import { fakeAccount, SignInServer } from "../fakes/sign-in-server.ts";

const DANA = fakeAccount("dana@example.com", "plus");
const PACE = { intervalMs: 5000 };

let server: SignInServer;
let client: OAuthClient;
beforeEach(async () => {
  server = new SignInServer([DANA]);
  server.devices.settings.interval = 0;
  const endpoints = sandboxEndpoints(await server.listen());
  client = createOAuthClient(endpoints, systemEntropy, createGuardedFetch(createPlainSend(endpoints), TOKEN_LIMITS));
});
afterEach(() => server.close());

type Issued = Extract<DeviceCodeResult, { kind: "issued" }>;

async function issue(): Promise<Issued> {
  const result = await client.requestDeviceCode();
  if (result.kind === "refused") throw new Error(result.code);
  return result;
}

describe("a device code", () => {
  it("is pending, then approved once, and its code buys tokens", async () => {
    const device = await issue();
    expect(await client.pollDevice(device, PACE)).toEqual({ kind: "waiting", waitMs: 5000, pace: PACE });
    server.devices.approve(device.userCode.reveal(), DANA);
    const poll = await client.pollDevice(device, PACE);
    if (poll.kind !== "approved") throw new Error(poll.kind);
    expect(await client.pollDevice(device, PACE)).toMatchObject({ kind: "waiting" });
    const grant = { ...poll.grant, state: new Secret("0123456789abcdef") };
    expect(await client.exchange(grant)).toMatchObject({ kind: "exchanged", identity: { email: DANA.email } });
    expect(await client.exchange(grant)).toMatchObject({ kind: "refused", code: "token-rejected" });
  });

  it("buys no tokens with the redirect URI of a link", async () => {
    const device = await issue();
    server.devices.approve(device.userCode.reveal(), DANA);
    const poll = await client.pollDevice(device, PACE);
    if (poll.kind !== "approved") throw new Error(poll.kind);
    const { redirectUri } = await client.buildAuthorizationRequest();
    const grant = { ...poll.grant, redirectUri, state: new Secret("0123456789abcdef") };
    expect(await client.exchange(grant)).toMatchObject({ kind: "refused", code: "token-rejected" });
  });

  it.each(["user_code", "usercode"] as const)("is read if the server calls it %s", async (userCodeKey) => {
    server.devices.settings.userCodeKey = userCodeKey;
    expect((await issue()).userCode.reveal()).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{5}$/);
  });

  it("lives as long as the server says", async () => {
    const { expiresAtMs = 0 } = await issue();
    expect(Math.abs(expiresAtMs - Date.now() - 15 * 60_000)).toBeLessThan(60_000);
  });

  it("ends if the person declines or the code expires", async () => {
    const [declined, expired] = [await issue(), await issue()];
    server.devices.deny(declined.userCode.reveal());
    server.devices.expire(expired.userCode.reveal());
    expect(await client.pollDevice(declined, PACE)).toEqual({ kind: "ended", code: "authorization-denied" });
    expect(await client.pollDevice(expired, PACE)).toEqual({ kind: "ended", code: "device-code-expired" });
  });

  it("is polled more slowly if it was polled too early", async () => {
    server.devices.settings.interval = "60";
    const device = await issue();
    await client.pollDevice(device, PACE);
    expect(await client.pollDevice(device, PACE)).toMatchObject({ waitMs: 10_000, pace: { intervalMs: 10_000 } });
    expect(server.devices.earlyPolls).toBe(1);
  });

  it.each([
    { mode: "cloudflare-403" as const, code: "provider-blocked" },
    { mode: "unsupported-country" as const, code: "region-unsupported" },
    { mode: { kind: "rate-limited", retryAfter: "30" } as const, code: "provider-rate-limited" },
    { mode: "server-error-500" as const, code: "provider-failed" },
    { mode: "html-200" as const, code: "provider-blocked" },
    { mode: "malformed-json" as const, code: "token-response-invalid" },
  ])("is not issued: $code", async ({ mode, code }) => {
    server.behave(mode, 1, "code");
    expect(await client.requestDeviceCode()).toMatchObject({ kind: "refused", code });
  });

  it("is not issued by a server without device codes", async () => {
    server.devices.settings.mode = "refused";
    expect(await client.requestDeviceCode()).toMatchObject({ kind: "refused", code: "device-code-refused" });
  });

  it("is approved, declined and refused on the page that the card names", async () => {
    const device = await issue();
    expect(await (await fetch(device.verificationUri)).text()).toContain("user_code");
    const send = async (fields: Record<string, string>) => {
      const body = new URLSearchParams(fields);
      return (await fetch(device.verificationUri, { method: "POST", body })).text();
    };
    expect(await send({ user_code: "NONE-NONE", account: "0" })).toContain("This code is not known");
    server.devices.settings.mode = "off";
    const user_code = device.userCode.reveal().toLowerCase();
    expect(await send({ user_code, account: "0" })).toContain("Enable device code authorization for Codex");
    server.devices.settings.mode = "on";
    expect(await send({ user_code, account: "0" })).toContain("You signed in as dana@example.com");
    expect(await client.pollDevice(device, PACE)).toMatchObject({ kind: "approved" });
    const other = (await issue()).userCode.reveal();
    expect(await send({ user_code: other, deny: "1" })).toContain("You declined");
  });
});

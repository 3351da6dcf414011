/** One poll of a device code, with all that the plugin looks at around it, against the same guarded request alone. */
import "../test/host/sdk-alias.ts";
import { pollSignIn } from "../src/actions/device.ts";
import { createGuardedFetch, createHostSend } from "../src/host/fetch.ts";
import { createOAuthClient } from "../src/oauth/client.ts";
import { sandboxEndpoints, TOKEN_LIMITS } from "../src/oauth/endpoints.ts";
import type { DeviceSignIn } from "../src/rules/pending-sign-ins.ts";
import { createPendingStore } from "../src/store/pending-sign-ins.ts";
import { systemClock, systemEntropy, systemTimers } from "../src/system.ts";
import { createFakePorts, DANA } from "../test/fakes/fake-ports.ts";
import { SignInServer } from "../test/fakes/sign-in-server.ts";
import { makeTempDir } from "../test/support/temp-dir.ts";
import { ratio, stopwatch, takeTurns, type MeasureFigure } from "./measure.ts";

const LIMIT = 1.3;
const PACE = { intervalMs: 5000 };

/** Only of this checkout: an older one may have no device codes. */
export const measure: MeasureFigure = async () => {
  const server = new SignInServer();
  server.devices.settings.interval = 0;
  const endpoints = sandboxEndpoints(await server.listen());
  const fetch = createGuardedFetch(createHostSend(endpoints), TOKEN_LIMITS);
  const oauth = createOAuthClient(endpoints, systemEntropy, fetch);
  const device = await oauth.requestDeviceCode();
  if (device.kind !== "issued") throw new Error(device.code);
  const [deviceAuthId, userCode] = [device.deviceAuthId.reveal(), device.userCode.reveal()];
  const nowMs = systemClock.nowMs();
  const login: DeviceSignIn = {
    binding: DANA,
    profileId: "openai:work",
    profileName: "work",
    askedName: "work",
    stateDigest: "digest",
    state: "0123456789abcdef",
    codeVerifier: "verifier",
    redirectUri: "http://localhost:1455/auth/callback",
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 15 * 60_000,
    attempts: 0,
    device: { deviceAuthId, userCode, intervalMs: 5000 },
  };
  const pending = createPendingStore(makeTempDir("bench-poll"), DANA.gateway);
  await pending.update((document) => ({ result: undefined, next: { ...document, logins: [login] } }));
  // The first poll comes five seconds after the write. Until then a reader does not trust the time of the file.
  await systemTimers.wait(3000);
  const ports = { ...createFakePorts(), clock: systemClock, oauth, pending };
  const headers = { "Content-Type": "application/json", originator: "openclaw", "User-Agent": "openclaw" };
  const body = JSON.stringify({ device_auth_id: deviceAuthId, user_code: userCode });
  const alone = () => fetch({ url: endpoints.devicePoll, method: "POST", headers, body });
  const poll = () => pollSignIn(ports, { login, pace: PACE, isAllowed: () => true, ifOtherAccount: "ask-later" });
  try {
    const sides = [alone, poll].map((work) => () => stopwatch(work));
    const [base, ours] = await takeTurns({ rounds: 300, warmUps: 50 }, sides);
    return [ratio("one poll of a device code by the same request alone", LIMIT, ours, base)];
  } finally {
    await server.close();
  }
};

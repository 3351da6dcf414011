/** A started sign-in as the tests of pending sign-ins use it. */
import { SIGN_IN_TTL_MS, type PendingSignIn } from "../../src/rules/pending-sign-ins.ts";
import { DANA } from "../fakes/fake-ports.ts";

export const NOW_MS = 1_795_000_000_000;
export const DAY_MS = 24 * 60 * 60_000;
export const STRANGER = { ...DANA, conversationId: "6666", senderId: "6666" };

export function loginOf(id: string, overrides: Partial<PendingSignIn> = {}): PendingSignIn {
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

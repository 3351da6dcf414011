/** Profiles as the tests lay them down. */
import type { StoredCredential } from "../../src/store/host-records.ts";

const FAR_MS = 1_900_000_000_000;

/** The provider of the gateways' model server, whose profile is a plain key. */
const MODEL_PROVIDER = "fake";

/** `generation` tells the tokens of one sign-in of the profile from those of the next. */
export function hostRecord(profileId: string, generation = "1"): StoredCredential {
  const provider = profileId.split(":")[0] ?? "";
  if (provider === MODEL_PROVIDER)
    return { type: "api_key", provider, key: `key-of-model-${generation}` } as StoredCredential;
  const record = {
    type: "oauth",
    provider,
    access: `access-${profileId}-${generation}`,
    refresh: `refresh-${profileId}-${generation}`,
    expires: FAR_MS,
    email: "host@example.com",
    accountId: "account-of-host",
  };
  return record as StoredCredential;
}

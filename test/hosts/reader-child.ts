/**
 * The host's own reader and ours over one store, as another process: `<root> <version> <stateDir>`. It answers each line
 * of its input, a request in JSON, with a line that begins with `ANSWER`. The host may print other lines.
 */
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ProfileId } from "../../src/rules/profile-id.ts";
import { Secret } from "../../src/secret.ts";
import type { ProfileStore } from "../../src/actions/ports.ts";
import { ANSWER, type ReaderAnswer, type ReaderRequest } from "./readers.ts";
import { findHostFunction } from "./host-functions.ts";
import { openProfileStore } from "./our-store.ts";

interface HostStore {
  readonly profiles: Readonly<Record<string, { readonly type: string }>>;
}

const [root = "", version = "", stateDir = ""] = process.argv.slice(2);
const PARTS = ["agent-runtime", "provider-auth"];
const load = (await findHostFunction(root, "ensureAuthProfileStore", PARTS)) as (
  agentDir: string,
  options: object,
) => HostStore;
const idsOf = (await findHostFunction(root, "listProfilesForProvider", PARTS)) as (
  store: HostStore,
  provider: string,
) => readonly string[];

function readAsHost(agentId: string, provider: string) {
  const options = { readOnly: true, allowKeychainPrompt: false, syncExternalCli: false };
  const store = load(join(stateDir, "agents", agentId, "agent"), options);
  const listed = idsOf(store, provider).filter((id) => store.profiles[id]?.type === "oauth");
  return { listed, profiles: store.profiles };
}

async function signIn(store: ProfileStore, agentId: string, profileId: ProfileId) {
  const mayReplace = (await store.accounts(agentId)).find((one) => one.profileId === profileId)?.unreadable;
  return store.save({
    profileId,
    agentId,
    mayReplace,
    isAllowed: () => true,
    credential: {
      type: "oauth",
      provider: store.provider,
      access: new Secret("access-of-ours"),
      refresh: new Secret("refresh-of-ours"),
      expires: 1_900_000_000_000,
      accountId: "account-of-ours",
    },
  });
}

async function answer(store: ProfileStore, request: ReaderRequest): Promise<ReaderAnswer> {
  const { agentId, profileId } = request;
  const target = { agentId, profileId: profileId as ProfileId, isAllowed: () => true };
  const result =
    request.task === "sign-in"
      ? await signIn(store, agentId, target.profileId)
      : request.task === "undo"
        ? await store.undo(target)
        : undefined;
  const ours = (await store.list(agentId)).map(({ profileId: id, health }) => ({ id, health }));
  return { host: readAsHost(agentId, store.provider), ours, result };
}

const store = await openProfileStore(root, version, stateDir);
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`\n${ANSWER}${JSON.stringify(await answer(store, JSON.parse(line) as ReaderRequest))}\n`);
}
process.exit(0);

/**
 * The real host's store and its own renewal for the test that started it, one order for each line of its input. A process
 * of its own, because Node reads proxies and extra CAs from the environment when it starts.
 */
import { createInterface } from "node:readline";
import { bindAuthStoreSdk, loadRunningAuthSdk } from "../../src/host/auth-store.ts";
import type { ProfileId } from "../../src/rules/profile-id.ts";
import type { StoredCredential } from "../../src/store/host-records.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import { RememberedSignIns } from "../../src/store/remembered-sign-ins.ts";
import { createSqliteAuthStore } from "../../src/store/sqlite-auth-store.ts";
import { systemClock, systemEntropy } from "../../src/system.ts";
import { partsOver } from "./profile-store-requests.ts";

const PROFILE = "openai:work" as ProfileId;

export type Order =
  | { readonly do: "put"; readonly credential: StoredCredential }
  | { readonly do: "look" }
  | { readonly do: "renew" }
  | { readonly do: "list" }
  | { readonly do: "revive"; readonly times: number };

const sdk = bindAuthStoreSdk(await loadRunningAuthSdk(), () => ({}));
const host = createSqliteAuthStore(sdk);
const remembered = new RememberedSignIns();
const store = createProfileStore({ ...partsOver(host), clock: systemClock, remembered });
const agentDir = host.agentDirOf("main");

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case "put":
      return host.update({
        agentDir: undefined,
        keepInOrder: [],
        edit(document) {
          document.profiles[PROFILE] = order.credential;
          return true;
        },
      });
    case "look":
      return remembered.see([sdk.read(agentDir)], sdk.provider, systemEntropy);
    case "renew":
      return host.renew?.(agentDir, PROFILE).catch((error: unknown) => (error as Error).name);
    case "list":
      return (await store.list("main")).map(({ health, canRevive }) => ({ health, canRevive }));
    case "revive": {
      const target = { profileId: PROFILE, agentId: "main", isAllowed: () => true };
      return Promise.all(Array.from({ length: order.times }, () => store.revive(target)));
    }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(JSON.parse(line) as Order).catch((error: unknown) => `threw ${(error as Error).name}`);
  process.stdout.write(`answer ${JSON.stringify(answer ?? null)}\n`);
}
process.exit(0);

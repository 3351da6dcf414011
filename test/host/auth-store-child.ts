/** Looks once at the sign-ins of the agents `main` and `work`, with the real host, for the test that started it. */
import { bindAuthStoreSdk, loadRunningAuthSdk, lookAtSignIns } from "../../src/host/auth-store.ts";
import type { OpenClawPluginApi } from "../../src/host/sdk.ts";
import { RememberedSignIns } from "../../src/store/remembered-sign-ins.ts";
import { systemClock, systemEntropy } from "../../src/system.ts";

const config = { agents: { list: [{ id: "main", default: true }, { id: "work" }] } };
const warnings: string[] = [];
const logger = { info: () => undefined, warn: (line: string) => void warnings.push(line) };
const api = { runtime: { config: { current: () => config } }, logger } as unknown as OpenClawPluginApi;

const sdk = bindAuthStoreSdk(await loadRunningAuthSdk(), () => config as never);
await sdk.update({
  agentDir: undefined,
  keepInOrder: [],
  edit(document) {
    const tokens = { access: "at_canary", refresh: "rt_canary", expires: Date.now() + 864_000_000 };
    document.profiles["openai:work"] = { type: "oauth", provider: "openai", ...tokens };
    return true;
  },
});
const remembered = new RememberedSignIns();
await lookAtSignIns(api, { remembered, entropy: systemEntropy, nowMs: systemClock.nowMs() });
process.stdout.write(`answer ${JSON.stringify({ remembered: remembered.size, warnings })}\n`);
process.exit(0);

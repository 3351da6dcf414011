/** Sign-ins from the terminal while the host's gateway runs: does it know them at once, and is that what is said? */
import { describe, expect, it, onTestFinished } from "vitest";
import { startFakeModel } from "../fakes/model-server.ts";
import type { JsonObject } from "../support/gateway-config.ts";
import { waitUntil } from "../support/wait.ts";
import { DANA, ELI, type HostBench } from "./bench.ts";
import { describeHosts } from "./describe-hosts.ts";
import { HostGateway } from "./host-gateway.ts";

const MODEL_PROFILE = "fake:model";

/** Gateways that cannot be asked here what they know. */
const UNASKABLE: Readonly<Record<string, string>> = {
  "2026.2.2-3": "takes another signature of its clients",
  "2026.7.35": "installs a plugin for Codex models before it starts",
  "2026.8.2": "installs a plugin for Codex models before it starts",
};

describeHosts((version, open) => {
  describe("its running gateway", () => {
    it("knows a sign-in from the terminal as soon as that says so, and keeps it when it writes itself", async (context) => {
      const why = UNASKABLE[version];
      if (why !== undefined) context.skip(why);
      const bench = await open();
      await bench.seed(bench.idOf("before"), MODEL_PROFILE);
      const { gateway, model } = await startWithModel(bench);
      const before = await gateway.ask("/model status");
      expect(before).toContain(bench.idOf("before"));
      expect(before).not.toContain(bench.idOf("work"));

      const signedIn = await bench.signIn("work", DANA);
      expect(signedIn).toMatchObject({ ok: true });
      const isSeen = (await gateway.ask("/model status")).includes(bench.idOf("work"));
      context.task.meta.note = `restart_required: ${signedIn.restart_required}, seen: ${isSeen}`;
      expect(isSeen).toBe(signedIn.restart_required === false);

      await untilLive(bench);
      expect(await gateway.ask("hello")).toContain(model.answer);
      if (bench.traits.medium === "file") await untilUsed(bench);
      expect(bench.record("work")).toMatchObject({ email: ELI.email });
    });
  });
});

/** Each turn makes the gateway note in its store when the model's profile was used. */
async function startWithModel(bench: HostBench) {
  const model = await startFakeModel();
  onTestFinished(() => model.close());
  const gateway = await HostGateway.start(bench, configOf(bench.traits.provider, model.config));
  onTestFinished(() => gateway.stop());
  return { gateway, model };
}

/** Without a key in the config: the profile counts. The list of all models would be cut off before Codex's provider. */
function configOf(provider: string, { models }: Readonly<Record<string, unknown>>): JsonObject {
  const { fake } = (models as { readonly providers: { readonly fake: JsonObject } }).providers;
  const { apiKey: _key, ...withoutKey } = fake;
  const known = { "fake/fixed-answer": {}, [`${provider}/gpt-5.4`]: {} };
  return {
    agents: { defaults: { model: { primary: "fake/fixed-answer" }, models: known } },
    models: { mode: "merge", providers: { fake: withoutKey } },
  };
}

/**
 * On a slow machine the host's reload may take longer than a dead lock lasts. Then the answer asks for a restart, and the
 * gateway's next write would still start from its memory.
 */
async function untilLive(bench: HostBench): Promise<void> {
  await waitUntil("a sign-in that the gateway knows at once", async () => {
    const signedIn = await bench.signIn("work", ELI, "--replace");
    expect(signedIn).toMatchObject({ ok: true });
    return signedIn.restart_required === false;
  });
}

/** The gateway's own write. */
async function untilUsed(bench: HostBench): Promise<void> {
  await waitUntil("the gateway to note the use", () => bench.storedState().usageStats?.[`${MODEL_PROFILE}-0`]);
}

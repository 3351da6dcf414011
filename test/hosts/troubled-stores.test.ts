/** A store that cannot be read or written: nothing is lost, and one answer says so. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { hostTraitsOf } from "../../src/rules/host-versions.ts";
import { DANA, plant, type HostBench } from "./bench.ts";
import { describeHosts } from "./describe-hosts.ts";
import { copiesOf, FILE_TROUBLES, plantFile, SQLITE_TROUBLES, Unsupported, type Trouble } from "./troubled-stores.ts";

/** Every answer is a sentence or two, on one line. */
const MAX_WORDS = 60;

describeHosts((version, open) => {
  const troubles = hostTraitsOf(version)?.medium === "file" ? FILE_TROUBLES : SQLITE_TROUBLES;
  // The pinned host's own SDK meets these in test/store/profile-store-real.test.ts as well: not twice in `npm test`.
  describe("a store that is", () => {
    for (const trouble of troubles) {
      it(trouble.name, async (context) => {
        const bench = await open();
        const kept = await lay(bench);
        const address = await bench.begin("work");
        const files = makeOrSkip(context, bench, trouble);
        const before = files.map(textOf);

        const answer = await bench.finish("work", address);

        const said = answer.ok ? "saved" : (answer.error ?? "");
        context.task.meta.note = said;
        if (trouble.startsAnewOn?.includes(version)) {
          context.task.meta.note += ": this host's own SDK reads it as empty";
          expect(bench.record("work")).toMatchObject({ email: DANA.email });
          return;
        }
        expect(trouble.answers).toContain(said);
        expect(files.map(textOf)).toEqual(before);
        if (trouble.isCopied) expect(copiesOf(bench)).toEqual(before);
        if (said === "saved") {
          expect(Object.keys(bench.stored().profiles).toSorted()).toEqual([kept, bench.idOf("work")]);
          return;
        }
        expect(answer.exitCode).toBe(2);
        expect(answer.message?.split(/\s+/).length).toBeLessThan(MAX_WORDS);
        expect(answer.message).not.toMatch(/\n|Error:|undefined|\{/);
      });
    }
  });
});

/** Hosts that keep files import the sign-ins of still older ones, unless there is a store already. */
describeHosts((version, open) => {
  const traits = hostTraitsOf(version);
  describe.runIf(traits?.medium === "file")("sign-ins that are not imported", () => {
    it.each(["auth.json", "../../../credentials/oauth.json"])(
      "wait for the command that is named: %s",
      async (file) => {
        const bench = await open();
        const provider = bench.traits.provider;
        const login = {
          type: "oauth",
          provider,
          access: "old-access",
          refresh: "old-refresh",
          expires: 4_102_444_800_000,
        };
        plant(join(bench.agentDir, file), JSON.stringify({ [provider]: login }));
        const refused = await bench.terminal(["start", "--profile", "work"]);
        expect(refused).toMatchObject({ ok: false, error: "store_import_required" });
        expect(refused.message).toContain("openclaw models status");
        expect((await bench.terminal(["list"])).error).toBe("store_import_required");

        await bench.openclaw("models", "status");

        expect(await bench.signIn("work")).toMatchObject({ ok: true });
        const { [`${provider}:default`]: imported, ...others } = bench.stored().profiles;
        expect(Object.keys(others)).toEqual([bench.idOf("work")]);
        // 2026.5.12 keeps the tokens in an encrypted file beside the store.
        expect(imported?.refresh ?? imported?.["oauthRef"]).toEqual(
          version === "2026.5.12" ? expect.objectContaining({ provider: "openai-codex" }) : "old-refresh",
        );
      },
    );
  });
});

/** Byte for byte. */
const textOf = (file: string) => readFileSync(file, "latin1");

/** A store with one profile that is not ours; gives its id. */
async function lay(bench: HostBench): Promise<string> {
  const id = bench.idOf("before");
  if (bench.traits.medium === "sqlite") {
    await bench.seed(id);
    return `${id}-0`;
  }
  plantFile(bench);
  return id;
}

function makeOrSkip(context: TestContext, bench: HostBench, trouble: Trouble): readonly string[] {
  try {
    return trouble.make(bench);
  } catch (error) {
    if (error instanceof Unsupported) context.skip(error.message);
    throw error;
  }
}

/** The unit tests that a mutation run asks: those of the mutated folders and of the login that is made of them. */
import { defineConfig } from "vitest/config";
import { NearestFirst } from "./nearest-first.ts";

/** Real host SDK, or nothing but child processes, which know of no mutant. */
const LEFT_OUT = ["test/store/profile-store-real.test.ts", "test/store/private-file-waiting.test.ts"];

export default defineConfig({
  resolve: { alias: [{ find: /^fast-check$/, replacement: new URL("fast-check.ts", import.meta.url).pathname }] },
  test: {
    include: ["test/{flow,oauth,store,login}/*.test.ts"],
    exclude: LEFT_OUT,
    testTimeout: 20_000,
    runner: "test/mutants/runner.ts",
    setupFiles: ["test/mutants/setup.ts"],
    sequence: { sequencer: NearestFirst },
  },
});

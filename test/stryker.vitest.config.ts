import { defineConfig } from "vitest/config";
import "./support/run-folder.ts";

/** `npx stryker run`: the quick tests of what it mutates, without those that start processes or load a real host. */
export default defineConfig({
  test: {
    include: ["test/{rules,oauth,store,actions}/**/*.test.ts"],
    exclude: ["test/store/profile-store-real.test.ts", "test/store/private-file-waiting.test.ts"],
    testTimeout: 60_000,
  },
});

import { defineConfig } from "vitest/config";

/** Run by `npm run check:package`, and not with the other tests: a whole installation takes minutes. */
export default defineConfig({
  test: { include: ["test/package/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000 },
});

import { defineConfig } from "vitest/config";

/** Apart from `npm test`: it installs from the registry, and needs the tarball that `npm run check:package` packs. */
export default defineConfig({
  test: { include: ["test/package/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000 },
});

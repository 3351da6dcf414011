import { defineConfig } from "vitest/config";

const hostSdk = new URL("./node_modules/@openclaw/plugin-sdk/dist/plugin-sdk/", import.meta.url).pathname;

// The published spelling of the SDK, found in the one copy that package.json lists under the card's name.
const alias = [{ find: /^openclaw\/plugin-sdk\/(.+)$/, replacement: `${hostSdk}$1.js` }];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/browser/**", "test/hosts/**", "test/faults/**", "test/package/**"],
          // As many as the others have: vitest runs projects of the same number side by side.
          maxWorkers: 2,
          testTimeout: 20_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/support/staged-plugin.ts"],
          // Two cores: more gateways at once only make each start slower.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 150_000,
        },
      },
      {
        test: {
          name: "hosts",
          include: ["test/hosts/**/*.test.ts"],
          globalSetup: ["test/support/staged-plugin.ts", "test/hosts/prepare.ts"],
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          // Two cores: what is killed at a random time must not spend that time waiting for one.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/support/staged-plugin.ts"],
          testTimeout: 60_000,
          hookTimeout: 150_000,
        },
      },
    ],
  },
});

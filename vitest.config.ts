import { defineConfig } from "vitest/config";

const hostSdk = new URL("./node_modules/@openclaw/plugin-sdk/dist/plugin-sdk/", import.meta.url).pathname;

export default defineConfig({
  resolve: {
    // The published spelling of the SDK, found in the one copy that package.json lists under the card's name.
    alias: [{ find: /^openclaw\/plugin-sdk\/(.+)$/, replacement: `${hostSdk}$1.js` }],
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
  },
});

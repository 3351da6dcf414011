import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import "./test/support/run-folder.ts";
import { HANG_MS } from "./test/support/wait.ts";

const hostSdk = new URL("./node_modules/@openclaw/plugin-sdk/dist/plugin-sdk/", import.meta.url).pathname;

// The published spelling of the SDK, found in the one copy that package.json lists under the card's name.
const alias = [{ find: /^openclaw\/plugin-sdk\/(.+)$/, replacement: `${hostSdk}$1.js` }];

// The tests of gateways take longest, and mostly wait for a chat that sends one message a second: they run beside the
// others from the start.
class GatewaysFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isGateway = ({ project }: TestSpecification) => Number(project.name === "e2e");
    return sorted.toSorted((one, other) => isGateway(other) - isGateway(one));
  }
}

// A limit only ends a hang, so all are one. It is longer than the limit of a single wait, whose message names what was
// missing.
const shared = { testTimeout: 3 * HANG_MS, hookTimeout: 3 * HANG_MS, maxWorkers: 4 };
// After the others, with a core for each test.
const quiet = { ...shared, maxWorkers: 2, sequence: { groupOrder: 1 } };
const staged = "test/support/staged-plugin.ts";
/** Each starts a gateway of its own, which takes 40 seconds of a core before it says a word. */
const ownGateways = ["code", "listener", "repairs"].map((topic) => `test/e2e/${topic}.test.ts`);

export default defineConfig({
  test: {
    sequence: { sequencer: GatewaysFirst },
    projects: [
      {
        resolve: { alias },
        test: {
          ...shared,
          name: "unit",
          // Half of the time of these tests went into loading the same modules for each file.
          isolate: false,
          unstubEnvs: true,
          unstubGlobals: true,
          restoreMocks: true,
          include: ["test/**/*.test.ts"],
          exclude: [
            "test/e2e/**",
            "test/browser/**",
            "test/hosts/**",
            "test/faults/**",
            "test/channels/**",
            "test/package/**",
          ],
        },
      },
      {
        resolve: { alias },
        test: {
          ...shared,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: ["test/e2e/turns.test.ts", ...ownGateways],
          globalSetup: [staged],
        },
      },
      // Left to `test:all` and `.ci/run`, because `npm test` should take minutes.
      {
        resolve: { alias },
        test: { ...shared, name: "turns", include: ["test/e2e/turns.test.ts"], globalSetup: [staged] },
      },
      // Left to `test:all`.
      {
        resolve: { alias },
        test: { ...shared, name: "gateways", include: ownGateways, globalSetup: [staged] },
      },
      // The channel packages come from npm, so these are left to `test:channels`, `test:all` and `.ci/run` too.
      {
        resolve: { alias },
        test: {
          ...shared,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          name: "channels",
          include: ["test/channels/**/*.test.ts"],
          globalSetup: [staged],
        },
      },
      {
        test: {
          ...quiet,
          name: "hosts",
          include: ["test/hosts/**/*.test.ts"],
          globalSetup: [staged, "test/hosts/prepare.ts"],
        },
      },
      // These kill a program hundreds of times, 10 minutes and more, at times that must not be spent waiting for a core.
      {
        test: {
          ...quiet,
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          testTimeout: 12 * HANG_MS,
        },
      },
      {
        resolve: { alias },
        test: { ...shared, name: "browser", include: ["test/browser/**/*.test.ts"], globalSetup: [staged] },
      },
    ],
  },
});

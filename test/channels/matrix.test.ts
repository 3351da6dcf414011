/** Matrix, in words. */
import { afterAll, beforeAll, describe, inject } from "vitest";
import { startMatrix } from "../fakes/matrix.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { tellStory } from "./story.ts";

let world: ChatWorld;
const worldOf = () => world;

beforeAll(async () => {
  world = await createChatWorld(inject("pluginDir"), await startMatrix());
});
afterAll(() => world?.close());

describe("Matrix", () => {
  tellStory({ worldOf, buttons: "none", explainsRefusal: false, hasThreads: true, endsWithGateway: true });
  // The package keeps the last messages of each room.
  scanForLeaks(worldOf, { rows: /:plugin_state_entries:matrix\/sync-cache/ });
});

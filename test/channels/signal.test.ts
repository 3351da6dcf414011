/** Signal, in words. */
import { afterAll, beforeAll, describe, inject } from "vitest";
import { startSignal } from "../fakes/signal.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { tellStory } from "./story.ts";

let world: ChatWorld;
const worldOf = () => world;

beforeAll(async () => {
  world = await createChatWorld(inject("pluginDir"), await startSignal());
});
afterAll(() => world?.close());

describe("Signal", () => {
  tellStory({ worldOf, buttons: "none", explainsRefusal: true, hasThreads: false });
  // The package keeps the texts that a person may reply to.
  scanForLeaks(worldOf, { rows: /:plugin_state_entries:signal\/signal\.reply-authors/ });
});

/** iMessage, in words. */
import { afterAll, beforeAll, describe, inject } from "vitest";
import { startIMessage } from "../fakes/imessage.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { tellStory } from "./story.ts";

let world: ChatWorld;
const worldOf = () => world;

beforeAll(async () => {
  world = await createChatWorld(inject("pluginDir"), await startIMessage());
});
afterAll(() => world?.close());

describe("iMessage", () => {
  tellStory({ worldOf, buttons: "none", explainsRefusal: false, hasThreads: false });
  // The package knows its own messages again by their texts.
  scanForLeaks(worldOf, { cards: /:plugin_state_entries:imessage\/imessage\.sent-echoes/ });
});

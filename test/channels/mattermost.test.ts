/** Mattermost, in words. */
import { afterAll, beforeAll, describe, inject } from "vitest";
import { startMattermost } from "../fakes/mattermost.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { tellStory } from "./story.ts";

let world: ChatWorld;
const worldOf = () => world;

beforeAll(async () => {
  world = await createChatWorld(inject("pluginDir"), await startMattermost());
});
afterAll(() => world?.close());

describe("Mattermost", () => {
  tellStory({ worldOf, prefix: " ", buttons: "none", explainsRefusal: true, hasThreads: true });
  scanForLeaks(worldOf);
});

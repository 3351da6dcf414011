/** Feishu: typed commands, and buttons that send commands. */
import { afterAll, beforeAll, describe, inject } from "vitest";
import { startFeishu } from "../fakes/feishu.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { tellStory } from "./story.ts";

let world: ChatWorld;
const worldOf = () => world;

beforeAll(async () => {
  world = await createChatWorld(inject("pluginDir"), await startFeishu());
});
afterAll(() => world?.close());

describe("Feishu", () => {
  tellStory({ worldOf, buttons: "commands", explainsRefusal: true, hasThreads: true });
  scanForLeaks(worldOf, { files: /\/state\/gateway\.log$/, logsStates: true });
});

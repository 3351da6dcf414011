/** A gateway whose agents' turns run on the stored profiles, and that is restarted. Not in `npm test`. */
import { afterAll, beforeAll, inject } from "vitest";
import { createWorld, type World } from "../support/world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { boardWithTurns } from "./turns-board.ts";
import { afterRestart, turnsOnSavedProfiles } from "./turns-live.ts";

let world: World;
const worldOf = () => world;

beforeAll(async () => {
  world = await createWorld({ pluginDir: inject("pluginDir"), answers: "codex" });
});
afterAll(() => world?.close());

turnsOnSavedProfiles(worldOf);
afterRestart(worldOf);
boardWithTurns(worldOf);
scanForLeaks(worldOf, { chat: "both", connects: ["auth.openai.com:443", "chatgpt.com:443"] });

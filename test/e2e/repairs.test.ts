/**
 * A gateway whose agents' turns run on profiles whose renewal fails, that OpenClaw holds back, or that are nearly used up.
 * Not in `npm test`.
 */
import { afterAll, beforeAll, inject } from "vitest";
import { createWorld, type World } from "../support/world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { nudges } from "./nudge.ts";
import { repairs } from "./repairs.ts";

let world: World;
const worldOf = () => world;

beforeAll(async () => {
  world = await createWorld({ pluginDir: inject("pluginDir"), answers: "codex" });
});
afterAll(() => world?.close());

repairs(worldOf);
nudges(worldOf, "other");
scanForLeaks(worldOf, { chat: "telegram", connects: ["auth.openai.com:443", "chatgpt.com:443"] });

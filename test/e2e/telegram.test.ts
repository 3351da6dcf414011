/** The first gateway of `npm test`: Telegram. A topic may rely on the profiles of the topics before it. */
import { afterAll, beforeAll, inject } from "vitest";
import { createWorld, type World } from "../support/world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { whoMay } from "./telegram-access.ts";
import { profileCards } from "./telegram-cards.ts";
import { signInFromTelegram } from "./telegram-sign-in.ts";
import { textAlone } from "./telegram-text.ts";
import { usageOfAccounts } from "./usage.ts";

let world: World;
const worldOf = () => world;

beforeAll(async () => {
  world = await createWorld({ pluginDir: inject("pluginDir") });
});
afterAll(() => world?.close());

signInFromTelegram(worldOf);
profileCards(worldOf);
usageOfAccounts(worldOf);
whoMay(worldOf);
textAlone(worldOf);
scanForLeaks(worldOf, { chat: "telegram", connects: ["auth.openai.com:443", "chatgpt.com:443"] });

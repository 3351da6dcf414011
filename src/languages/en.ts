import type { Catalogue } from "./catalogue.ts";
import { EN_CHAT } from "./en-chat.ts";
import { EN_REFUSALS } from "./en-refusals.ts";
import { EN_TERMINAL } from "./en-terminal.ts";

export const EN: Catalogue = { chat: EN_CHAT, refusals: EN_REFUSALS, terminal: EN_TERMINAL };

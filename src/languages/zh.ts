import type { Catalogue } from "./catalogue.ts";
import { ZH_CHAT } from "./zh-chat.ts";
import { ZH_REFUSALS } from "./zh-refusals.ts";
import { ZH_TERMINAL } from "./zh-terminal.ts";

export const ZH: Catalogue = { chat: ZH_CHAT, refusals: ZH_REFUSALS, terminal: ZH_TERMINAL };

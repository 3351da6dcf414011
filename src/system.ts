/** The only clock and the only source of randomness. */
import { createHash, randomBytes } from "node:crypto";
import type { Clock, Entropy } from "./login/ports.ts";

export const systemClock: Clock = { nowMs: () => Date.now() };

export const systemEntropy: Entropy = {
  bytes(length) {
    const bytes = randomBytes(length);
    return { toBase64Url: () => bytes.toString("base64url"), toHex: () => bytes.toString("hex") };
  },
  digest: (text) => createHash("sha256").update(text).digest("base64url"),
};

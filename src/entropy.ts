/** The only source of randomness, and of digests. Node takes as long over its cryptography as over a small program. */
import { createHash, randomBytes } from "node:crypto";
import type { Entropy } from "./login/ports.ts";

export const systemEntropy: Entropy = {
  bytes(length) {
    const bytes = randomBytes(length);
    return { toBase64Url: () => bytes.toString("base64url"), toHex: () => bytes.toString("hex") };
  },
  digest: (text) => createHash("sha256").update(text).digest("base64url"),
};

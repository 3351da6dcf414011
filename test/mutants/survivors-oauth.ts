import type { Survivors } from "./survivor.ts";

export const OAUTH_SURVIVORS: Survivors = {
  "src/oauth/identity.ts": [
    {
      was: 'return JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString("utf8"));',
      becomes: ['return JSON.parse(Buffer.from(parts[1] ?? "Stryker was here!", "base64url").toString("utf8"));'],
      reason: "same",
      why: "there are three parts by then; the other side is for the compiler",
    },
    {
      was: "} catch {",
      becomes: ["} catch {}"],
      reason: "same",
      why: "a function that ends without a value answers undefined too",
    },
  ],
  "src/oauth/token-request.ts": [
    {
      was: '"token-response-invalid",',
      becomes: ['"",'],
      reason: "same",
      why: "what is none of these codes is answered with this one",
    },
  ],
  "src/oauth/token-response.ts": [
    {
      was: "} catch {",
      becomes: ["} catch {}"],
      reason: "same",
      why: "a function that ends without a value answers undefined too",
    },
    {
      was: "return text !== null && /^\\d{1,5}$/.test(text) ? Number(text) : undefined;",
      becomes: ["return true && /^\\d{1,5}$/.test(text) ? Number(text) : undefined;"],
      reason: "same",
      why: "a pattern reads null as the word, which is no number",
    },
    {
      was: "const known = serverCode === undefined ? undefined : REFUSAL_BY_SERVER_CODE.get(serverCode);",
      becomes: ["const known = false ? undefined : REFUSAL_BY_SERVER_CODE.get(serverCode);"],
      reason: "same",
      why: "nothing is listed under undefined",
    },
    {
      was: 'if (!fields.success) return { kind: "refused", code: "token-response-invalid" };',
      becomes: ['if (false) return { kind: "refused", code: "token-response-invalid" };'],
      reason: "same",
      why: "the next line throws without fields, and the caller answers that with the same code",
    },
  ],
};

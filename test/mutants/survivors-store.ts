import type { Survivors } from "./survivor.ts";

const NO_LINKS = "only a disk without second names for a file goes that way";
const ONE_CODE = "whatever is thrown there leaves as `undo-unwritable`";

export const STORE_SURVIVORS: Survivors = {
  "src/store/lock-file.ts": [
    {
      was: 'if (lstatSync(lockPath, { throwIfNoEntry: false })) throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });',
      becomes: ['if (false) throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });'],
      reason: "speed",
      why: "the making itself fails with the same code where there is one",
    },
    {
      was: 'if (lstatSync(lockPath, { throwIfNoEntry: false })) throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });',
      becomes: [
        'if (lstatSync(lockPath, { throwIfNoEntry: false })) throw Object.assign(new Error(""), { code: "EEXIST" });',
      ],
      reason: "words",
      why: "the code is what is read, by us and by proper-lockfile",
    },
    {
      was: "if (!NO_LINKS.has(codeOf(error))) throw error;",
      becomes: ["if (NO_LINKS.has(codeOf(error))) throw error;", "if (true) throw error;", "if (false) throw error;"],
      reason: "elsewhere",
      why: NO_LINKS,
    },
    { was: "writeNew(lockPath, contentAt);", becomes: [";"], reason: "elsewhere", why: NO_LINKS },
    {
      was: "unlinkSync(path);",
      becomes: [";"],
      reason: "elsewhere",
      why: `${NO_LINKS}; else the caller takes it away`,
    },
  ],
  "src/store/pending-logins.ts": [
    {
      was: "if (content === undefined) return EMPTY_DOCUMENT;",
      becomes: ["if (false) return EMPTY_DOCUMENT;"],
      reason: "same",
      why: "what is not there cannot be parsed either, and what cannot counts as empty",
    },
  ],
  "src/store/undo-records.ts": [
    {
      was: 'if (isNewer(parsed)) throw new CodexAuthError("undo-unwritable");',
      becomes: ['if (isNewer(parsed)) throw new CodexAuthError("");'],
      reason: "same",
      why: ONE_CODE,
    },
    {
      was: "return known.success ? (known.data.records as readonly UndoRecord[]) : [];",
      becomes: ['return known.success ? (known.data.records as readonly UndoRecord[]) : ["Stryker was here"];'],
      reason: "same",
      why: "what has no time is not fresh, and goes at once",
    },
    {
      was: 'return JSON.parse(content ?? "null");',
      becomes: ['return JSON.parse(content ?? "");'],
      reason: "same",
      why: "neither is a document",
    },
    {
      was: "} catch {",
      becomes: ["} catch {}"],
      reason: "same",
      why: "a function that ends without a value answers undefined too",
    },
    {
      was: "settle: (record) => put(record, () => false),",
      becomes: ["settle: (record) => put(record, () => undefined),"],
      reason: "same",
      why: "both mean no",
    },
  ],
};

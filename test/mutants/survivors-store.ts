import type { Survivors } from "./survivor.ts";

export const STORE_SURVIVORS: Survivors = {
  "src/store/host-document.ts": [
    {
      was: "} catch {",
      becomes: ["} catch {}"],
      reason: "same",
      why: "a function that ends without a value answers undefined too",
    },
    {
      was: "let [profilesChanged, stateChanged] = [false, false];",
      becomes: ["let [profilesChanged, stateChanged] = [];"],
      reason: "same",
      why: "what is not there is no change either",
    },
    {
      was: "if (value === undefined) entries.delete(key);",
      becomes: ["if (false) entries.delete(key);"],
      reason: "same",
      why: "JSON leaves out a key that holds nothing",
    },
  ],
  "src/store/file-system.ts": [
    {
      was: 'if (staged.has(temporary)) throw new Error("one file under two names");',
      becomes: ['if (staged.has(temporary)) throw new Error("");'],
      reason: "words",
      why: "it leaves as `store-write-failed`",
    },
    {
      was: "staged.delete(temporary);",
      becomes: [";"],
      reason: "same",
      why: "what was renamed is no longer there to be removed",
    },
    {
      was: "for (const temporary of staged.keys()) await rm(temporary, { force: true });",
      becomes: [
        "for (const temporary of staged.keys()) await rm(temporary, {});",
        "for (const temporary of staged.keys()) await rm(temporary, { force: false });",
      ],
      reason: "same",
      why: "what is still staged is there",
    },
    {
      was: "return process.getuid === undefined || uid === process.getuid();",
      becomes: ["return false || uid === process.getuid();"],
      reason: "elsewhere",
      why: "only a system without users goes that way",
    },
    {
      was: 'if (!isErrno(error, "ENOENT") || dirname(folder) === folder) throw error;',
      becomes: [
        'if (!isErrno(error, "ENOENT") && dirname(folder) === folder) throw error;',
        "if (false) throw error;",
        'if (!isErrno(error, "ENOENT") || false) throw error;',
      ],
      reason: "same",
      why: "the second making of the folder fails alike, and the root is always there",
    },
    {
      was: "await mkdir(folder, { mode: PRIVATE_DIR }).catch((again: unknown) => {",
      becomes: ["await mkdir(folder, { mode: PRIVATE_DIR }).catch((again: unknown) => {});"],
      reason: "same",
      why: "a folder that is not there is told by the next look at it",
    },
    {
      was: 'if (!isErrno(again, "EEXIST")) throw again;',
      becomes: [
        "if (false) throw again;",
        'if (isErrno(again, "EEXIST")) throw again;',
        "if (true) throw again;",
        'if (!isErrno(again, "")) throw again;',
      ],
      reason: "elsewhere",
      why: "only two processes that make one folder at once go that way",
    },
    {
      was: "} catch (error) {",
      becomes: ["} catch (error) {} finally {"],
      reason: "elsewhere",
      why: "told by full disks, in other processes",
    },
    {
      was: "await rm(path, { force: true });",
      becomes: ["await rm(path, {});", "await rm(path, { force: false });"],
      reason: "elsewhere",
      why: "told by full disks, in other processes",
    },
    {
      was: "await Promise.all(leftovers.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));",
      becomes: [
        "await Promise.all(leftovers.map((name) => rm(join(folder, name), {}).catch(() => undefined)));",
        "await Promise.all(leftovers.map((name) => rm(join(folder, name), { force: false }).catch(() => undefined)));",
      ],
      reason: "same",
      why: "what has just been listed is there; where it is not, nobody minds",
    },
  ],
  "src/store/host-file.ts": [
    {
      was: 'if (!isMine((await stat(dirname(path))).uid)) throw new CodexAuthError("store-unreadable");',
      becomes: ['if (!isMine((await stat(dirname(path))).uid)) throw new CodexAuthError("");'],
      reason: "same",
      why: "whatever is thrown there leaves with the code of the catch below",
    },
    {
      was: 'if (!stats.isFile() || !isMine(stats.uid) || stats.size > maxBytes) throw new CodexAuthError("store-unreadable");',
      becomes: ['if (!stats.isFile() || !isMine(stats.uid) || stats.size > maxBytes) throw new CodexAuthError("");'],
      reason: "same",
      why: "whatever is thrown there leaves with the code of the catch below",
    },
    {
      was: "for (let links = 0; links < MAX_LINKS; links += 1) {",
      becomes: ["for (let links = 0; links <= MAX_LINKS; links += 1) {"],
      reason: "same",
      why: "the system itself follows no more links",
    },
    {
      was: "const names = (await readdir(dirname(path)).catch(() => [])).filter((name) => name.startsWith(basename(prefix)));",
      becomes: [
        "const names = (await readdir(dirname(path)).catch(() => undefined)).filter((name) => name.startsWith(basename(prefix)));",
        'const names = (await readdir(dirname(path)).catch(() => ["Stryker was here"])).filter((name) => name.startsWith(basename(prefix)));',
      ],
      reason: "elsewhere",
      why: "only a folder that cannot be listed goes that way",
    },
  ],
  "src/store/private-file.ts": [
    {
      was: "if (known !== undefined && found !== undefined && isUnchanged(known.stats, found)) return known.content;",
      becomes: ["if (true && found !== undefined && isUnchanged(known.stats, found)) return known.content;"],
      reason: "same",
      why: "nothing is looked for where nothing is known",
    },
    {
      was: "return before.dev === now.dev && before.ino === now.ino && before.ctimeNs === now.ctimeNs && before.size === now.size;",
      becomes: [
        "return true && before.ctimeNs === now.ctimeNs && before.size === now.size;",
        "return before.dev === now.dev || before.ino === now.ino && before.ctimeNs === now.ctimeNs && before.size === now.size;",
        "return true && before.ino === now.ino && before.ctimeNs === now.ctimeNs && before.size === now.size;",
        "return before.dev === now.dev && true && before.ctimeNs === now.ctimeNs && before.size === now.size;",
        "return before.dev === now.dev && before.ino === now.ino && before.ctimeNs === now.ctimeNs && true;",
      ],
      reason: "elsewhere",
      why: "here every change has a time of its own; the others are for a disk whose clock stands still",
    },
    {
      was: "async function syncFolder(folder: string): Promise<void> {",
      becomes: ["async function syncFolder(folder: string): Promise<void> {}"],
      reason: "elsewhere",
      why: "told by a power cut alone",
    },
    {
      was: "await handle?.sync().catch(() => undefined);",
      becomes: ["await handle.sync().catch(() => undefined);"],
      reason: "elsewhere",
      why: "only a folder that can be written and not read goes that way",
    },
    {
      was: "await handle?.close();",
      becomes: ["await handle.close();"],
      reason: "elsewhere",
      why: "only a folder that can be written and not read goes that way",
    },
    {
      was: "if ((stats.mode & OTHERS) !== 0) await chmod(folder, PRIVATE_DIR);",
      becomes: ["if (true) await chmod(folder, PRIVATE_DIR);"],
      reason: "same",
      why: "a private folder is made private again",
    },
    {
      was: 'if (held === "busy") throw new CodexAuthError("pending-locked");',
      becomes: [
        'if (false) throw new CodexAuthError("pending-locked");',
        'if (held === "") throw new CodexAuthError("pending-locked");',
        'if (held === "busy") throw new CodexAuthError("");',
      ],
      reason: "elsewhere",
      why: "told by `private-file-waiting.test.ts`, which waits for other processes",
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
      why: "whatever is thrown there leaves as `undo-unwritable`",
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
  "src/store/sqlite-auth-store.ts": [
    {
      was: "if (!(await isLegacy)) return document;",
      becomes: ["if (true) return document;"],
      reason: "elsewhere",
      why: "told by `profile-store-real.test.ts`, over the real host's store",
    },
    {
      was: "if (!(await isLegacy)) throw error;",
      becomes: ["if (true) throw error;"],
      reason: "elsewhere",
      why: "told by `profile-store-real.test.ts`, over the real host's store",
    },
    {
      was: 'throw new CodexAuthError("store-migration-required");',
      becomes: ['throw new CodexAuthError("");'],
      reason: "elsewhere",
      why: "told by `profile-store-real.test.ts`, over the real host's store",
    },
    {
      was: 'const agentDir = request.agentDir ?? sdk.agentDirOf("main");',
      becomes: [
        'const agentDir = request.agentDir ?? sdk.agentDirOf("");',
        'const agentDir = request.agentDir && sdk.agentDirOf("main");',
      ],
      reason: "elsewhere",
      why: "told by `profile-store-real.test.ts`, over the real host's store",
    },
    {
      was: 'if (await fileExists(sdk.legacyFileOf(agentDir))) throw new CodexAuthError("store-migration-required");',
      becomes: [
        'if (await fileExists(sdk.legacyFileOf(agentDir))) throw new CodexAuthError("");',
        'if (false) throw new CodexAuthError("store-migration-required");',
      ],
      reason: "elsewhere",
      why: "told by `profile-store-real.test.ts`, over the real host's store",
    },
    {
      was: "read(agentDir);",
      becomes: [";"],
      reason: "elsewhere",
      why: "told by `profile-store-real.test.ts`, over the real host's store",
    },
  ],
  "src/store/audit-log.ts": [
    {
      was: 'last: (count) => trusted(async () => entriesIn((await readPrivateFile(path, MAX_BYTES)) ?? "").slice(-count)),',
      becomes: [
        'last: (count) => trusted(async () => entriesIn((await readPrivateFile(path, MAX_BYTES)) ?? "Stryker was here!").slice(-count)),',
      ],
      reason: "same",
      why: "a line that is no entry is passed over",
    },
  ],
  "src/store/notices.ts": [
    {
      was: "if (content === undefined) return [];",
      becomes: ["if (false) return [];", 'if (content === undefined) return ["Stryker was here"];'],
      reason: "same",
      why: "what is no text cannot be parsed, and what bears no time is no notice of today",
    },
    {
      was: "return [];",
      becomes: ['return ["Stryker was here"];'],
      reason: "same",
      why: "what bears no time is no notice of today",
    },
  ],
  "src/store/patience.ts": [
    {
      was: 'const code = error instanceof CodexAuthError ? error.code : "store-write-failed";',
      becomes: ['const code = error instanceof CodexAuthError ? error.code : "";'],
      reason: "same",
      why: "what is not known is called that below",
    },
    {
      was: '"store-write-failed",',
      becomes: ['"",'],
      reason: "same",
      why: "what is not known is called that below",
    },
  ],
  "src/store/recent-lists.ts": [
    {
      was: "this.#changes += 1;",
      becomes: ["this.#changes -= 1;"],
      reason: "same",
      why: "any other number tells of a change",
    },
  ],
  "src/store/replaced-record.ts": [
    {
      was: 'return record === undefined ? "" : entropy.digest(`${record.access ?? ""}\\n${record.refresh ?? ""}`);',
      becomes: [
        'return record === undefined ? "" : entropy.digest(`${record.access ?? "Stryker was here!"}\\n${record.refresh ?? ""}`);',
        'return record === undefined ? "" : entropy.digest(`${record.access ?? ""}\\n${record.refresh ?? "Stryker was here!"}`);',
      ],
      reason: "same",
      why: "any one word for a token that is missing tells it from one that is there",
    },
  ],
  "src/store/profile-store.ts": [
    {
      was: "const place = kept.orderIndex === undefined ? {} : { orderIndex: kept.orderIndex };",
      becomes: ["const place = false ? {} : { orderIndex: kept.orderIndex };"],
      reason: "same",
      why: "a place that is undefined is none",
    },
    {
      was: "let isAllowed = false;",
      becomes: ["let isAllowed = true;"],
      reason: "same",
      why: "a store that did not ask has thrown, and one that asked has said",
    },
    {
      was: "if (isAllowed) preferProfile(document, { profileId, provider: host.provider, othersInOrder });",
      becomes: ["if (true) preferProfile(document, { profileId, provider: host.provider, othersInOrder });"],
      reason: "same",
      why: "what is answered with false is not written, whatever was changed in it",
    },
    {
      was: 'let outcome: "written" | "moved" | "not-allowed" = "moved";',
      becomes: ['let outcome: "written" | "moved" | "not-allowed" = "";'],
      reason: "same",
      why: "a store that did not ask has thrown, and one that asked has said",
    },
    {
      was: "} catch {",
      becomes: ["} catch {}"],
      reason: "same",
      why: "a function that ends without a value answers undefined too",
    },
  ],
  "src/store/profiles-document.ts": [
    {
      was: 'const { access = "", refresh = "" } = credential;',
      becomes: ['const { access = "Stryker was here!", refresh = "" } = credential;'],
      reason: "same",
      why: "of an access token nothing is asked but whether it is a fence",
    },
    {
      was: "const order = document.order?.[provider] ?? [];",
      becomes: ['const order = document.order?.[provider] ?? ["Stryker was here"];'],
      reason: "same",
      why: "an order without the profile is left as it is",
    },
  ],
  "src/store/file-auth-store.ts": [
    {
      was: "await readFiles(dir).catch(() => update({ agentDir: dir, edit: () => false }).catch(() => undefined));",
      becomes: [
        "await readFiles(dir).catch(() => update({ agentDir: dir, edit: () => true }).catch(() => undefined));",
        "await readFiles(dir).catch(() => update({ agentDir: dir, edit: () => undefined }).catch(() => undefined));",
      ],
      reason: "same",
      why: "an edit that changes nothing is not written, whatever it answers",
    },
    {
      was: "if (changed.some(({ content }) => Buffer.byteLength(content) > MAX_BYTES)) {",
      becomes: ["if (changed.some(({ content }) => Buffer.byteLength(content) >= MAX_BYTES)) {"],
      reason: "open",
      why: "no test makes a file of 16 MiB to the byte",
    },
    {
      was: "if (attempt >= READ_ATTEMPTS) {",
      becomes: ["if (attempt > READ_ATTEMPTS) {"],
      reason: "speed",
      why: "one look more",
    },
    {
      was: 'return [...profiles.keys()].filter((id) => isOurs(id) && profiles.get(id)?.type === "oauth");',
      becomes: ['return [...profiles.keys()].filter((id) => isOurs(id) && profiles.get(id).type === "oauth");'],
      reason: "same",
      why: "the key of an entry leads to one always; the other side is for the compiler",
    },
  ],
};

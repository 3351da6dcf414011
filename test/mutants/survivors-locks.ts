import type { Survivors } from "./survivor.ts";

export const LOCK_SURVIVORS: Survivors = {
  "src/store/lock-file.ts": [
    {
      was: 'const NO_LINKS: ReadonlySet<unknown> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"]);',
      becomes: [
        'const NO_LINKS: ReadonlySet<unknown> = new Set(["EPERM", "", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"]);',
        'const NO_LINKS: ReadonlySet<unknown> = new Set(["EPERM", "ENOTSUP", "", "ENOSYS", "EMLINK", "EXDEV"]);',
        'const NO_LINKS: ReadonlySet<unknown> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "", "EMLINK", "EXDEV"]);',
        'const NO_LINKS: ReadonlySet<unknown> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "", "EXDEV"]);',
        'const NO_LINKS: ReadonlySet<unknown> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", ""]);',
      ],
      reason: "elsewhere",
      why: "only a disk without second names for a file goes that way",
    },
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
      becomes: ["if (false) throw error;"],
      reason: "elsewhere",
      why: "only a disk without second names for a file goes that way",
    },
  ],
  "src/store/lock-format.ts": [
    {
      was: "return readdirSync(lockPath).length === 0;",
      becomes: ["return true;"],
      reason: "same",
      why: "a folder with something in it cannot be removed either",
    },
    {
      was: "return false;",
      becomes: ["return true;"],
      reason: "elsewhere",
      why: "only a folder that another process makes a file between two looks goes that way",
    },
    {
      was: "return Math.abs(systemClock.nowMs() - stats.mtimeMs) > ageMs;",
      becomes: ["return Math.abs(systemClock.nowMs() - stats.mtimeMs) >= ageMs;"],
      reason: "speed",
      why: "a thousandth of a second sooner",
    },
    {
      was: 'if (stats === undefined) return "free";',
      becomes: ['if (stats === undefined) return "";'],
      reason: "same",
      why: "only `dead` and `foreign` are asked after",
    },
    {
      was: 'return isOlderThan(stats, staleMs) ? "dead" : "live";',
      becomes: ['return isOlderThan(stats, staleMs) ? "dead" : "";'],
      reason: "same",
      why: "only `dead` and `foreign` are asked after",
    },
    {
      was: "const stats = lstatSync(lockPath, { bigint: true, throwIfNoEntry: false });",
      becomes: ["const stats = lstatSync(lockPath, { bigint: false, throwIfNoEntry: false });"],
      reason: "elsewhere",
      why: "only a disk that gives a number again at once tells: the run keeps its files in memory",
    },
    {
      was: "const starttime = processOf(pid)?.starttime;",
      becomes: ["const starttime = processOf(pid).starttime;"],
      reason: "elsewhere",
      why: "only a machine without /proc goes that way",
    },
    {
      was: "remove: (lockPath) => (statsOf(lockPath)?.isDirectory() ? rmdirSync(lockPath) : unlinkSync(lockPath)),",
      becomes: [
        "remove: (lockPath) => (statsOf(lockPath).isDirectory() ? rmdirSync(lockPath) : unlinkSync(lockPath)),",
      ],
      reason: "same",
      why: "a lock that is gone cannot be removed, and whoever removes expects that to fail",
    },
    {
      was: 'return stats.size > MAX_LOCK_BYTES ? "" : readFileSync(lockPath, "utf8");',
      becomes: ['return stats.size > MAX_LOCK_BYTES ? "Stryker was here!" : readFileSync(lockPath, "utf8");'],
      reason: "same",
      why: "neither names a holder",
    },
    {
      was: 'return stats.size > MAX_LOCK_BYTES ? "" : readFileSync(lockPath, "utf8");',
      becomes: ['return stats.size > MAX_LOCK_BYTES ? "" : readFileSync(lockPath, "");'],
      reason: "same",
      why: "bytes become the same text where they are used",
    },
    {
      was: "} catch {",
      becomes: ["} catch {}"],
      reason: "same",
      why: "a function that ends without a value answers undefined too",
    },
    {
      was: 'return "";',
      becomes: ['return "Stryker was here!";'],
      reason: "elsewhere",
      why: "only who may not read a lock, and so not root, gets there",
    },
    {
      was: 'if (isErrno(error, "ESRCH")) return true;',
      becomes: ["if (true) return true;"],
      reason: "elsewhere",
      why: "root may signal everybody: the same tests tell under any other account",
    },
    {
      was: "if (running === undefined) return false;",
      becomes: ["if (false) return false;", "if (running === undefined) return true;"],
      reason: "elsewhere",
      why: "only a machine without /proc goes that way",
    },
    {
      was: 'return { state: fields[0] ?? "", starttime: Number(fields[19]) };',
      becomes: ['return { state: fields[0] ?? "Stryker was here!", starttime: Number(fields[19]) };'],
      reason: "same",
      why: "a text has a first part always; the other side is for the compiler",
    },
    {
      was: 'const isForgotten = judgement === "live" && stats !== undefined && isOlderThan(stats, OWN_STALE_MS);',
      becomes: ['const isForgotten = judgement === "live" && true && isOlderThan(stats, OWN_STALE_MS);'],
      reason: "same",
      why: "what is dead stays dead, and what is free has no age",
    },
  ],
  "src/store/lock.ts": [
    {
      was: "const isStillOurs = () => made !== undefined && identityIn(lockPath, format) === made;",
      becomes: ["const isStillOurs = () => true && identityIn(lockPath, format) === made;"],
      reason: "same",
      why: "nobody asks before there is one",
    },
    {
      was: "} catch {",
      becomes: ["} catch {}"],
      reason: "same",
      why: "a function that ends without a value answers undefined too",
    },
    {
      was: 'if (waitedMs >= waitMs) return "busy";',
      becomes: ['if (waitedMs > waitMs) return "busy";'],
      reason: "speed",
      why: "one step more",
    },
    {
      was: 'if (judgement !== "dead") return judgement;',
      becomes: ["if (false) return judgement;"],
      reason: "speed",
      why: "it is judged again before it is removed",
    },
    {
      was: 'if (!isErrno(error, "EEXIST")) throw error;',
      becomes: ["if (false) throw error;"],
      reason: "elsewhere",
      why: "only a folder in which nothing can be made goes that way",
    },
    {
      was: 'quietly(() => format.judge(lockPath) === "dead" && format.remove(lockPath));',
      becomes: ["quietly(() => true && format.remove(lockPath));"],
      reason: "elsewhere",
      why: "told by the tests between processes alone: within one, the look and the removal are one step",
    },
  ],
};

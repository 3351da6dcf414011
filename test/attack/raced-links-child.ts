/**
 * Puts a link in the place of a file or folder and takes it away again, as fast as it can, until it is killed:
 * `<what> <path> <victim>`. Says `racing` once it has begun.
 */
import { mkdirSync, renameSync, rmdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";

const [what, path = "", victim = ""] = process.argv.slice(2);

/** What fails was raced by the other side. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The next round comes.
  }
}

const beside = `${path}.of-the-attacker`;

const ROUNDS: Readonly<Record<string, () => void>> = {
  /** A link comes to be in one step, where a file was a moment ago; and the other way round. */
  link() {
    quietly(() => symlinkSync(victim, beside));
    quietly(() => renameSync(beside, path));
    quietly(() => writeFileSync(beside, "{}", { mode: 0o600 }));
    quietly(() => renameSync(beside, path));
  },
  /** The same, of a name that is only free for moments. */
  squat() {
    quietly(() => symlinkSync(victim, path));
    quietly(() => unlinkSync(path));
  },
  /** The folder goes away, and a link to something else comes for a moment; whoever needs the folder makes it anew. */
  folder() {
    quietly(() => renameSync(path, beside));
    quietly(() => symlinkSync(victim, path));
    quietly(() => unlinkSync(path));
    quietly(() => rmSync(beside, { recursive: true }));
  },
  /** As somebody else, who may make and remove only what is theirs. */
  stranger() {
    quietly(() => symlinkSync(victim, path));
    quietly(() => unlinkSync(path));
    quietly(() => mkdirSync(path, { mode: 0o777 }));
    quietly(() => rmdirSync(path));
    quietly(() => writeFileSync(path, "theirs", { flag: "wx", mode: 0o666 }));
    quietly(() => rmSync(path));
  },
};

const round = ROUNDS[what ?? ""];
if (round === undefined) throw new Error(`no such race: ${what}`);
process.stdout.write("racing\n");
for (;;) round();

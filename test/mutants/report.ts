/** What a mutation run found, as `docs/mutants.md` tells it. Pure. */
import type { Mutant } from "./mutant.ts";
import type { Survivor, Survivors } from "./survivor.ts";
import { FLOW_SURVIVORS } from "./survivors-flow.ts";
import { OAUTH_SURVIVORS } from "./survivors-oauth.ts";
import { LOCK_SURVIVORS } from "./survivors-locks.ts";
import { STORE_SURVIVORS } from "./survivors-store.ts";

const SURVIVORS: Survivors = { ...FLOW_SURVIVORS, ...OAUTH_SURVIVORS, ...LOCK_SURVIVORS, ...STORE_SURVIVORS };

/** What decides whether a sign-in, a name or a file is to be trusted. */
export const SECURITY_CHECKS: Readonly<Record<string, string>> = {
  "src/flow/callback-url.ts": "which pasted address is an answer: its place, state, code, issuer",
  "src/flow/pasted-text.ts": "what of a text is read as an address at all",
  "src/flow/pending-login.ts": "claiming once, expiry, attempts",
  "src/flow/binding.ts": "who may see, finish and stop a sign-in",
  "src/flow/profile-id.ts": "what a name may be, and which profile it means",
  "src/oauth/token-response.ts": "which answer of the server is taken",
  "src/oauth/identity.ts": "whose a token is",
  "src/store/private-file.ts": "which file of our own is trusted",
  "src/store/host-file.ts": "which file of a host is trusted",
  "src/store/file-system.ts": "what a write leaves behind",
  "src/store/lock.ts": "one writer at a time",
  "src/store/lock-format.ts": "whose a lock is, and whether its holder lives",
  "src/store/shape.ts": "what a stored sign-in may look like",
  "src/store/lock-file.ts": "that a lock is whole from its first moment",
  "src/store/pending-logins.ts": "which stored sign-ins are read back",
  "src/store/undo-records.ts": "which record an undo puts back",
  "src/store/host-document.ts": "which file of a host can be written back without loss",
};

const isSame = (one: Survivor, { was, becomes }: Mutant) => one.was === was && one.becomes.includes(becomes);
const reasonOf = (mutant: Mutant) => SURVIVORS[mutant.file]?.find((one) => isSame(one, mutant));
const shown = ({ file, line, was, becomes }: Mutant) => `${file}:${line}\n  - ${was}\n  + ${becomes}`;

const survivorsIn = (mutants: readonly Mutant[]) => mutants.filter(({ fate }) => fate === "survived");

const key = ({ file, was, becomes }: Pick<Mutant, "file" | "was" | "becomes">) => [file, was, becomes].join("\n");

/** Survivors without a reason, those of a security check that change what it does, and reasons of survivors that are none. */
export function faultsOf(mutants: readonly Mutant[]): readonly string[] {
  const survivors = survivorsIn(mutants);
  const files = new Set(mutants.map(({ file }) => file));
  const unexplained = survivors.filter((mutant) => reasonOf(mutant) === undefined);
  const open = survivors.filter((mutant) => mutant.file in SECURITY_CHECKS && reasonOf(mutant)?.reason === "open");
  const stale = Object.entries(SURVIVORS)
    .filter(([file]) => files.has(file))
    .flatMap(([file, list]) => list.flatMap(({ was, becomes }) => becomes.map((one) => ({ file, was, becomes: one }))))
    .filter((known) => !survivors.some(({ file, was, becomes }) => key(known) === key({ file, was, becomes })));
  return [
    ...unexplained.map((mutant) => `no reason: ${shown(mutant)}`),
    ...open.map((mutant) => `in a security check: ${shown(mutant)}`),
    ...stale.map(({ file, was, becomes }) => `no longer there: ${file}\n  - ${was}\n  + ${becomes}`),
  ];
}

const SCORE = ["mutants", "noticed", "not", "score"];

function scoreOf(mutants: readonly Mutant[]): readonly string[] {
  const [killed, survived] = [mutants.filter(({ fate }) => fate === "killed"), survivorsIn(mutants)];
  const asked = killed.length + survived.length;
  const score = asked === 0 ? "" : `${((100 * killed.length) / asked).toFixed(1)} %`;
  return [`${asked}`, `${killed.length}`, `${survived.length}`, score];
}

const rowOf = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [rowOf(head), rowOf(head.map(() => "---")), ...rows.map(rowOf)].join("\n");

/** Text that may hold anything but a line break, as code in a cell. */
const codeOf = (text: string) =>
  `<code>${text.replaceAll(/[&<>|*_`~[\]\\]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</code>`;

const folderOf = (file: string) => file.split("/").slice(0, -1).join("/");
const groupedBy = (mutants: readonly Mutant[], keyOf: (mutant: Mutant) => string) =>
  [...Map.groupBy(mutants, keyOf)].toSorted(([one], [other]) => one.localeCompare(other));

function scoresBy(mutants: readonly Mutant[], keyOf: (mutant: Mutant) => string) {
  return groupedBy(mutants, keyOf).map(([name, group]) => [name, ...scoreOf(group)]);
}

function survivorTable(file: string, mutants: readonly Mutant[]): string {
  const rows = mutants
    .toSorted((one, other) => one.line - other.line)
    .map((mutant) => {
      const known = reasonOf(mutant);
      const change = `${codeOf(mutant.was)}<br>${codeOf(mutant.becomes)}`;
      return [`${mutant.line}`, change, known === undefined ? "**not looked at**" : `${known.reason}: ${known.why}`];
    });
  return `### ${file}\n\n${tableOf(["line", "was, became", "why no test fails"], rows)}`;
}

const HEAD = `# Mutants

Written by \`npm run test:mutants\`: StrykerJS changes the core, the sign-in server's side and the stores in one place at a time.
A change that no unit test notices is a survivor; each is below with the reason, and the run fails on one that has none
(\`test/mutants/survivors-*.ts\`). Asked are the tests of the file and those nearest to it (\`test/mutants/nearest-first.ts\`), but for
those that only other processes or a real host could fail.`;

const CHECKS = `What decides whether an address, a person, a name, an answer or a file is to be trusted. A survivor here changes no decision,
or one that only other processes, accounts or disks can show (elsewhere); a test that is missing here (open) fails the run.`;

const REASONS = `- same: no input tells it from the original.
- words: a value that is shown and nothing more.
- speed: the same answer, sooner or later.
- elsewhere: seen where other processes, a real host or a failing disk are at it (\`test/e2e\`, \`test/hosts\`, \`test/faults\`,
  and the unit tests that start processes).
- open: a test that is missing.`;

const notAsked = (name: string, count: number) => `- ${name}: ${count === 0 ? "all" : count}`;

/** `unasked`: files that nothing was found out about yet. */
export function renderReport(mutants: readonly Mutant[], unasked: readonly string[]): string {
  const waiting = groupedBy(
    mutants.filter(({ fate }) => fate === "unasked"),
    ({ file }) => file,
  );
  const missing = [
    ...unasked.map((file) => notAsked(file, 0)),
    ...waiting.map(([file, { length }]) => notAsked(file, length)),
  ];
  const checks = Object.entries(SECURITY_CHECKS).map(([file, what]) => {
    const ofFile = mutants.filter((mutant) => mutant.file === file);
    return [file, what, ...scoreOf(ofFile)];
  });
  return `${[
    HEAD,
    tableOf(["folder", ...SCORE], [...scoresBy(mutants, ({ file }) => folderOf(file)), ["all", ...scoreOf(mutants)]]),
    tableOf(
      ["file", ...SCORE],
      scoresBy(mutants, ({ file }) => file),
    ),
    ...(missing.length === 0 ? [] : ["## Not asked yet", missing.toSorted().join("\n")]),
    "## Security checks",
    CHECKS,
    tableOf(["file", "decides", ...SCORE], checks),
    "## Survivors",
    REASONS,
    ...groupedBy(survivorsIn(mutants), ({ file }) => file).map(([file, group]) => survivorTable(file, group)),
  ].join("\n\n")}\n`;
}

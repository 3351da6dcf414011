/** A mutant as a person reads it: the line as it was, and as it became. */

export interface Mutant {
  /** From the repository's root. */
  readonly file: string;
  readonly line: number;
  readonly was: string;
  readonly becomes: string;
  readonly fate: "killed" | "survived" | "unasked";
}

/** What is read here of Stryker's report (its JSON schema, version 2). */
export interface Results {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly RawMutant[] }>>;
}

interface RawMutant {
  readonly status: string;
  readonly replacement?: string;
  /** Both count from 1; `end` is the first place behind it. */
  readonly location: { readonly start: Place; readonly end: Place };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

const FATES: Readonly<Record<string, Mutant["fate"]>> = {
  Killed: "killed",
  // An endless loop is noticed.
  Timeout: "killed",
  // The tests could not even begin.
  RuntimeError: "killed",
  Survived: "survived",
  NoCoverage: "survived",
};

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim();

function mutantOf(file: string, source: string, { status, replacement = "", location }: RawMutant): Mutant {
  const lines = source.split("\n");
  const { start, end } = location;
  const [first, last] = [lines[start.line - 1] ?? "", lines[end.line - 1] ?? ""];
  return {
    file,
    line: start.line,
    was: oneLine(first),
    becomes: oneLine(first.slice(0, start.column - 1) + replacement + last.slice(end.column - 1)),
    fate: FATES[status] ?? "unasked",
  };
}

/** The mutants of files that are still as they were when they were asked about. */
export function readMutants({ files }: Results, sourceOf: (file: string) => string): readonly Mutant[] {
  return Object.entries(files)
    .filter(([file, { source }]) => source === sourceOf(file))
    .flatMap(([file, { source, mutants }]) => mutants.map((mutant) => mutantOf(file, source, mutant)));
}

/** The licences of the packages that are built in. */
import { globSync, readFileSync } from "node:fs";

const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** One text of every package that one of these modules belongs to. Throws if a package has no licence file. */
export function licencesOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((id) => PACKAGE_FOLDER.exec(id) ?? []));
  return [...folders]
    .toSorted()
    .map(licenceOf)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function licenceOf(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Record<string, string>;
  const [file] = globSync("{LICENSE,LICENCE,License}*", { cwd: folder });
  if (file === undefined) throw new Error(`${name} ${version} has no licence file`);
  return `Parts of ${name} ${version} are built in:\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
}

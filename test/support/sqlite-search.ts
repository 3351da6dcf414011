/** Searches the rows of a gateway's databases: which table and key holds a text. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Every place as `<file>:<table>:<key>`, the key being the row's first short text columns. The gateway must be stopped. */
export function findInDatabases(folder: string, needles: readonly string[]): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sqlite"));
  return files.flatMap((file) => findInDatabase(join(folder, file), needles).map((place) => `${file}:${place}`));
}

function findInDatabase(path: string, needles: readonly string[]): string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[];
    return tables.flatMap(({ name }) => findInTable(database, name, needles));
  } finally {
    database.close();
  }
}

function findInTable(database: DatabaseSync, table: string, needles: readonly string[]): string[] {
  const rows = database.prepare(`select * from "${table}"`).all() as Record<string, unknown>[];
  const found = rows.filter((row) => needles.some((needle) => rowText(row).includes(needle)));
  return found.map((row) => `${table}:${keyOf(row, needles)}`);
}

function rowText(row: Record<string, unknown>): string {
  return Object.values(row)
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value)))
    .join("\n");
}

function keyOf(row: Record<string, unknown>, needles: readonly string[]): string {
  const isKey = (value: unknown): value is string =>
    typeof value === "string" && value.length <= 64 && !needles.some((needle) => value.includes(needle));
  return Object.values(row).filter(isKey).slice(0, 2).join("/");
}

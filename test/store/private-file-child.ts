/**
 * Another process that works on a locked file, as its arguments tell:
 * `count <file> <times>` adds 1 so many times; `hold <file>` says `held` under the lock and never lets go;
 * `serve <file>` adds 1 for each line of its input and answers `ok` or a code; `write <file> <text>` writes once.
 * Each ends by printing `done` or the code it was refused with.
 */
import { createInterface } from "node:readline";
import { updatePrivateFile } from "../../src/store/private-file.ts";

const [task, path = "", argument = ""] = process.argv.slice(2);
const MAX_BYTES = 64 * 1024;

function addOne(content: string | undefined) {
  return { result: undefined, next: String(Number(content ?? "0") + 1) };
}

function holdForEver(): never {
  process.stdout.write("held\n");
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const addOneTo = (file: string) => updatePrivateFile(file, MAX_BYTES, addOne);

function codeOf(updated: Promise<void>): Promise<string> {
  return updated.then(
    () => "ok",
    (error: { code?: string }) => error.code ?? "foreign error",
  );
}

async function work(): Promise<void> {
  if (task === "count") {
    for (let done = 0; done < Number(argument); done += 1) await addOneTo(path);
  } else if (task === "serve") {
    for await (const _line of createInterface({ input: process.stdin })) console.log(await codeOf(addOneTo(path)));
  } else if (task === "hold") {
    await updatePrivateFile(path, MAX_BYTES, holdForEver);
  } else {
    await updatePrivateFile(path, MAX_BYTES, () => ({ result: undefined, next: argument }));
  }
}

// Node gives this signal back its deadly default; with a handler, a write past the limit fails like one on a full disk.
process.on("SIGXFSZ", () => undefined);

try {
  await work();
  console.log("done");
} catch (error) {
  console.log((error as { code?: string }).code ?? "foreign error");
}

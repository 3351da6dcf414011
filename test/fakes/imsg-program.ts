/**
 * An `imsg` command in a folder of its own. It has no chats: each run hands its arguments and its stdio over a loopback
 * socket to this process, and prints what comes back.
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { NODE } from "../support/host.ts";
import { listenOnLoopback } from "../support/loopback.ts";
import { makeTempDir, removeTempDir } from "../support/temp-dir.ts";

/** One run of the command. */
export interface ImsgRun {
  readonly args: readonly string[];
  /** Lines of its stdin, until the caller ends it. */
  readonly lines: AsyncIterable<string>;
  print(line: string): void;
  exit(code: number): void;
}

export interface ImsgProgram {
  /** For `channels.imessage.cliPath`. */
  readonly cliPath: string;
  close(): Promise<void>;
}

/** `serve` must end each run with `exit`, except one whose stdin ended. */
export async function startImsgProgram(serve: (run: ImsgRun) => Promise<void>): Promise<ImsgProgram> {
  const secret = randomBytes(24).toString("base64url");
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    // A gateway that is killed cuts its programs off.
    socket.on("error", () => socket.destroy());
    void answer(socket, secret, serve);
  });
  const port = await listenOnLoopback(server);
  const folder = makeTempDir("imsg");
  // Not named `imsg`: the package looks for the chat database of a local one, and a Linux gateway has none.
  const cliPath = join(folder, "imsg-on-the-mac");
  writeFileSync(cliPath, programText(port, secret), { mode: 0o700 });
  return {
    cliPath,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      removeTempDir(folder);
    },
  };
}

async function answer(socket: Socket, secret: string, serve: (run: ImsgRun) => Promise<void>): Promise<void> {
  const input = createInterface({ input: socket, crlfDelay: Infinity });
  // A socket that is cut off has no end.
  socket.once("close", () => input.close());
  const lines = input[Symbol.asyncIterator]();
  const hello = await lines.next();
  const { secret: shown, args } = JSON.parse(hello.value ?? "{}") as { secret?: string; args?: string[] };
  if (shown !== secret || args === undefined) return void socket.destroy();
  const send = (message: object) => void (socket.writable && socket.write(`${JSON.stringify(message)}\n`));
  await serve({
    args,
    lines: { [Symbol.asyncIterator]: () => lines },
    print: (line) => send({ line }),
    exit: (code) => send({ exit: code }),
  });
  socket.end();
}

function programText(port: number, secret: string): string {
  return `#!${NODE}
const { connect } = process.getBuiltinModule("node:net");
const { createInterface } = process.getBuiltinModule("node:readline");
const socket = connect(${port}, "127.0.0.1");
socket.write(JSON.stringify({ secret: "${secret}", args: process.argv.slice(2) }) + "\\n");
process.stdin.pipe(socket);
for (const pipe of [socket, process.stdout]) pipe.on("error", () => process.exit(1));
socket.on("close", () => process.exit());
createInterface({ input: socket }).on("line", (text) => {
  const { line, exit } = JSON.parse(text);
  if (line !== undefined) process.stdout.write(line + "\\n");
  if (exit !== undefined) process.exitCode = exit;
});
`;
}

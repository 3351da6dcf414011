/** Sends what a browser, another program or an attacker would send to the listener, byte for byte. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function dial(port: number, host = "127.0.0.1"): Socket {
  return connect({ port, host });
}

/** The whole answer, up to the end of the connection. A connection that is cut without one gives status 0. */
export async function answerTo(socket: Socket): Promise<Answer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.on("close", () => resolve()));
  const [head = "", body = ""] = Buffer.concat(chunks)
    .toString("utf8")
    .split(/\r\n\r\n([^]*)/);
  const [first = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line) => /^([^:]+): *(.*)$/.exec(line) ?? []);
  return {
    status: Number(first.split(" ")[1] ?? 0),
    headers: Object.fromEntries(headers.map(([, name = "", value = ""]) => [name.toLowerCase(), value])),
    body,
  };
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly host?: string;
}

/** One request. `headers` replace the browser's `Host`. */
export async function send(
  port: number,
  target: string,
  { method = "GET", headers, host }: Sent = {},
): Promise<Answer> {
  const socket = dial(port, host);
  const answered = answerTo(socket);
  const lines = Object.entries({ Host: `localhost:${port}`, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`);
  return answered;
}

/** Another program on the port of one address. */
export async function occupy(port: number, host: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen({ port, host, ipv6Only: true });
  await once(server, "listening");
  return server;
}

/** Sends nothing, because a listener counts the requests that it answers. */
export async function isTaken(port: number, host?: string): Promise<boolean> {
  const socket = dial(port, host);
  return new Promise((resolve) => {
    socket.on("connect", () => resolve(true));
    socket.on("error", () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

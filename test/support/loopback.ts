/** Small helpers for servers that live on 127.0.0.1 for the length of one test. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer, type AddressInfo, type Server as NetServer } from "node:net";

/** Starts the server on a free loopback port and gives that port. */
export async function listenOnLoopback(server: NetServer | Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** Stops the server at once: open and kept-alive connections are cut. */
export async function closeServer(server: NetServer | Server): Promise<void> {
  if ("closeAllConnections" in server) server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** A port nobody listens on right now. Another process may take it before you do. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listenOnLoopback(probe);
  await closeServer(probe);
  return port;
}

/** The whole request body as text; throws past `limit` bytes. */
export async function readBody(request: IncomingMessage, limit = 4 * 1024 * 1024): Promise<string> {
  return (await readBytes(request, limit)).toString("utf8");
}

export async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > limit) throw new Error(`request body over ${limit} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

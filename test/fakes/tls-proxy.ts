/**
 * Lets a gateway reach "auth.openai.com" without leaving the machine: a TLS server with a throw-away CA and an
 * HTTP CONNECT proxy that tunnels the named hosts to it and refuses every other one.
 */
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { makeCa, makeLeaf } from "../support/certificates.ts";
import { closeServer, listenOnLoopback } from "../support/loopback.ts";
import { makeTempDir, removeTempDir } from "../support/temp-dir.ts";

/**
 * `up`: all well. `down`: the proxy answers 502. `reset`: the tunnel opens, then is cut.
 * `wrong-name`: a trusted certificate of another host. `untrusted`: the right name from an unknown CA.
 */
export type ProxyMode = "up" | "down" | "reset" | "wrong-name" | "untrusted";

export interface TlsProxy {
  readonly proxyUrl: string;
  /** The CA to trust, and nothing else: for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  /** `host:port` of every CONNECT, in order, refused ones included. */
  readonly connects: readonly string[];
  /** Those of `connects` that were refused because the host is not one of ours. */
  readonly refused: readonly string[];
  /** What a gateway needs to use this proxy. */
  readonly env: Readonly<Record<string, string>>;
  setMode(mode: ProxyMode): void;
  close(): Promise<void>;
}

/** Serves each host with its listener, e.g. `{ "auth.openai.com": signInServer.handle }`. */
export async function startTlsProxy(hosts: Readonly<Record<string, RequestListener>>): Promise<TlsProxy> {
  const dir = makeTempDir("ca");
  const trusted = await makeCa(dir, "trusted");
  const unknown = await makeCa(dir, "unknown");
  const names = Object.keys(hosts);
  const certificates = {
    right: await makeLeaf(dir, trusted, "right", names),
    wrongName: await makeLeaf(dir, trusted, "wrong-name", ["elsewhere.example"]),
    untrusted: await makeLeaf(dir, unknown, "untrusted", names),
  };

  const tls = createTlsServer(certificates.right, (request, response) => {
    const listener = hosts[(request.headers.host ?? "").replace(/:\d+$/u, "")];
    if (listener) return listener(request, response);
    response.writeHead(421).end();
  });
  const tlsPort = await listenOnLoopback(tls);

  const connects: string[] = [];
  const refused: string[] = [];
  const tunnels = new Set<Duplex>();
  let mode: ProxyMode = "up";
  const proxy = createServer((_request, response) => response.writeHead(502).end());
  proxy.on("connect", (request, client: Duplex, head: Buffer) => {
    const target = request.url ?? "";
    connects.push(target);
    client.on("error", () => client.destroy());
    const known = names.some((name) => target === `${name}:443`);
    if (!known) refused.push(target);
    if (!known || mode === "down") {
      client.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      return;
    }
    if (mode === "reset") {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n", () => client.destroy());
      return;
    }
    const upstream: Socket = connect(tlsPort, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    for (const [end, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      tunnels.add(end);
      end.on("error", () => other.destroy());
      end.on("close", () => {
        tunnels.delete(end);
        other.destroy();
      });
    }
  });
  const proxyUrl = `http://127.0.0.1:${await listenOnLoopback(proxy)}`;

  return {
    proxyUrl,
    caFile: trusted.certFile,
    connects,
    refused,
    env: {
      HTTPS_PROXY: proxyUrl,
      https_proxy: proxyUrl,
      HTTP_PROXY: proxyUrl,
      http_proxy: proxyUrl,
      NO_PROXY: "127.0.0.1,localhost",
      no_proxy: "127.0.0.1,localhost",
      NODE_EXTRA_CA_CERTS: trusted.certFile,
    },
    setMode(next) {
      mode = next;
      tls.setSecureContext(
        next === "wrong-name"
          ? certificates.wrongName
          : next === "untrusted"
            ? certificates.untrusted
            : certificates.right,
      );
      // A kept-alive tunnel would still use the certificate of before.
      for (const tunnel of tunnels) tunnel.destroy();
    },
    async close() {
      for (const tunnel of tunnels) tunnel.destroy();
      await Promise.all([closeServer(proxy), closeServer(tls)]);
      removeTempDir(dir);
    },
  };
}

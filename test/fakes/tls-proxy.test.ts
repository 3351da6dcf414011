import { readFileSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { connect as tlsConnect } from "node:tls";
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SignInServer } from "./sign-in-server.ts";
import { startTlsProxy, type ProxyMode, type TlsProxy } from "./tls-proxy.ts";

const server = new SignInServer();
let proxy: TlsProxy;
beforeAll(async () => {
  proxy = await startTlsProxy({ "auth.openai.com": server.handle });
});
afterAll(() => proxy.close());

function tunnel(target: string): Promise<{ status: number; socket: Socket }> {
  return new Promise((resolve, reject) => {
    const call = plainRequest(proxy.proxyUrl, { method: "CONNECT", path: target });
    call.once("connect", (response, socket: Socket) => resolve({ status: response.statusCode ?? 0, socket }));
    call.once("error", reject);
    call.end();
  });
}

async function handshake(): Promise<string> {
  const { socket } = await tunnel("auth.openai.com:443");
  return new Promise((resolve) => {
    const tls = tlsConnect({ socket, servername: "auth.openai.com", ca: readFileSync(proxy.caFile) }, () => {
      tls.write("GET /nothing HTTP/1.1\r\nhost: auth.openai.com\r\nconnection: close\r\n\r\n");
      tls.once("data", (data: Buffer) => {
        resolve(data.toString().split("\r\n")[0] ?? "");
        tls.destroy();
      });
    });
    tls.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

describe("tls proxy", () => {
  it.each([
    ["up", "HTTP/1.1 404 Not Found"],
    ["wrong-name", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["untrusted", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["reset", "ECONNRESET"],
    ["up", "HTTP/1.1 404 Not Found"],
  ] satisfies [ProxyMode, string][])("when %s, a handshake ends with %s", async (mode, outcome) => {
    proxy.setMode(mode);
    expect(await handshake()).toBe(outcome);
  });

  it("refuses the tunnel when down", async () => {
    proxy.setMode("down");
    expect((await tunnel("auth.openai.com:443")).status).toBe(502);
    proxy.setMode("up");
  });

  it.each(["chatgpt.com:443", "auth.openai.com:80", "auth.openai.com.evil.example:443"])(
    "refuses %s and writes it down",
    async (target) => {
      expect((await tunnel(target)).status).toBe(502);
      expect(proxy.refused.at(-1)).toBe(target);
      expect(proxy.connects.at(-1)).toBe(target);
    },
  );
});

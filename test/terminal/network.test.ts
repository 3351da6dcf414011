import http, { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createNetServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { createGuardedFetch } from "../../src/host/fetch.ts";
import { type Endpoints, OPENAI, sandboxEndpoints, TOKEN_LIMITS } from "../../src/oauth/endpoints.ts";
import type { TerminalEnvironment } from "../../src/environment.ts";
import type { OutgoingRequest } from "../../src/actions/ports.ts";
import type { HostConfig } from "../../src/terminal/folders.ts";
import { createPlainSend, mayGatewayRun, plainObstacle } from "../../src/terminal/network.ts";
import { closeServer, freePort, listenOnLoopback, readBody } from "../support/loopback.ts";
import { makeMachine } from "./machine.ts";

const REQUEST: Omit<OutgoingRequest, "url"> = {
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: "code=canary-code",
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let answer: Answer;
let requests: { readonly url: string; readonly body: string }[];
let endpoints: Endpoints;
const server = createServer(async (request, response) => {
  requests.push({ url: request.url ?? "", body: await readBody(request) });
  answer(request, response);
});

beforeEach(async () => {
  requests = [];
  answer = (_request, response) => response.end("{}");
  if (!server.listening) await listenOnLoopback(server);
  endpoints = sandboxEndpoints(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
});
afterEach(() => closeServer(server));

const signal = () => AbortSignal.timeout(60_000);
const send = () => createPlainSend(endpoints)({ ...REQUEST, url: endpoints.token }, signal());

describe("createPlainSend", () => {
  it("sends the request as it is, and gives the answer", async () => {
    answer = (_request, response) => response.writeHead(400, { "x-id": "1" }).end('{"error":"x"}');
    const { response, release } = await send();
    expect([response.status, response.headers.get("x-id"), await response.text()]).toEqual([400, "1", '{"error":"x"}']);
    await release();
    expect(requests).toEqual([{ url: "/oauth/token", body: "code=canary-code" }]);
  });

  it("sends a request without a body", async () => {
    const request = { url: endpoints.token, method: "GET", headers: {} } as const;
    await createPlainSend(endpoints)(request, signal());
    expect(requests).toEqual([{ url: "/oauth/token", body: "" }]);
  });

  it.each(["/oauth/token/", "/oauth/authorize", "/"])("reaches nothing but the token endpoint: %s", async (path) => {
    const url = new URL(path, endpoints.token).href;
    await expect(createPlainSend(endpoints)({ ...REQUEST, url }, signal())).rejects.toThrow(
      new CodexAuthError("internal"),
    );
    expect(requests).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])("follows no redirect: %i", async (status) => {
    answer = (_request, response) => response.writeHead(status, { location: "/elsewhere" }).end();
    await expect(send()).rejects.toThrow(new CodexAuthError("token-response-invalid"));
    expect(requests).toHaveLength(1);
  });

  it("cuts the connection of a redirect that never ends, so that the program can", async () => {
    const closed = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.on("close", () => closed.resolve());
      response.writeHead(302, { location: "/elsewhere" }).write("x");
    };
    await expect(send()).rejects.toThrow(new CodexAuthError("token-response-invalid"));
    await closed.promise;
  });

  it("cuts the connection of an answer that was not read to its end", async () => {
    const closed = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.on("close", () => closed.resolve());
      response.writeHead(200).write("x");
    };
    const { release } = await send();
    await release();
    await closed.promise;
  });

  it("stops at the signal", async () => {
    answer = () => undefined;
    const aborter = new AbortController();
    const sent = createPlainSend(endpoints)({ ...REQUEST, url: endpoints.token }, aborter.signal);
    aborter.abort();
    await expect(sent).rejects.toThrow();
  });
});

const fetchToken = () =>
  createGuardedFetch(createPlainSend(endpoints), TOKEN_LIMITS)({ ...REQUEST, url: endpoints.token });

describe("behind the guarded fetch", () => {
  it("gives the whole answer", async () => {
    answer = (_request, response) => response.end('{"access_token":"x"}');
    expect((await fetchToken()).body).toBe('{"access_token":"x"}');
  });

  it("calls a server that is not there unreachable, and says nothing of what was to be sent", async () => {
    endpoints = sandboxEndpoints(`http://127.0.0.1:${await freePort()}`);
    await expect(fetchToken()).rejects.toThrow(new CodexAuthError("provider-unreachable"));
  });

  it("refuses a redirect", async () => {
    answer = (_request, response) => response.writeHead(307, { location: "http://127.0.0.1:1/" }).end();
    await expect(fetchToken()).rejects.toThrow(new CodexAuthError("token-response-invalid"));
  });

  it("stops reading an answer that is too long", async () => {
    const closed = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.on("close", () => closed.resolve());
      response.on("error", () => undefined);
      response.writeHead(200);
      response.write(Buffer.alloc(2 * 1024 * 1024));
    };
    await expect(fetchToken()).rejects.toThrow(new CodexAuthError("token-response-invalid"));
    await closed.promise;
  });
});

/** Like the real server's, but of a name that no machine has: without the proxy nothing is reached. */
const ELSEWHERE: Endpoints = {
  ...OPENAI,
  token: "https://sign-in.invalid/oauth/token",
  hostname: "sign-in.invalid",
  urls: ["https://sign-in.invalid/oauth/token"],
};

describe("a proxy that the environment names", () => {
  const PROXY_VARIABLES = ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [
    name,
    name.toLowerCase(),
  ]);
  const setProxy = vi.spyOn(http, "setGlobalProxyFromEnv");
  let tunnels: string[];
  const proxy = createServer();
  proxy.on("connect", ({ url = "" }, socket) => {
    tunnels.push(url);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });

  beforeEach(async () => {
    tunnels = [];
    for (const name of PROXY_VARIABLES) vi.stubEnv(name, undefined);
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${await listenOnLoopback(proxy)}`);
  });
  afterEach(async () => {
    for (const { value } of setProxy.mock.results) (value as () => void)();
    setProxy.mockClear();
    vi.unstubAllEnvs();
    await closeServer(proxy);
  });

  it("is used for the real server, and not bypassed if it refuses", async () => {
    const sent = createPlainSend(ELSEWHERE)({ ...REQUEST, url: ELSEWHERE.token }, signal());
    await expect(sent).rejects.toThrow();
    expect(tunnels).toEqual(["sign-in.invalid:443"]);
  });

  it("is not used if NO_PROXY names the server", async () => {
    vi.stubEnv("NO_PROXY", ELSEWHERE.hostname);
    await expect(createPlainSend(ELSEWHERE)({ ...REQUEST, url: ELSEWHERE.token }, signal())).rejects.toThrow();
    expect(tunnels).toEqual([]);
  });

  it.each([
    { name: "without a scheme", write: (place: string) => place },
    { name: "in quotes", write: (place: string) => `"http://${place}"` },
    { name: "between spaces", write: (place: string) => ` http://${place} ` },
    { name: "with a password that has % and @", write: (place: string) => `dana:50%off@h@${place}` },
    { name: "with a path", write: (place: string) => `http://${place}/proxy` },
  ])("is used as people write it: $name", async ({ write }) => {
    const place = (process.env["HTTPS_PROXY"] ?? "").slice("http://".length);
    vi.stubEnv("HTTPS_PROXY", write(place));
    expect(plainObstacle(ELSEWHERE)).toBeUndefined();
    await expect(createPlainSend(ELSEWHERE)({ ...REQUEST, url: ELSEWHERE.token }, signal())).rejects.toThrow();
    expect(tunnels).toEqual(["sign-in.invalid:443"]);
  });

  it("is used if only ALL_PROXY names it", async () => {
    vi.stubEnv("ALL_PROXY", process.env["HTTPS_PROXY"]);
    vi.stubEnv("HTTPS_PROXY", undefined);
    await expect(createPlainSend(ELSEWHERE)({ ...REQUEST, url: ELSEWHERE.token }, signal())).rejects.toThrow();
    expect(tunnels).toEqual(["sign-in.invalid:443"]);
  });

  it("is refused before anything is sent if it cannot be used", async () => {
    vi.stubEnv("HTTPS_PROXY", "socks5h://127.0.0.1:1080");
    expect(plainObstacle(ELSEWHERE)).toEqual({ code: "proxy-socks", variable: "HTTPS_PROXY" });
    const sent = createPlainSend(ELSEWHERE)({ ...REQUEST, url: ELSEWHERE.token }, signal());
    await expect(sent).rejects.toThrow(new CodexAuthError("proxy-socks"));
    expect(setProxy).not.toHaveBeenCalled();
  });

  describe("on a Node that does not set it", () => {
    const original = http.setGlobalProxyFromEnv;
    beforeEach(() => Object.assign(http, { setGlobalProxyFromEnv: undefined }));
    afterEach(() => Object.assign(http, { setGlobalProxyFromEnv: original }));

    it("is refused, unless NO_PROXY names the server", () => {
      vi.stubEnv("NODE_USE_ENV_PROXY", undefined);
      expect(plainObstacle(ELSEWHERE)).toEqual({ code: "proxy-needs-other-node", variable: "HTTPS_PROXY" });
      vi.stubEnv("NO_PROXY", ".invalid");
      expect(plainObstacle(ELSEWHERE)).toBeUndefined();
    });

    it.each([
      { name: "a URL", variable: "HTTPS_PROXY", value: "http://127.0.0.1:7890", expected: undefined },
      { name: "no scheme", variable: "HTTPS_PROXY", value: "127.0.0.1:7890", expected: "proxy-needs-other-node" },
      {
        name: "curl's variable",
        variable: "ALL_PROXY",
        value: "http://127.0.0.1:1",
        expected: "proxy-needs-other-node",
      },
    ])("is left to NODE_USE_ENV_PROXY if it has $name: $expected", ({ variable, value, expected }) => {
      vi.stubEnv("HTTPS_PROXY", undefined);
      vi.stubEnv("NODE_USE_ENV_PROXY", "1");
      vi.stubEnv(variable, value);
      expect(plainObstacle(ELSEWHERE)?.code).toBe(expected);
    });
  });

  it("is not used for a sandbox on this machine", async () => {
    vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${await freePort()}`);
    expect((await send()).response.status).toBe(200);
    expect(requests).toHaveLength(1);
  });
});

const { environment } = makeMachine();

describe("mayGatewayRun", () => {
  const listener = createNetServer();
  let port: number;
  beforeEach(async () => {
    port = await listenOnLoopback(listener);
  });
  afterEach(() => closeServer(listener));

  const ask = (config: HostConfig, change: Partial<TerminalEnvironment> = {}) =>
    mayGatewayRun({ ...environment, gatewayPort: port, ...change }, config);

  it("is true for a listener on loopback, which receives nothing", async () => {
    const received = Promise.withResolvers<number>();
    listener.once("connection", (socket) => {
      socket.on("error", () => undefined);
      socket.on("close", () => received.resolve(socket.bytesRead));
      socket.resume();
    });
    expect(await ask({})).toBe(true);
    expect(await received.promise).toBe(0);
  });

  it.each([
    { name: "no gateway", config: {} },
    { name: "an empty gateway", config: { gateway: {} } },
    { name: "a gateway on loopback", config: { gateway: { mode: "local", bind: "loopback" } } },
    { name: "a gateway on all addresses", config: { gateway: { bind: "lan" } } },
    { name: "a gateway on an address that the host chooses", config: { gateway: { bind: "auto" } } },
  ])("is false without a listener if the config has $name", async ({ config }) => {
    await closeServer(listener);
    expect(await ask(config)).toBe(false);
  });

  it.each([
    { name: "a port", config: { gateway: { port: 28_789 } } },
    { name: "a port in text", config: { gateway: { port: "28789" } } },
    { name: "a port in a variable", config: { gateway: { port: "${PORT}" } } },
    { name: "an address", config: { gateway: { bind: "custom", customBindHost: "127.0.0.9" } } },
    { name: "an address without its kind", config: { gateway: { customBindHost: "10.0.0.2" } } },
    { name: "the address of a tailnet", config: { gateway: { bind: "tailnet" } } },
    { name: "a kind of address that is not known here", config: { gateway: { bind: "docker" } } },
    { name: "a gateway on another machine", config: { gateway: { mode: "remote" } } },
    { name: "a gateway from another file", config: { gateway: { $include: "./gateway.json" } } },
  ])("is true without a listener if the config names $name", async ({ config }) => {
    await closeServer(listener);
    expect(await ask(config)).toBe(true);
  });

  it("is true without a listener if the environment names a URL or a container", async () => {
    await closeServer(listener);
    expect(await ask({}, { hasGatewayElsewhere: true })).toBe(true);
  });
});

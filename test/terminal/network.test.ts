import http, { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createNetServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { createGuardedFetch } from "../../src/host/fetch.ts";
import { type Endpoints, OPENAI, sandboxEndpoints } from "../../src/oauth/endpoints.ts";
import type { TokenRequestInit } from "../../src/oauth/token.ts";
import type { HostConfig } from "../../src/terminal/folders.ts";
import { createPlainSend, gatewayPortOf, isListening } from "../../src/terminal/network.ts";
import { closeServer, freePort, listenOnLoopback, readBody } from "../support/loopback.ts";
import { makeMachine } from "./machine.ts";

const INIT: TokenRequestInit = {
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: "code=canary-code",
} as TokenRequestInit;

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
const send = () => createPlainSend(endpoints)(endpoints.token, INIT, signal());

describe("createPlainSend", () => {
  it("sends the request as it is, and gives the answer", async () => {
    answer = (_request, response) => response.writeHead(400, { "x-id": "1" }).end('{"error":"x"}');
    const { response, release } = await send();
    expect([response.status, response.headers.get("x-id"), await response.text()]).toEqual([400, "1", '{"error":"x"}']);
    await release();
    expect(requests).toEqual([{ url: "/oauth/token", body: "code=canary-code" }]);
  });

  it.each(["/oauth/token/", "/oauth/authorize", "/"])("reaches nothing but the token endpoint: %s", async (path) => {
    const url = new URL(path, endpoints.token).href;
    await expect(createPlainSend(endpoints)(url, INIT, signal())).rejects.toThrow(new CodexAuthError("internal"));
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
    const sent = createPlainSend(endpoints)(endpoints.token, INIT, aborter.signal);
    aborter.abort();
    await expect(sent).rejects.toThrow();
  });
});

const fetchToken = () => createGuardedFetch(createPlainSend(endpoints))(endpoints.token, INIT);

describe("behind the guarded fetch", () => {
  it("gives the whole answer", async () => {
    answer = (_request, response) => response.end('{"access_token":"x"}');
    expect(await (await fetchToken()).text()).toBe('{"access_token":"x"}');
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
const ELSEWHERE: Endpoints = { ...OPENAI, token: "https://sign-in.invalid/oauth/token", hostname: "sign-in.invalid" };

describe("a proxy that the environment names", () => {
  const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
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
    const sent = createPlainSend(ELSEWHERE)(ELSEWHERE.token, INIT, signal());
    await expect(sent).rejects.toThrow();
    expect(tunnels).toEqual(["sign-in.invalid:443"]);
  });

  it("is not used if NO_PROXY names the server", async () => {
    vi.stubEnv("NO_PROXY", ELSEWHERE.hostname);
    await expect(createPlainSend(ELSEWHERE)(ELSEWHERE.token, INIT, signal())).rejects.toThrow();
    expect(tunnels).toEqual([]);
  });

  it("is not used for a sandbox on this machine", async () => {
    vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${await freePort()}`);
    expect((await send()).response.status).toBe(200);
    expect(requests).toHaveLength(1);
  });
});

const { environment } = makeMachine();

describe("gatewayPortOf", () => {
  const ROWS: readonly {
    readonly name: string;
    readonly gatewayPort: number | undefined;
    readonly config: HostConfig;
    readonly expected: number;
  }[] = [
    { name: "the environment's word", gatewayPort: 4001, config: {}, expected: 4001 },
    {
      name: "the environment's word before the config's",
      gatewayPort: 4001,
      config: { gateway: { port: 4002 } },
      expected: 4001,
    },
    { name: "the config's", gatewayPort: undefined, config: { gateway: { port: 4002 } }, expected: 4002 },
    { name: "the default beside a config without one", gatewayPort: undefined, config: {}, expected: 18_789 },
    {
      name: "the default beside a gateway without one",
      gatewayPort: undefined,
      config: { gateway: {} },
      expected: 18_789,
    },
    {
      name: "the default beside one that is no number",
      gatewayPort: undefined,
      config: { gateway: { port: "4002" } },
      expected: 18_789,
    },
  ];

  it.each(ROWS)("is $name", ({ gatewayPort, config, expected }) => {
    expect(gatewayPortOf({ ...environment, gatewayPort }, config)).toBe(expected);
  });
});

describe("isListening", () => {
  const listener = createNetServer();
  afterEach(() => closeServer(listener));

  it("is true for a listener, which receives nothing", async () => {
    const received = Promise.withResolvers<number>();
    listener.once("connection", (socket) => {
      socket.on("error", () => undefined);
      socket.on("close", () => received.resolve(socket.bytesRead));
      socket.resume();
    });
    expect(await isListening(await listenOnLoopback(listener))).toBe(true);
    expect(await received.promise).toBe(0);
  });

  it("is false without a listener", async () => {
    expect(await isListening(await freePort())).toBe(false);
  });
});

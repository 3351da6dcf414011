/** The production transport against the real host SDK: proxy, TLS, limits. */
import { rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { createGuardedFetch, createHostSend, hostObstacle, hostProxyFacts } from "../../src/host/fetch.ts";
import { OPENAI, sandboxEndpoints, TOKEN_LIMITS, type Endpoints } from "../../src/oauth/endpoints.ts";
import type { OutgoingRequest } from "../../src/actions/ports.ts";
import { SignInServer } from "../fakes/sign-in-server.ts";
import { startTlsProxy, type TlsProxy } from "../fakes/tls-proxy.ts";
import { NODE } from "../support/host.ts";
import { closeServer, freePort, listenOnLoopback, readBody } from "../support/loopback.ts";
import { killTree, spawnOwned } from "../support/owned-process.ts";
import { findInFolders } from "../support/state-search.ts";
import type { Answer, Ask, Told } from "./guarded-fetch-child.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const repository = new URL("../../", import.meta.url).pathname;
const BODY = "grant_type=authorization_code&code=ac_canary-code&code_verifier=canary-verifier";
const MIB = 1024 * 1024;

interface Requester {
  ask(ask: Partial<Ask>): Promise<Told>;
  /** All it wrote that is not an answer. */
  noise(): string;
  readonly folder: string;
  stop(): void;
}

/** A process with these variables and nothing else of ours; its folder is the host's home, state and temp. */
function startRequester(env: Readonly<Record<string, string>>): Requester {
  const folder = makeTempDir("fetch");
  const places = { HOME: folder, TMPDIR: folder, OPENCLAW_HOME: folder, OPENCLAW_STATE_DIR: folder };
  const args = [
    "--import",
    join(repository, "test/host/sdk-alias.ts"),
    join(repository, "test/host/guarded-fetch-child.ts"),
  ];
  const child = spawnOwned(NODE, args, { env: { PATH: "/usr/bin:/bin", ...places, ...env }, cwd: repository });
  let noise = "";
  child.stderr.on("data", (chunk: Buffer) => (noise += chunk.toString("utf8")));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    folder,
    async ask(ask) {
      const full: Ask = { endpoints: OPENAI, url: OPENAI.token, body: BODY, ...ask };
      child.stdin.write(`${JSON.stringify(full)}\n`);
      for (;;) {
        const line = await lines.next();
        if (line.done) throw new Error(`the process ended:\n${noise}`);
        if (line.value.startsWith('{"answer"')) return JSON.parse(line.value) as Told;
        noise += `${line.value}\n`;
      }
    },
    noise: () => noise,
    stop() {
      killTree(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const thrown = (code: string) => ({ kind: "thrown", isOurs: true, code });

describe("behind a proxy, with the real endpoints", () => {
  const signIn = new SignInServer();
  const elsewhere: string[] = [];
  let listener: RequestListener = signIn.handle;
  let proxy: TlsProxy;
  let requester: Requester;

  beforeAll(async () => {
    proxy = await startTlsProxy({
      "auth.openai.com": (request, response) => listener(request, response),
      "elsewhere.example": (request, response) => {
        elsewhere.push(request.url ?? "");
        response.end("{}");
      },
    });
    requester = startRequester(proxy.env);
  });

  afterAll(async () => {
    requester.stop();
    await proxy.close();
  });

  beforeEach(() => {
    listener = signIn.handle;
    signIn.behave("well");
    signIn.requests.length = 0;
    elsewhere.length = 0;
    proxy.setMode("up");
  });

  const answerTo = async (ask: Partial<Ask> = {}): Promise<Answer> => (await requester.ask(ask)).answer;

  /** A server that answers every request like this. */
  function answering(status: number, body: string | Buffer = "", headers: Record<string, string> = {}): void {
    listener = (_request, response) => {
      response.writeHead(status, headers);
      response.end(body);
    };
  }

  it("gives back the status and the whole body", async () => {
    answering(418, '{"a":1}', { "content-type": "application/json" });
    expect(await answerTo()).toEqual({ kind: "response", status: 418, text: '{"a":1}', length: 7 });
  });

  it("sends the body as it is, once, to the token endpoint", async () => {
    await answerTo();
    expect(signIn.requests).toMatchObject([
      { method: "POST", path: "/oauth/token", body: BODY.split("&").map((pair) => pair.split("=")) },
    ]);
  });

  it("goes through a tunnel, so that the proxy sees the name and nothing else", async () => {
    const before = proxy.connects.length;
    await answerTo();
    expect(proxy.connects.slice(before)).toEqual(["auth.openai.com:443"]);
  });

  it("asks for a limit of 30 seconds", async () => {
    expect((await requester.ask({})).limitsMs).toEqual([30_000]);
  });

  it.each([301, 302, 303, 307, 308])("follows no redirect with %i", async (status) => {
    const before = proxy.connects.length;
    signIn.behave({ kind: "redirect", status, location: "https://elsewhere.example/oauth/token" });
    expect(await answerTo()).toMatchObject(thrown("token-response-invalid"));
    expect(elsewhere).toEqual([]);
    expect(proxy.connects.slice(before)).toEqual(["auth.openai.com:443"]);
  });

  it("follows no redirect back to the same host", async () => {
    signIn.behave({ kind: "redirect", location: OPENAI.token });
    expect(await answerTo()).toMatchObject(thrown("token-response-invalid"));
    expect(signIn.tokenRequests()).toHaveLength(1);
  });

  it("takes a body of exactly 1 MiB", async () => {
    answering(200, "a".repeat(MIB));
    expect(await answerTo()).toMatchObject({ kind: "response", length: MIB });
  });

  it("refuses a body of one byte more", async () => {
    answering(200, "a".repeat(MIB + 1));
    expect(await answerTo()).toMatchObject(thrown("token-response-invalid"));
  });

  it("hangs up on an endless body instead of reading it all", async () => {
    signIn.behave("huge-body");
    expect(await answerTo()).toMatchObject(thrown("token-response-invalid"));
    expect(signIn.hugeBytes).toBeLessThan(16 * MIB);
  });

  it.each([
    { name: "an unknown authority", mode: "untrusted" },
    { name: "another name", mode: "wrong-name" },
  ] as const)("sends nothing to a server with a certificate of $name", async ({ mode }) => {
    proxy.setMode(mode);
    expect(await answerTo()).toMatchObject(thrown("provider-certificate"));
    expect(signIn.requests).toEqual([]);
  });

  it("reports an unreachable server if the proxy refuses, which undici reports as an abort", async () => {
    proxy.setMode("down");
    expect(await answerTo()).toMatchObject(thrown("provider-unreachable"));
  });

  it("reports an unreachable server if the tunnel is cut", async () => {
    proxy.setMode("reset");
    expect(await answerTo()).toMatchObject(thrown("provider-unreachable"));
  });

  it("reports an unreachable server if it closes the connection", async () => {
    signIn.behave("reset");
    expect(await answerTo()).toMatchObject(thrown("provider-unreachable"));
  });

  it("reports an unreachable server if the body ends early", async () => {
    listener = (_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("half", () => response.destroy());
    };
    expect(await answerTo()).toMatchObject(thrown("provider-unreachable"));
  });

  it("gives up on a server that never answers", async () => {
    signIn.behave("hang");
    expect(await answerTo({ limitMs: 300 })).toMatchObject(thrown("provider-timeout"));
  });

  it("stops reading a slow body that never ends", async () => {
    listener = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    };
    expect(await answerTo({ limitMs: 300 })).toMatchObject(thrown("provider-timeout"));
  });

  it.each([
    { name: "another host", url: "https://elsewhere.example/oauth/token" },
    { name: "a host that ends like it", url: "https://evil-auth.openai.com/oauth/token" },
    { name: "a host below it", url: "https://x.auth.openai.com/oauth/token" },
    { name: "a host above it", url: "https://openai.com/oauth/token" },
    { name: "a host it is the user of", url: "https://auth.openai.com@elsewhere.example/oauth/token" },
    { name: "a loopback address", url: "https://127.0.0.1/oauth/token" },
    { name: "the host without TLS", url: "http://auth.openai.com/oauth/token" },
    { name: "a file", url: "file:///etc/passwd" },
    { name: "no address", url: "canary" },
  ])("sends nothing to $name", async ({ url }) => {
    const before = proxy.connects.length;
    expect(await answerTo({ url })).toMatchObject({ kind: "thrown", isOurs: true });
    expect([proxy.connects.slice(before), elsewhere, signIn.requests]).toEqual([[], [], []]);
  });

  it.each([204, 205, 304])("gives back an answer with %i, which may have no body", async (status) => {
    answering(status);
    expect(await answerTo()).toMatchObject({ kind: "response", status });
  });

  it("repeats nothing of request or answer in an error", async () => {
    const modes = ["huge-body", "reset", "hang", { kind: "redirect" }] as const;
    const texts: string[] = [];
    for (const mode of modes) {
      signIn.behave(mode);
      const answer = await answerTo({ limitMs: 300 });
      texts.push(JSON.stringify(answer));
    }
    proxy.setMode("untrusted");
    texts.push(
      JSON.stringify(await answerTo()),
      JSON.stringify(await answerTo({ url: "https://canary.example/?canary" })),
    );
    expect(texts.join()).not.toMatch(/canary|AAAA/);
  });

  it("writes no secret to its terminal", () => {
    expect(requester.noise()).not.toMatch(/ac_canary|canary-verifier/);
  });
});

describe("with no proxy", () => {
  let requester: Requester;
  beforeAll(() => {
    requester = startRequester({});
  });
  afterAll(() => requester.stop());

  /** A name that no resolver knows (RFC 6761), so that nothing leaves the machine. */
  const NOWHERE: Endpoints = { ...OPENAI, hostname: "nowhere.invalid", token: "https://nowhere.invalid/oauth/token" };

  it("calls a server unreachable whose name does not resolve", async () => {
    const { answer } = await requester.ask({ endpoints: NOWHERE, url: NOWHERE.token });
    expect(answer).toMatchObject(thrown("provider-unreachable"));
  });

  it("sends nothing to a private address that the allowed name may resolve to", async () => {
    const local: Endpoints = {
      ...OPENAI,
      hostname: "localhost",
      token: `https://localhost:${await freePort()}/oauth/token`,
    };
    const { answer } = await requester.ask({ endpoints: local, url: local.token });
    expect(answer).toMatchObject(thrown("provider-unreachable"));
  });
});

describe("with a proxy that is not there", () => {
  it("calls the server unreachable", async () => {
    const proxyUrl = `http://127.0.0.1:${await freePort()}`;
    const requester = startRequester({ HTTPS_PROXY: proxyUrl, https_proxy: proxyUrl });
    const { answer } = await requester.ask({});
    requester.stop();
    expect(answer).toMatchObject(thrown("provider-unreachable"));
  });
});

describe("with the sandbox endpoints", () => {
  const signIn = new SignInServer();
  let origin: string;
  let requester: Requester;

  beforeAll(async () => {
    origin = await signIn.listen();
    // A proxy that is not there: loopback is never looked for behind one.
    requester = startRequester({ HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" });
  });
  afterAll(async () => {
    requester.stop();
    await signIn.close();
  });
  afterEach(() => {
    signIn.requests.length = 0;
  });

  const askSandbox = async (sandboxOrigin: string, url?: string) => {
    const endpoints = sandboxEndpoints(sandboxOrigin);
    return (await requester.ask({ endpoints, url: url ?? endpoints.token })).answer;
  };

  it("reaches a plain HTTP server on 127.0.0.1", async () => {
    expect(await askSandbox(origin)).toMatchObject({ kind: "response", status: 400 });
    expect(signIn.tokenRequests()).toHaveLength(1);
  });

  it("reaches a plain HTTP server on localhost", async () => {
    expect(await askSandbox(origin.replace("127.0.0.1", "localhost"))).toMatchObject({ kind: "response", status: 400 });
  });

  it("reaches a plain HTTP server on [::1]", async () => {
    const server = createServer(signIn.handle);
    await new Promise<void>((resolve) => server.listen(0, "::1", resolve));
    const port = (server.address() as { port: number }).port;
    expect(await askSandbox(`http://[::1]:${port}`)).toMatchObject({ kind: "response", status: 400 });
    await closeServer(server);
  });

  it("never reaches the real server", async () => {
    expect(await askSandbox(origin, OPENAI.token)).toMatchObject({ kind: "thrown", isOurs: true });
  });

  it("follows no redirect", async () => {
    signIn.behave({ kind: "redirect", location: `${origin}/elsewhere` });
    expect(await askSandbox(origin)).toMatchObject(thrown("token-response-invalid"));
    expect(signIn.requests).toHaveLength(1);
  });

  it("calls a server unreachable that is not there", async () => {
    expect(await askSandbox(`http://127.0.0.1:${await freePort()}`)).toMatchObject(thrown("provider-unreachable"));
  });
});

describe("with the host's debug proxy on", () => {
  it("leaves no capture of code and verifier behind", async () => {
    const signIn = new SignInServer();
    const server = createServer(signIn.handle);
    const origin = `http://127.0.0.1:${await listenOnLoopback(server)}`;
    const requester = startRequester({ OPENCLAW_DEBUG_PROXY_ENABLED: "1" });
    const endpoints = sandboxEndpoints(origin);
    await requester.ask({ endpoints, url: endpoints.token });
    const found = await findInFolders([requester.folder], ["ac_canary-code", "canary-verifier"]);
    requester.stop();
    await closeServer(server);
    expect(signIn.tokenRequests()).toHaveLength(1);
    expect(found).toEqual([]);
  });
});

const REQUEST: OutgoingRequest = { url: OPENAI.token, method: "POST", headers: {}, body: BODY };

const fetchFrom = (endpoints: Endpoints) =>
  createGuardedFetch(createHostSend(endpoints), TOKEN_LIMITS)({ ...REQUEST, url: endpoints.token });

describe("in the gateway's own process", () => {
  /** The host reads its folders from the environment, and a proxy too. */
  beforeEach(() => {
    const nowhere = makeTempDir("fetch");
    for (const name of Object.keys(process.env)) if (/^(?:OPENCLAW|.*_PROXY$)/i.test(name)) vi.stubEnv(name, undefined);
    for (const name of ["HOME", "OPENCLAW_HOME", "OPENCLAW_STATE_DIR"]) vi.stubEnv(name, nowhere);
    return () => {
      vi.unstubAllEnvs();
      rmSync(nowhere, { recursive: true, force: true });
    };
  });

  it("reaches the sandbox's server, with all that was to be sent", async () => {
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      bodies.push(await readBody(request));
      response.writeHead(418).end("{}");
    });
    const endpoints = sandboxEndpoints(`http://127.0.0.1:${await listenOnLoopback(server)}`);
    const response = await fetchFrom(endpoints);
    await closeServer(server);
    expect([response.status, response.body, bodies]).toEqual([418, "{}", [BODY]]);
  });

  it("sends a request without a body", async () => {
    const seen: unknown[] = [];
    const server = createServer(async (request, response) => {
      seen.push([request.method, request.headers["x-canary"], await readBody(request)]);
      response.end("{}");
    });
    const endpoints = sandboxEndpoints(`http://127.0.0.1:${await listenOnLoopback(server)}`);
    const fetch = createGuardedFetch(createHostSend(endpoints), TOKEN_LIMITS);
    await fetch({ url: endpoints.token, method: "GET", headers: { "x-canary": "1" } });
    await closeServer(server);
    expect(seen).toEqual([["GET", "1", ""]]);
  });

  it("sends nothing without TLS or to a private address outside a sandbox", async () => {
    const urls: unknown[] = [];
    const server = createServer((request, response) => {
      urls.push(request.url);
      response.end("{}");
    });
    const origin = `http://127.0.0.1:${await listenOnLoopback(server)}`;
    const sent = fetchFrom({ ...sandboxEndpoints(origin), isSandbox: false });
    await expect(sent).rejects.toThrow(new CodexAuthError("provider-unreachable"));
    await closeServer(server);
    expect(urls).toEqual([]);
  });
});

const answering = (response: Response) =>
  createGuardedFetch(async () => ({ response, release: async () => undefined }), TOKEN_LIMITS);
/** An answer of that length, to a fetch that takes eight bytes. */
function giveWithin8(length: number) {
  const response = new Response("a".repeat(length));
  const limits = { timeoutMs: 10_000, maxBytes: 8 };
  return createGuardedFetch(async () => ({ response, release: async () => undefined }), limits)(REQUEST);
}
const throwing = (error: unknown) => createGuardedFetch(() => Promise.reject(error as Error), TOKEN_LIMITS);
const named = (name: string) => Object.assign(new Error("canary"), { name });
const coded = (code: unknown) => Object.assign(new Error("canary"), { code });
const over = (depth: number, cause: Error): Error =>
  depth === 0 ? cause : new Error("canary", { cause: over(depth - 1, cause) });

describe("the guard around any sender", () => {
  it.each([
    { name: "a redirect", error: named("GuardedFetchRedirectError"), code: "token-response-invalid" },
    { name: "a time limit", error: named("TimeoutError"), code: "provider-timeout" },
    { name: "a connection that takes too long", error: coded("UND_ERR_CONNECT_TIMEOUT"), code: "provider-timeout" },
    { name: "a certificate out of date", error: coded("CERT_HAS_EXPIRED"), code: "provider-certificate" },
    { name: "one of its own making", error: coded("DEPTH_ZERO_SELF_SIGNED_CERT"), code: "provider-certificate" },
    { name: "another name's", error: coded("ERR_TLS_CERT_ALTNAME_INVALID"), code: "provider-certificate" },
    { name: "no TLS at all", error: coded("EPROTO"), code: "provider-certificate" },
    { name: "its cause", error: over(1, coded("CERT_HAS_EXPIRED")), code: "provider-certificate" },
    {
      name: "a cause eight deep, and no deeper",
      error: over(8, coded("CERT_HAS_EXPIRED")),
      code: "provider-unreachable",
    },
    { name: "nobody there", error: coded("ECONNREFUSED"), code: "provider-unreachable" },
    { name: "a code that is no text", error: coded(42), code: "provider-unreachable" },
    { name: "something that is no error", error: "TimeoutError", code: "provider-unreachable" },
    { name: "one of our codes", error: new CodexAuthError("config-invalid"), code: "config-invalid" },
  ] as const)("classifies $name by names and codes", async ({ error, code }) => {
    await expect(throwing(error)(REQUEST)).rejects.toThrow(new CodexAuthError(code));
  });

  it("reports a timeout after the limit, for any error", async () => {
    const limit = vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort());
    onTestFinished(() => limit.mockRestore());
    const sent = throwing(coded("CERT_HAS_EXPIRED"))(REQUEST);
    await expect(sent).rejects.toThrow(new CodexAuthError("provider-timeout"));
  });

  it.each([
    { name: "204, which may have no body", response: new Response(null, { status: 204 }) },
    { name: "200 and an empty one", response: new Response("") },
  ])("gives back an answer of $name", async ({ response }) => {
    const { status } = response;
    expect(await answering(response)(REQUEST)).toMatchObject({ status, body: "" });
  });

  it("names no error of a body that breaks off while it is read", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(coded("ECONNRESET")) });
    const given = answering(new Response(broken))(REQUEST);
    await expect(given).rejects.toThrow(new CodexAuthError("provider-unreachable"));
  });

  it("has the limits that it was made with", async () => {
    const asked: number[] = [];
    const limit = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
      asked.push(ms);
      return new AbortController().signal;
    });
    onTestFinished(() => limit.mockRestore());
    expect((await giveWithin8(8)).body).toBe("aaaaaaaa");
    await expect(giveWithin8(9)).rejects.toThrow(new CodexAuthError("token-response-invalid"));
    expect(asked).toEqual([10_000, 10_000]);
  });

  it("ends a request whose own signal aborts, and reports a timeout", async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const hanging = createGuardedFetch((_request, signal) => {
      asked.resolve(signal);
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(coded("ABORT_ERR"))));
    }, TOKEN_LIMITS);
    const abort = new AbortController();
    const sent = hanging({ ...REQUEST, signal: abort.signal });
    await asked.promise;
    abort.abort();
    await expect(sent).rejects.toThrow(new CodexAuthError("provider-timeout"));
  });

  it("releases the connection, also if the answer is refused", async () => {
    const released: string[] = [];
    for (const length of [MIB, MIB + 1]) {
      const response = new Response("a".repeat(length));
      const release = async () => void released.push("released");
      await createGuardedFetch(async () => ({ response, release }), TOKEN_LIMITS)(REQUEST).catch(() => undefined);
    }
    expect(released).toEqual(["released", "released"]);
  });

  it.each([
    { name: "fails to close", release: () => Promise.reject(new Error("canary")) },
    { name: "never closes", release: () => new Promise<void>(() => undefined) },
  ])("gives the answer of a connection that $name", async ({ release }) => {
    const send = async () => ({ response: new Response("tokens"), release });
    expect(await createGuardedFetch(send, TOKEN_LIMITS)(REQUEST)).toMatchObject({ status: 200, body: "tokens" });
  });
});

/** What the host's own fetch does with each value was seen with OpenClaw 2026.9.6 on Node 24.21. */
describe("hostObstacle", () => {
  const PROXY = "http://127.0.0.1:7890";
  it.each([
    { name: "no variable", variables: {}, code: undefined },
    { name: "a URL", variables: { HTTPS_PROXY: PROXY }, code: undefined },
    { name: "a URL between spaces", variables: { https_proxy: ` ${PROXY} ` }, code: undefined },
    { name: "the URL of SOCKS 5, which the host speaks", variables: { HTTPS_PROXY: "socks5://h:1" }, code: undefined },
    { name: "ALL_PROXY, which the host does not read", variables: { ALL_PROXY: "socks5h://h:1" }, code: undefined },
    { name: "an exemption", variables: { HTTPS_PROXY: "a b", NO_PROXY: "openai.com" }, code: undefined },
    { name: "no scheme", variables: { HTTPS_PROXY: "127.0.0.1:7890" }, code: "proxy-malformed" },
    { name: "quotes", variables: { HTTPS_PROXY: `"${PROXY}"` }, code: "proxy-malformed" },
    { name: "a password with %", variables: { HTTPS_PROXY: "http://a:50%off@h:1" }, code: "proxy-malformed" },
    { name: "a path", variables: { HTTP_PROXY: `${PROXY}/x` }, code: "proxy-malformed" },
    { name: "another name of SOCKS", variables: { HTTPS_PROXY: "socks5h://h:1" }, code: "proxy-socks" },
  ])("finds before a code is spent what the host's fetch fails with: $name", ({ variables, code }) => {
    const values: Readonly<Record<string, string | undefined>> = variables;
    expect(hostObstacle(OPENAI, (name) => values[name])?.code).toBe(code);
    expect(hostObstacle(sandboxEndpoints("http://127.0.0.1:1"), (name) => values[name])).toBeUndefined();
  });
});

describe("hostProxyFacts", () => {
  const values: Readonly<Record<string, string>> = {
    https_proxy: "http://h:1",
    ALL_PROXY: "http://h:2",
    NO_PROXY: "a;b",
  };
  const facts = (names: readonly string[], endpoints = OPENAI) =>
    hostProxyFacts(endpoints, (name) => (names.includes(name) ? values[name] : undefined));

  it("names the variable that the host reads", () => {
    expect(facts(["ALL_PROXY", "NO_PROXY"])).toEqual({});
    expect(facts(Object.keys(values))).toEqual({ variable: "https_proxy", noProxy: "NO_PROXY" });
    expect(facts(Object.keys(values), sandboxEndpoints("http://127.0.0.1:1"))).toEqual({});
  });
});

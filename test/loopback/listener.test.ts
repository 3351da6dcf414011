/** The listener against browsers, other programs and attackers, on real sockets. */
import { once } from "node:events";
import { Server } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CALLBACK_PORT, openListener, type Listener, type ListenerParts } from "../../src/loopback/listener.ts";
import type { CallbackPage } from "../../src/rules/results.ts";
import { ENGLISH, SENTENCES } from "../support/english.ts";
import { closeServer, freePort } from "../support/loopback.ts";
import { waitUntil } from "../support/wait.ts";
import { answerTo, dial, occupy, send } from "./http.ts";

const PATH = "/auth/callback?code=ac_canary&state=0123456789abcdef0123456789abcdef";
const SECURITY = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  connection: "close",
};

const open: Listener[] = [];
afterEach(() => {
  for (const listener of open.splice(0)) listener.close(true);
});

interface Opened {
  readonly port: number;
  readonly listener: Listener;
  /** The callback URLs that were handed on. */
  readonly brought: string[];
  readonly released: () => number;
}

async function listen(parts: Partial<ListenerParts> & { readonly page?: CallbackPage } = {}): Promise<Opened> {
  const { page = "saved", port = await freePort() } = parts;
  const brought: string[] = [];
  let released = 0;
  const listener = await openListener({
    port,
    locale: () => ENGLISH,
    statusCommand: "/codex_auth status",
    answer: async (url) => {
      brought.push(url.reveal());
      return page;
    },
    onReleased: () => (released += 1),
    ...parts,
  });
  if (listener === undefined) throw new Error("the port was taken");
  open.push(listener);
  return { port, listener, brought, released: () => released };
}

const isRefused = async (port: number, host?: string) =>
  (await send(port, "/done", host === undefined ? {} : { host })).status === 0;

describe("a callback URL", () => {
  it("is handed on as it was registered, and the browser is led to a page without it", async () => {
    const { port, brought } = await listen();
    const { status, headers, body } = await send(port, PATH);
    expect({ status, location: headers["location"], body }).toEqual({ status: 302, location: "/done#saved", body: "" });
    expect(headers).toMatchObject(SECURITY);
    expect(brought).toEqual([`http://localhost:${CALLBACK_PORT}${PATH}`]);
  });

  it("arrives on both addresses, by each name of loopback", async () => {
    const { port, brought } = await listen();
    for (const name of ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
      expect((await send(port, PATH, { headers: { Host: `${name}:${port}` } })).status).toBe(302);
    expect((await send(port, PATH, { host: "::1" })).status).toBe(302);
    expect(brought).toHaveLength(5);
  });

  it.each(["saving", "question", "failed", "over"] as const)(
    "of a sign-in that is %s leads to that sentence",
    async (page) => {
      const { port } = await listen({ page });
      expect((await send(port, PATH)).headers["location"]).toBe(`/done#${page}`);
    },
  );

  it.each([
    { page: "unknown", status: 400 },
    { page: "later", status: 503 },
  ] as const)(
    "that stays usable ($page) stays in the address bar, with a page that says what to do",
    async ({ page, status }) => {
      const { port } = await listen({ page });
      const answer = await send(port, PATH);
      expect(answer).toMatchObject({ status, headers: SECURITY });
      expect(answer.headers["location"]).toBeUndefined();
      expect(answer.body).toContain(SENTENCES[`page.${page}`]);
      expect(answer.body).not.toContain("canary");
    },
  );

  it("is answered after the time that a browser waits, whatever becomes of it", async () => {
    const { port } = await listen({ answer: () => new Promise(() => undefined), limits: { holdMs: 20 } });
    expect((await send(port, PATH)).headers["location"]).toBe("/done#saving");
  });

  it("gets its page though the port has been freed meanwhile, but not after an abrupt end", async () => {
    const answers: ((page: CallbackPage) => void)[] = [];
    const { port, listener } = await listen({ answer: () => new Promise((resolve) => answers.push(resolve)) });
    const [held, cut] = [send(port, PATH), send(port, PATH)];
    await waitUntil("both requests", () => answers.length === 2);
    listener.close();
    answers[0]?.("saved");
    expect((await Promise.race([held, cut])).headers["location"]).toBe("/done#saved");
    expect(await isRefused(port)).toBe(true);
    listener.close(true);
    expect((await Promise.all([held, cut])).map(({ status }) => status).toSorted()).toEqual([0, 302]);
  });
});

describe("the page after a sign-in", () => {
  it("has every sentence, and loads and frames nothing", async () => {
    const { port } = await listen();
    const { status, headers, body } = await send(port, "/done");
    expect(status).toBe(200);
    expect(headers).toMatchObject({ ...SECURITY, "content-type": "text/html; charset=utf-8" });
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'unsafe-inline'",
    );
    expect(body).toContain(`<p id="saved">${SENTENCES["page.saved"]}</p>`);
    expect(body).toContain(`<p class="else">${SENTENCES["page.done"].replace("{command}", "/codex_auth status")}</p>`);
    expect(body).not.toMatch(/<script|src=|https?:/);
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("a request that no browser sends on its way back", () => {
  const REFUSED: readonly {
    readonly name: string;
    readonly status: number;
    readonly target?: string;
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }[] = [
    { name: "the name of another site", status: 421, headers: { Host: "evil.test:1455" } },
    { name: "a name that begins like loopback", status: 421, headers: { Host: "localhost.evil.test" } },
    { name: "loopback without a port", status: 421, headers: { Host: "localhost" } },
    { name: "another port", status: 421, headers: { Host: "localhost:80" } },
    {
      name: "an absolute target of another site",
      status: 421,
      target: `http://evil.test${PATH}`,
      headers: { Host: "evil.test" },
    },
    { name: "an absolute target", status: 400, target: `http://localhost:1455${PATH}` },
    { name: "the target *", status: 400, target: "*" },
    { name: "HEAD", status: 405, method: "HEAD" },
    { name: "POST", status: 405, method: "POST", headers: { "Content-Length": "0" } },
    { name: "a preflight", status: 405, method: "OPTIONS", headers: { Origin: "https://evil.test" } },
    { name: "a script's request", status: 403, headers: { "Sec-Fetch-Mode": "cors" } },
    { name: "a picture of another site", status: 403, headers: { "Sec-Fetch-Mode": "no-cors" } },
    { name: "a longer URL than any callback URL", status: 414, target: `${PATH}&x=${"x".repeat(8192)}` },
    { name: "longer headers", status: 431, headers: { Cookie: "x".repeat(17_000) } },
    { name: "another path", status: 404, target: "/auth/callback/../../etc/passwd?code=x" },
    { name: "a path after two slashes", status: 404, target: `//evil.test${PATH}` },
    { name: "the root", status: 404, target: "/" },
  ];

  it.each(REFUSED)("is refused: $name", async ({ status, target = PATH, method = "GET", headers = {} }) => {
    const { port, brought, released } = await listen();
    const answer = await send(port, target, { method, headers });
    expect(answer).toMatchObject({ status, body: "" });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect([brought, released()]).toEqual([[], 0]);
  });

  it("is refused without a Host by Node itself", async () => {
    const { port, brought } = await listen();
    const socket = dial(port);
    const answered = answerTo(socket);
    socket.write(`GET ${PATH} HTTP/1.1\r\n\r\n`);
    expect((await answered).status).toBe(400);
    expect(brought).toEqual([]);
  });

  it("tells only what is allowed after a wrong method", async () => {
    const { port } = await listen();
    expect((await send(port, PATH, { method: "PUT" })).headers["allow"]).toBe("GET");
  });
});

describe("the bounds of the listener", () => {
  it("cut a connection that sends its headers slowly, or none", async () => {
    const { port, brought } = await listen({ limits: { headersMs: 50, requestMs: 100, checkEveryMs: 20 } });
    const [slow, silent] = [dial(port), dial(port)];
    slow.write(`GET ${PATH} HTTP/1.1\r\nHost: localhost:${port}\r\nX-Slow: `);
    const answers = await Promise.all([answerTo(slow), answerTo(silent)]);
    expect(answers.map(({ status }) => status)).toEqual([408, 408]);
    expect(brought).toEqual([]);
  });

  it("leave no place for more connections than eight", async () => {
    const { port } = await listen();
    const held = Array.from({ length: 8 }, () => dial(port));
    await Promise.all(held.map((socket) => once(socket, "connect")));
    await waitUntil("a ninth connection to be cut", async () => (await send(port, "/done")).status === 0);
    for (const socket of held) socket.destroy();
    await waitUntil("a place", async () => (await send(port, "/done")).status === 200);
  });

  it("free the port after 200 requests, and say so once", async () => {
    const { port, released } = await listen();
    const statuses: number[] = [];
    for (let sent = 0; sent < 300; sent += 1) statuses.push((await send(port, "/x")).status);
    expect(statuses.filter((status) => status === 404)).toHaveLength(200);
    expect(statuses.slice(200).every((status) => status === 0)).toBe(true);
    expect(released()).toBe(1);
  });

  it("answer one request for each connection", async () => {
    const { port, brought } = await listen();
    const socket = dial(port);
    const answered = answerTo(socket);
    const request = `GET ${PATH} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`;
    socket.write(request + request);
    const { status, body } = await answered;
    expect([status, body, brought.length]).toEqual([302, "", 1]);
  });
});

describe("the Codex CLI, which wants the port", () => {
  it("gets it from a request like its own", async () => {
    const { port, released, brought } = await listen();
    const { status } = await send(port, "/cancel", { headers: { Host: `127.0.0.1:${port}`, Connection: "close" } });
    expect([status, released(), brought]).toEqual([200, 1, []]);
    for (const host of ["127.0.0.1", "::1"]) await closeServer(await occupy(port, host));
  });

  it("is not taken for a page that sends a browser there", async () => {
    const { port, released } = await listen();
    expect((await send(port, "/cancel", { headers: { "Sec-Fetch-Mode": "navigate" } })).status).toBe(403);
    expect((await send(port, "/cancel", { headers: { Host: "evil.test" } })).status).toBe(421);
    expect([released(), (await send(port, "/done")).status]).toEqual([0, 200]);
  });
});

describe("a port that is taken", () => {
  it.each(["127.0.0.1", "::1"])("on %s leaves the other address free too", async (host) => {
    const port = await freePort();
    const other = await occupy(port, host);
    const parts = { locale: () => ENGLISH, statusCommand: "x", onReleased: () => undefined };
    expect(await openListener({ port, answer: async () => "saved", ...parts })).toBeUndefined();
    const free = host === "::1" ? "127.0.0.1" : "::1";
    await closeServer(await occupy(port, free));
    await closeServer(other);
  });

  it.each([
    { code: "EADDRNOTAVAIL", opens: true },
    { code: "EAFNOSUPPORT", opens: true },
    { code: "EACCES", opens: false },
  ])("for IPv6 with $code: opens the other address: $opens", async ({ code, opens }) => {
    const port = await freePort();
    const { listen: listenOn } = Server.prototype;
    vi.spyOn(Server.prototype, "listen").mockImplementation(function fail(this: Server, ...values: unknown[]) {
      if ((values[0] as { host?: string }).host !== "::1") return Reflect.apply(listenOn, this, values) as Server;
      queueMicrotask(() => this.emit("error", Object.assign(new Error("canary"), { code })));
      return this;
    });
    const opened = listen({ port });
    if (!opens) return expect(opened).rejects.toThrow("taken");
    await opened;
    return expect((await send(port, PATH)).status).toBe(302);
  });

  it("by a second gateway stays with the first, and is free after its end", async () => {
    const { port, listener } = await listen();
    await expect(listen({ port })).rejects.toThrow("taken");
    listener.close();
    await listen({ port });
    expect((await send(port, PATH)).status).toBe(302);
  });
});

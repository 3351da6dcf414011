/** A chat client of the gateway over its WebSocket, signed in as a device of its own. */
import { createHash, generateKeyPairSync, randomUUID, sign, type KeyObject } from "node:crypto";
import { HANG_MS } from "./wait.ts";

export interface ChatReply {
  readonly runId: string;
  readonly state: "final" | "error" | "aborted";
  readonly text: string;
  readonly error: string | undefined;
}

export interface GatewayEvent {
  readonly event: string;
  readonly payload: Record<string, unknown>;
}

/** The gateway said no to a request. */
export class RpcError extends Error {
  readonly code: string;
  readonly details: unknown;

  constructor(code: string, message: string, details: unknown) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export interface ClientOptions {
  readonly scopes?: readonly string[];
  readonly clientId?: string;
  readonly clientMode?: string;
  /** The oldest protocol to talk; hosts up to 2026.4.29 know none newer than 3. */
  readonly minProtocol?: number;
}

export const ADMIN_SCOPES = [
  "operator.admin",
  "operator.read",
  "operator.write",
  "operator.approvals",
  "operator.pairing",
] as const;

/** Named in full: with several agents configured the gateway refuses a bare "main". */
export const MAIN_SESSION = "agent:main:main";

interface Frame {
  readonly type: "req" | "res" | "event";
  readonly id?: string;
  readonly ok?: boolean;
  readonly payload?: Record<string, unknown>;
  readonly error?: { code?: string; message?: string; details?: unknown; retryAfterMs?: number };
  readonly event?: string;
}

export class GatewayClient {
  readonly events: GatewayEvent[] = [];
  readonly #socket: WebSocket;
  readonly #pending = new Map<string, PromiseWithResolvers<Record<string, unknown>>>();
  readonly #listeners = new Set<(event: GatewayEvent) => void>();
  hello: Record<string, unknown> = {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", (message) => this.#receive(JSON.parse(String(message.data)) as Frame));
    socket.addEventListener("close", (closed) =>
      this.#fail(new Error(`gateway closed the connection (${closed.code} ${closed.reason})`)),
    );
  }

  /** Connects as a webchat device with these scopes (default: everything an operator may do). */
  static async connect(port: number, token: string, options: ClientOptions = {}): Promise<GatewayClient> {
    const deadline = Date.now() + HANG_MS;
    for (;;) {
      const client = new GatewayClient(
        new WebSocket(`ws://127.0.0.1:${port}`, { headers: { origin: `http://127.0.0.1:${port}` } }),
      );
      try {
        await client.#signIn(token, options);
        return client;
      } catch (error) {
        client.close();
        // "startup-sidecars": the gateway listens, but is not ready for clients yet.
        if (!(error instanceof RpcError) || error.code !== "UNAVAILABLE" || Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async #signIn(token: string, options: ClientOptions): Promise<void> {
    const challenge = await this.waitForEvent((event) => event.event === "connect.challenge");
    const { nonce, ts } = challenge.payload as { nonce: string; ts: number };
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const raw = rawPublicKey(publicKey);
    const scopes = [...(options.scopes ?? ADMIN_SCOPES)];
    const client = {
      id: options.clientId ?? "webchat-ui",
      version: "1.0.0",
      platform: "test",
      mode: options.clientMode ?? "webchat",
    };
    const deviceId = createHash("sha256").update(raw).digest("hex");
    const payload = [
      "v3",
      deviceId,
      client.id,
      client.mode,
      "operator",
      scopes.join(","),
      String(ts),
      token,
      nonce,
      client.platform,
      "",
    ].join("|");
    this.hello = await this.request("connect", {
      minProtocol: options.minProtocol ?? 4,
      maxProtocol: 4,
      client,
      role: "operator",
      scopes,
      caps: [],
      auth: { token },
      device: {
        id: deviceId,
        publicKey: raw.toString("base64url"),
        signature: sign(null, Buffer.from(payload), privateKey).toString("base64url"),
        signedAt: ts,
        nonce,
      },
    });
  }

  async request<T = Record<string, unknown>>(method: string, params: unknown = {}): Promise<T> {
    const id = randomUUID();
    const answer = Promise.withResolvers<Record<string, unknown>>();
    this.#pending.set(id, answer);
    this.#socket.send(JSON.stringify({ type: "req", id, method, params }));
    return (await answer.promise) as T;
  }

  async waitForEvent(fits: (event: GatewayEvent) => boolean, timeoutMs = HANG_MS): Promise<GatewayEvent> {
    const found = this.events.find(fits);
    if (found) return found;
    return this.#nextEvent(fits, timeoutMs);
  }

  /** Sends a message and waits for the end of its run. */
  async chat(message: string, options: { readonly sessionKey?: string } = {}): Promise<ChatReply> {
    const runId = randomUUID();
    const end = this.#nextEvent(
      (event) =>
        event.event === "chat" &&
        event.payload.runId === runId &&
        ["final", "error", "aborted"].includes(String(event.payload.state)),
      HANG_MS,
    );
    end.catch(() => {});
    await this.request("chat.send", { sessionKey: options.sessionKey ?? MAIN_SESSION, message, idempotencyKey: runId });
    const { payload } = await end;
    return {
      runId,
      state: payload.state as ChatReply["state"],
      text: textOf(payload.message),
      error: payload.errorMessage as string | undefined,
    };
  }

  async history(sessionKey: string = MAIN_SESSION): Promise<{ role: string; text: string }[]> {
    const { messages = [] } = await this.request<{ messages?: Record<string, unknown>[] }>("chat.history", {
      sessionKey,
    });
    return messages.map((message) => ({ role: String(message.role), text: textOf(message) }));
  }

  close(): void {
    this.#socket.close();
  }

  #receive(frame: Frame): void {
    if (frame.type === "event") {
      const event = { event: frame.event ?? "", payload: frame.payload ?? {} };
      this.events.push(event);
      for (const listener of this.#listeners) listener(event);
      return;
    }
    const waiting = this.#pending.get(frame.id ?? "");
    this.#pending.delete(frame.id ?? "");
    if (frame.ok) waiting?.resolve(frame.payload ?? {});
    else
      waiting?.reject(new RpcError(frame.error?.code ?? "", frame.error?.message ?? "refused", frame.error?.details));
  }

  #nextEvent(fits: (event: GatewayEvent) => boolean, timeoutMs: number): Promise<GatewayEvent> {
    const { promise, resolve, reject } = Promise.withResolvers<GatewayEvent>();
    const timer = setTimeout(
      () => done(() => reject(new Error(`waited ${timeoutMs} ms for a gateway event`))),
      timeoutMs,
    );
    const listener = (event: GatewayEvent): void => {
      if (fits(event)) done(() => resolve(event));
    };
    const closed = (): void => done(() => reject(new Error("gateway closed the connection")));
    const done = (settle: () => void): void => {
      clearTimeout(timer);
      this.#listeners.delete(listener);
      this.#socket.removeEventListener("close", closed);
      settle();
    };
    this.#listeners.add(listener);
    this.#socket.addEventListener("close", closed);
    return promise;
  }

  #fail(error: Error): void {
    for (const waiting of this.#pending.values()) waiting.reject(error);
    this.#pending.clear();
  }
}

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: "jwk" }).x as string, "base64url");
}

/** The words of a chat message, whatever its shape. */
function textOf(message: unknown): string {
  if (typeof message !== "object" || message === null) return "";
  const { content, text } = message as { content?: unknown; text?: unknown };
  if (typeof content === "string") return content;
  if (Array.isArray(content))
    return content.map((part: { text?: unknown }) => (typeof part.text === "string" ? part.text : "")).join("");
  return typeof text === "string" ? text : "";
}

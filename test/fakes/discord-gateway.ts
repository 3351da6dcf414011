/** Discord's Gateway: hands events to the bot over a WebSocket, and again after a resume. Rate limits are not modelled. */
import type { Server } from "node:http";
import { serveWebSockets, type WebSocketPeer, type WebSocketServer } from "../support/websocket-server.ts";
import type { Fields } from "./discord-content.ts";

const DISPATCH = 0;
const HEARTBEAT = 1;
const IDENTIFY = 2;
const PRESENCE_UPDATE = 3;
const VOICE_STATE_UPDATE = 4;
const RESUME = 6;
const REQUEST_GUILD_MEMBERS = 8;
const INVALID_SESSION = 9;
const HELLO = 10;
const HEARTBEAT_ACK = 11;

/** Longer than a test: no beat is ever late. */
const HEARTBEAT_MS = 41_250;

/** Gateway intents. */
export const GUILD_MESSAGES = 1 << 9;
export const DIRECT_MESSAGES = 1 << 12;
export const MESSAGE_CONTENT = 1 << 15;

interface Session {
  readonly id: string;
  readonly intents: number;
  /** Every event as it was sent: its place is its sequence number minus one. */
  readonly events: string[];
  /** Absent while the connection is lost and may be resumed. */
  peer: WebSocketPeer | undefined;
}

export interface GatewayOptions {
  readonly token: string;
  readonly onText: (text: string) => void;
  /** The events that greet a new session, READY first. */
  readonly greet: (sessionId: string) => readonly { readonly type: string; readonly data: Fields }[];
}

export class DiscordGateway {
  readonly #options: GatewayOptions;
  readonly #sockets: WebSocketServer;
  #session: Session | undefined;

  constructor(server: Server, options: GatewayOptions) {
    this.#options = options;
    this.#sockets = serveWebSockets(server, (peer) => this.#welcome(peer));
  }

  get isReady(): boolean {
    return this.#session?.peer?.isOpen === true;
  }

  /** What the bot asked to receive; 0 without a session. */
  get intents(): number {
    return this.#session?.intents ?? 0;
  }

  /** An event without an intent reaches every session. One that nobody is there for is lost. */
  dispatch(type: string, data: Fields, intent = 0): void {
    const session = this.#session;
    if (session && (session.intents & intent) === intent) deliver(session, type, data);
  }

  close(): void {
    this.#sockets.close();
  }

  /** As a broken network; the bot may resume. */
  cut(): void {
    for (const peer of this.#sockets.peers) peer.cut();
  }

  #welcome(peer: WebSocketPeer): void {
    peer.onText = (text) => this.#receive(peer, text);
    peer.onClose = (code) => this.#lost(peer, code);
    send(peer, { op: HELLO, d: { heartbeat_interval: HEARTBEAT_MS } });
  }

  #receive(peer: WebSocketPeer, text: string): void {
    this.#options.onText(text);
    const payload = parse(text);
    if (!payload) return peer.close(4002, "Error while decoding payload.");
    switch (payload.op) {
      case HEARTBEAT:
        return send(peer, { op: HEARTBEAT_ACK });
      case IDENTIFY:
        return this.#identify(peer, payload.d);
      case RESUME:
        return this.#resume(peer, payload.d);
      case PRESENCE_UPDATE:
      case VOICE_STATE_UPDATE:
      case REQUEST_GUILD_MEMBERS:
        return this.#session?.peer === peer ? undefined : peer.close(4003, "Not authenticated.");
      default:
        return peer.close(4001, "Unknown opcode.");
    }
  }

  #identify(peer: WebSocketPeer, data: Fields): void {
    if (this.#session?.peer === peer) return peer.close(4005, "Already authenticated.");
    if (data["token"] !== this.#options.token) return peer.close(4004, "Authentication failed.");
    const session: Session = { id: crypto.randomUUID(), intents: Number(data["intents"] ?? 0), events: [], peer };
    this.#session = session;
    for (const { type, data: event } of this.#options.greet(session.id)) deliver(session, type, event);
  }

  #resume(peer: WebSocketPeer, data: Fields): void {
    if (data["token"] !== this.#options.token) return peer.close(4004, "Authentication failed.");
    const session = this.#session;
    if (session?.id !== data["session_id"] || !session) return send(peer, { op: INVALID_SESSION, d: false });
    session.peer = peer;
    for (const event of session.events.slice(Number(data["seq"]))) peer.send(event);
    deliver(session, "RESUMED", {});
  }

  /** A client that says goodbye ends its session. */
  #lost(peer: WebSocketPeer, code: number): void {
    if (this.#session?.peer !== peer) return;
    if (code === 1000 || code === 1001) this.#session = undefined;
    else this.#session.peer = undefined;
  }
}

function deliver(session: Session, type: string, data: Fields): void {
  const event = JSON.stringify({ op: DISPATCH, t: type, s: session.events.length + 1, d: data });
  session.events.push(event);
  session.peer?.send(event);
}

function send(peer: WebSocketPeer, payload: Fields): void {
  peer.send(JSON.stringify({ s: null, t: null, d: null, ...payload }));
}

function parse(text: string): { readonly op: number; readonly d: Fields } | undefined {
  try {
    const payload = JSON.parse(text) as { op?: unknown; d?: unknown } | null;
    return typeof payload?.op === "number" ? { op: payload.op, d: (payload.d ?? {}) as Fields } : undefined;
  } catch {
    return undefined;
  }
}

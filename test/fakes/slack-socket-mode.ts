/** Socket Mode (docs.slack.dev/apis/events-api/using-socket-mode): envelopes to the app, each until it is acknowledged. */
import type { Server } from "node:http";
import { serveWebSockets, type WebSocketPeer, type WebSocketServer } from "../support/websocket-server.ts";
import type { Fields } from "./slack-text.ts";

interface Envelope {
  readonly envelope_id: string;
  readonly type: "events_api" | "interactive" | "slash_commands";
  readonly payload: Fields;
  readonly accepts_response_payload: boolean;
  readonly retry_attempt: number;
}

export interface SocketListener {
  /** Whatever the app sends. */
  readonly received: (text: string) => void;
  /** A slash command can be answered with its acknowledgement. */
  readonly answered: (command: Fields, answer: Fields) => void;
}

export class SlackSocketMode {
  readonly #sockets: WebSocketServer;
  readonly #tickets = new Set<string>();
  readonly #unacknowledged = new Map<string, Envelope>();
  readonly #appId: string;
  readonly #listener: SocketListener;

  constructor(server: Server, appId: string, listener: SocketListener) {
    this.#appId = appId;
    this.#listener = listener;
    this.#sockets = serveWebSockets(
      server,
      (peer) => this.#welcome(peer),
      ({ url }) => this.#tickets.delete(new URL(url ?? "/", "ws://127.0.0.1").searchParams.get("ticket") ?? ""),
    );
  }

  get isConnected(): boolean {
    return this.#sockets.peers.size > 0;
  }

  /** The path of a connection that may be opened once. */
  newPath(): string {
    const ticket = crypto.randomUUID();
    this.#tickets.add(ticket);
    return `/link/?ticket=${ticket}&app_id=${this.#appId}`;
  }

  /** An event waits for a connection. A command or tap fails in the person's app. */
  send(type: Envelope["type"], payload: Fields): void {
    const peer = [...this.#sockets.peers].at(-1);
    if (!peer && type !== "events_api") throw new Error("the app did not respond: dispatch_failed");
    const envelope: Envelope = {
      envelope_id: crypto.randomUUID(),
      type,
      payload,
      accepts_response_payload: type === "slash_commands",
      retry_attempt: 0,
    };
    this.#unacknowledged.set(envelope.envelope_id, envelope);
    peer?.send(JSON.stringify(envelope));
  }

  refresh(): void {
    for (const peer of this.#sockets.peers)
      peer.send(JSON.stringify({ type: "disconnect", reason: "refresh_requested", debug_info: { host: "fake" } }));
  }

  close(): void {
    this.#sockets.close();
  }

  #welcome(peer: WebSocketPeer): void {
    peer.onText = (text) => {
      this.#listener.received(text);
      this.#acknowledge(JSON.parse(text) as { envelope_id?: string; payload?: Fields });
    };
    peer.send(
      JSON.stringify({
        type: "hello",
        num_connections: this.#sockets.peers.size,
        debug_info: { host: "fake", approximate_connection_time: 18_060 },
        connection_info: { app_id: this.#appId },
      }),
    );
    for (const [id, envelope] of this.#unacknowledged) {
      if (envelope.type !== "events_api") continue;
      const again = { ...envelope, retry_attempt: envelope.retry_attempt + 1, retry_reason: "timeout" };
      this.#unacknowledged.set(id, again);
      peer.send(JSON.stringify(again));
    }
  }

  #acknowledge({ envelope_id: id = "", payload = {} }: { envelope_id?: string; payload?: Fields }): void {
    const envelope = this.#unacknowledged.get(id);
    this.#unacknowledged.delete(id);
    if (envelope?.type === "slash_commands") this.#listener.answered(envelope.payload, payload);
  }
}

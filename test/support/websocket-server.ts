/** The server's side of WebSocket (RFC 6455) over a node:http server. No extensions, no subprotocols. */
import { createHash } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

const ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MESSAGE_LIMIT = 16 * 1024 * 1024;

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

interface Frame {
  readonly isFinal: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Why the connection is failed (section 7.4.1). */
class ProtocolError extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

/** One open connection. The listeners may be set until the caller of `onOpen` returns to the event loop. */
export class WebSocketPeer {
  readonly request: IncomingMessage;
  onText: (text: string) => void = () => {};
  onBinary: (bytes: Buffer) => void = () => {};
  onPong: () => void = () => {};
  /** Once, however the connection ends. 1006 if the client sent no close frame. */
  onClose: (code: number, reason: string) => void = () => {};
  readonly #socket: Duplex;
  #received = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #partsOpcode = CONTINUATION;
  #closeSent = false;
  #ended = false;

  constructor(request: IncomingMessage, socket: Duplex, head: Buffer) {
    this.request = request;
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", () => this.#end(1006, ""));
    socket.on("end", () => socket.end());
    socket.on("close", () => this.#end(1006, ""));
    if (head.length > 0) queueMicrotask(() => this.#receive(head));
  }

  get isOpen(): boolean {
    return !this.#ended && !this.#closeSent;
  }

  /** A string goes as a text message. Nothing is sent after a close. */
  send(message: string | Buffer): void {
    if (!this.isOpen) return;
    const isText = typeof message === "string";
    this.#write(isText ? TEXT : BINARY, isText ? Buffer.from(message) : message);
  }

  ping(payload = ""): void {
    if (this.isOpen) this.#write(PING, Buffer.from(payload));
  }

  /** Says goodbye; the client's own close frame, or its end, ends the connection. */
  close(code = 1000, reason = ""): void {
    if (!this.isOpen) return;
    this.#closeSent = true;
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.#write(CLOSE, Buffer.concat([payload, Buffer.from(reason)]));
  }

  /** As a broken network: no close frame. */
  cut(): void {
    this.#socket.destroy();
    this.#end(1006, "");
  }

  #receive(chunk: Buffer): void {
    if (this.#ended) return;
    this.#received = Buffer.concat([this.#received, chunk]);
    try {
      for (let frame = this.#nextFrame(); frame && !this.#ended; frame = this.#nextFrame()) this.#handle(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.close(error.code, error.message);
      this.#socket.end();
      this.#end(error.code, error.message);
    }
  }

  /** Takes one whole frame off the bytes received (section 5.2). */
  #nextFrame(): Frame | undefined {
    const bytes = this.#received;
    const first = bytes[0];
    const second = bytes[1];
    if (first === undefined || second === undefined) return undefined;
    if ((first & 0x70) !== 0) throw new ProtocolError(1002, "reserved bits are set");
    if ((second & 0x80) === 0) throw new ProtocolError(1002, "a client masks its frames");
    const opcode = first & 0x0f;
    const isFinal = (first & 0x80) !== 0;
    const short = second & 0x7f;
    if (opcode >= CLOSE && (short > 125 || !isFinal))
      throw new ProtocolError(1002, "a control frame is short and whole");
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const maskAt = 2 + lengthBytes;
    if (bytes.length < maskAt + 4) return undefined;
    const length =
      lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (length > MESSAGE_LIMIT) throw new ProtocolError(1009, "the message is too big");
    const payloadAt = maskAt + 4;
    if (bytes.length < payloadAt + length) return undefined;
    const mask = bytes.subarray(maskAt, payloadAt);
    const payload = Buffer.from(bytes.subarray(payloadAt, payloadAt + length));
    for (let at = 0; at < length; at += 1) payload[at] = (payload[at] ?? 0) ^ (mask[at % 4] ?? 0);
    this.#received = bytes.subarray(payloadAt + length);
    return { isFinal, opcode, payload };
  }

  #handle({ isFinal, opcode, payload }: Frame): void {
    switch (opcode) {
      case PING:
        if (this.isOpen) this.#write(PONG, payload);
        return;
      case PONG:
        this.onPong();
        return;
      case CLOSE:
        this.#closed(payload);
        return;
      case TEXT:
      case BINARY:
        if (this.#parts.length > 0) throw new ProtocolError(1002, "the message before is not whole");
        this.#partsOpcode = opcode;
        break;
      case CONTINUATION:
        if (this.#parts.length === 0) throw new ProtocolError(1002, "there is no message to continue");
        break;
      default:
        throw new ProtocolError(1002, "the opcode is unknown");
    }
    this.#parts.push(payload);
    if (this.#parts.reduce((sum, part) => sum + part.length, 0) > MESSAGE_LIMIT)
      throw new ProtocolError(1009, "the message is too big");
    if (isFinal) this.#deliver();
  }

  #deliver(): void {
    const message = Buffer.concat(this.#parts);
    this.#parts = [];
    if (this.#partsOpcode === TEXT) this.onText(decodeUtf8(message));
    else this.onBinary(message);
  }

  #closed(payload: Buffer): void {
    const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    const reason = payload.subarray(2).toString("utf8");
    this.close(code === 1005 ? 1000 : code);
    this.#socket.end();
    this.#end(code, reason);
  }

  #end(code: number, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onClose(code, reason);
  }

  #write(opcode: number, payload: Buffer): void {
    this.#socket.write(Buffer.concat([header(opcode, payload.length), payload]));
  }
}

/** Every open connection, so that a server can end them: `closeServer` waits for upgraded sockets. */
export interface WebSocketServer {
  readonly peers: ReadonlySet<WebSocketPeer>;
  /** Cuts all of them. */
  close(): void;
}

/** Answers upgrades of the server. `admits` sees the request first: false is answered with 401. */
export function serveWebSockets(
  server: Server,
  onOpen: (peer: WebSocketPeer) => void,
  admits: (request: IncomingMessage) => boolean = () => true,
): WebSocketServer {
  const peers = new Set<WebSocketPeer>();
  const sockets = new Set<Duplex>();
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const key = request.headers["sec-websocket-key"];
    if (request.headers.upgrade?.toLowerCase() !== "websocket" || key === undefined) {
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    if (!admits(request)) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const accept = createHash("sha1").update(`${key}${ACCEPT_SUFFIX}`).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    const peer = new WebSocketPeer(request, socket, head);
    peers.add(peer);
    socket.once("close", () => peers.delete(peer));
    onOpen(peer);
  });
  return {
    peers,
    close: () => {
      for (const peer of peers) peer.cut();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A server does not mask (section 5.1). */
function header(opcode: number, length: number): Buffer {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.from([first, length]);
  if (length < 65_536) {
    const bytes = Buffer.from([first, 126, 0, 0]);
    bytes.writeUInt16BE(length, 2);
    return bytes;
  }
  const bytes = Buffer.alloc(10);
  bytes[0] = first;
  bytes[1] = 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProtocolError(1007, "the text is not UTF-8");
  }
}

/** Sends an app's events to its request URL, encrypted and signed as Feishu does, and sends them again until they arrive. */
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { parseObject, type Fields } from "./feishu-cards.ts";
import { randomId } from "./feishu-chats.ts";

export interface EventTarget {
  readonly port: number;
  readonly path: string;
  readonly appId: string;
  readonly tenantKey: string;
  readonly verificationToken: string;
  readonly encryptKey: string;
}

const PROBE_MS = 100;

export class FeishuEvents {
  readonly #target: EventTarget;
  readonly #undelivered: Fields[] = [];
  readonly #probe: NodeJS.Timeout;
  #isConnected = false;
  #isProbing = false;
  #delivery = Promise.resolve();

  constructor(target: EventTarget) {
    this.#target = target;
    this.#probe = setInterval(() => void this.#look(), PROBE_MS);
    this.#probe.unref();
  }

  /** Whether the request URL echoed a challenge, and still listens. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  close(): void {
    clearInterval(this.#probe);
  }

  /** Feishu redelivers an event that nobody took. Rejects if the app refused it. */
  async push(type: string, event: Fields): Promise<void> {
    this.#undelivered.push(this.#envelope(type, event));
    await this.#flush();
  }

  /** A callback is sent once; the tapping person sees whether it arrived. */
  async call(type: string, event: Fields): Promise<void> {
    await this.#flush();
    const response = await this.#post(this.#envelope(type, event));
    if (!response.ok) throw new Error(`the app answered ${response.status} to ${type}: ${await response.text()}`);
  }

  /** One delivery at a time, so that events arrive in order. */
  async #flush(): Promise<void> {
    const deliver = () => this.#deliver();
    this.#delivery = this.#delivery.then(deliver, deliver);
    await this.#delivery;
  }

  async #deliver(): Promise<void> {
    for (let next = this.#undelivered.shift(); next !== undefined; next = this.#undelivered.shift()) {
      const response = this.#isConnected ? await this.#post(next).catch(() => undefined) : undefined;
      if (response?.ok === true) continue;
      if (response && response.status < 500 && response.status !== 429)
        throw new Error(`the app refused an event with ${response.status}: ${await response.text()}`);
      this.#undelivered.unshift(next);
      return;
    }
  }

  async #look(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    const listens = await canConnect(this.#target.port);
    if (!listens) this.#isConnected = false;
    else if (!this.#isConnected) this.#isConnected = await this.#challenge();
    if (this.#isConnected) await this.#flush().catch(() => undefined);
    this.#isProbing = false;
  }

  async #challenge(): Promise<boolean> {
    const challenge = randomId("", 16);
    const body = { challenge, token: this.#target.verificationToken, type: "url_verification" };
    const response = await this.#post(body).catch(() => undefined);
    if (response?.ok !== true) return false;
    return parseObject(await response.text())?.["challenge"] === challenge;
  }

  #envelope(type: string, event: Fields): Fields {
    const { verificationToken, tenantKey, appId } = this.#target;
    return {
      schema: "2.0",
      header: {
        event_id: randomId(""),
        token: verificationToken,
        create_time: String(Date.now()),
        event_type: type,
        tenant_key: tenantKey,
        app_id: appId,
      },
      event,
    };
  }

  async #post(payload: Fields): Promise<Response> {
    const { port, path, encryptKey } = this.#target;
    const body = JSON.stringify({ encrypt: encrypt(encryptKey, JSON.stringify(payload)) });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const nonce = randomId("", 8);
    const signature = createHash("sha256").update(`${timestamp}${nonce}${encryptKey}${body}`).digest("hex");
    return fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json; charset=utf-8",
        "x-lark-request-timestamp": timestamp,
        "x-lark-request-nonce": nonce,
        "x-lark-signature": signature,
      },
      body,
    });
  }
}

/** AES-256-CBC under the SHA-256 of the key, the IV in front. */
function encrypt(encryptKey: string, text: string): string {
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", createHash("sha256").update(encryptKey).digest(), iv);
  return Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final()]).toString("base64");
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  const isOpen = await promise;
  socket.destroy();
  return isOpen;
}

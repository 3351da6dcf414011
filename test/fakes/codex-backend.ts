/**
 * chatgpt.com/backend-api as the host's own OpenAI provider calls it, to stand behind tls-proxy.ts. It shows which
 * stored account the gateway works with: the answer to a chat names the owner of the token that asked.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { zstdDecompressSync } from "node:zlib";
import { readBytes, sendJson } from "../support/loopback.ts";
import type { FakeAccount } from "./sign-in-accounts.ts";
import { USAGE_PATH, UsageEndpoint } from "./usage-endpoint.ts";

export interface BackendRequest {
  readonly path: string;
  readonly token: string;
  /** Whose token; `undefined`: nobody's, answered with 401. */
  readonly account: FakeAccount | undefined;
  /** The `chatgpt-account-id` header: the turns of an agent carry it, the host's own small calls do not. */
  readonly accountId: string | undefined;
  readonly body: string;
}

export class CodexBackend {
  readonly requests: BackendRequest[] = [];
  readonly usage: UsageEndpoint;
  readonly #ownerOf: (accessToken: string) => FakeAccount | undefined;

  /** `ownerOf` is the sign-in server's `accountOf`. */
  constructor(ownerOf: (accessToken: string) => FakeAccount | undefined, usage = new UsageEndpoint(ownerOf)) {
    this.#ownerOf = ownerOf;
    this.usage = usage;
  }

  /** Requests of agent turns only. */
  turns(): BackendRequest[] {
    return this.requests.filter((request) => request.accountId !== undefined);
  }

  readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bytes = await readBytes(request, 64 * 1024 * 1024);
    const path = new URL(request.url ?? "/", "https://chatgpt.com").pathname;
    if (path === USAGE_PATH) return this.usage.handle(request, response);
    // The host tries a WebSocket first and falls back to POST, here always.
    if (request.method !== "POST") return sendJson(response, 404, { detail: "Not Found" });
    const token = (request.headers.authorization ?? "").replace(/^Bearer /u, "");
    const account = this.#ownerOf(token);
    const accountId = request.headers["chatgpt-account-id"];
    const body =
      request.headers["content-encoding"] === "zstd"
        ? zstdDecompressSync(bytes).toString("utf8")
        : bytes.toString("utf8");
    this.requests.push({
      path,
      token,
      account,
      accountId: typeof accountId === "string" ? accountId : undefined,
      body,
    });
    if (!account)
      return sendJson(response, 401, {
        error: {
          message: "Could not parse your authentication token.",
          type: "invalid_request_error",
          code: "token_invalid",
        },
      });
    if (path !== "/backend-api/codex/responses") return sendJson(response, 404, { detail: "Not Found" });
    sendAnswer(response, `You are ${account.email}.`);
  };
}

function sendAnswer(response: ServerResponse, text: string): void {
  const item = {
    id: "msg_fake",
    type: "message",
    status: "completed",
    role: "assistant",
    content: [{ type: "output_text", text, annotations: [] }],
  };
  const base = {
    id: "resp_fake",
    object: "response",
    created_at: Math.floor(Date.now() / 1000),
    model: "fake",
    output: [],
  };
  const usage = {
    input_tokens: 1,
    output_tokens: 1,
    total_tokens: 2,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
  const at = { item_id: item.id, output_index: 0, content_index: 0 };
  const events = [
    { type: "response.created", response: { ...base, status: "in_progress" } },
    { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress", content: [] } },
    { type: "response.content_part.added", ...at, part: { type: "output_text", text: "", annotations: [] } },
    { type: "response.output_text.delta", ...at, delta: text },
    { type: "response.output_text.done", ...at, text },
    { type: "response.content_part.done", ...at, part: item.content[0] },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: { ...base, status: "completed", output: [item], usage } },
  ];
  response.writeHead(200, { "content-type": "text/event-stream" });
  events.forEach((event, index) =>
    response.write(`event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`),
  );
  response.end();
}

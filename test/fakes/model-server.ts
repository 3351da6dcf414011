/** An OpenAI-compatible chat endpoint on loopback: keeps every request, answers one fixed text, can be held. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { closeServer, listenOnLoopback, readBody, sendJson } from "../support/loopback.ts";
import { waitUntil } from "../support/wait.ts";

export interface ModelRequest {
  readonly path: string;
  readonly body: string;
  readonly authorization: string;
  readonly atMs: number;
}

export interface FakeModel {
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  /** What the agent says from now on. */
  answer: string;
  /** Requests wait from now on: the agent stays busy. */
  hold(): void;
  release(): void;
  /** Requests whose body contains the text. */
  saw(text: string): ModelRequest[];
  waitForRequest(count?: number): Promise<ModelRequest>;
  /** To merge into openclaw.json. */
  readonly config: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

export const MODEL_ID = "fixed-answer";

export async function startFakeModel(answer = "This is the model."): Promise<FakeModel> {
  const requests: ModelRequest[] = [];
  let gate: PromiseWithResolvers<void> | undefined;
  const server = createServer((request, response) => void serve(request, response));
  const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, 64 * 1024 * 1024);
    if (request.method === "GET")
      return sendJson(response, 200, { object: "list", data: [{ id: MODEL_ID, object: "model" }] });
    requests.push({
      path: request.url ?? "",
      body,
      authorization: request.headers.authorization ?? "",
      atMs: Date.now(),
    });
    await gate?.promise;
    if (response.destroyed) return;
    const streaming = (JSON.parse(body) as { stream?: boolean }).stream === true;
    if (streaming) streamAnswer(response, model.answer);
    else sendJson(response, 200, completion(model.answer));
  }

  const model: FakeModel = {
    url,
    requests,
    answer,
    hold() {
      gate ??= Promise.withResolvers<void>();
    },
    release() {
      gate?.resolve();
      gate = undefined;
    },
    saw: (text) => requests.filter((request) => request.body.includes(text)),
    waitForRequest: (count = 1) => waitUntil(`model request ${count}`, () => requests[count - 1]),
    config: {
      agents: { defaults: { model: { primary: `fake/${MODEL_ID}` } } },
      models: {
        mode: "merge",
        providers: {
          fake: {
            baseUrl: `${url}/v1`,
            apiKey: "fake-local",
            api: "openai-completions",
            models: [
              {
                id: MODEL_ID,
                name: "Fixed answer",
                reasoning: false,
                input: ["text"],
                cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
                contextWindow: 128_000,
                maxTokens: 4096,
              },
            ],
          },
        },
      },
    },
    async close() {
      gate?.resolve();
      await closeServer(server);
    },
  };
  return model;
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

function completion(text: string): unknown {
  return {
    id: "chatcmpl-fake",
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: MODEL_ID,
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    usage: USAGE,
  };
}

function streamAnswer(response: ServerResponse, text: string): void {
  const base = {
    id: "chatcmpl-fake",
    object: "chat.completion.chunk",
    created: Math.floor(Date.now() / 1000),
    model: MODEL_ID,
  };
  const send = (chunk: unknown): void => void response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream" });
  send({ ...base, choices: [{ index: 0, delta: { role: "assistant", content: text }, finish_reason: null }] });
  send({ ...base, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  send({ ...base, choices: [], usage: USAGE });
  response.end("data: [DONE]\n\n");
}

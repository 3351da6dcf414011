/**
 * Makes token requests with the production transport for the test that started it, one for each line of its input.
 * A process of its own, because Node reads proxies and extra CAs from the environment when it starts.
 */
import { createInterface } from "node:readline";
import { inspect } from "node:util";
import { CodexAuthError } from "../../src/errors.ts";
import { createGuardedFetch, createHostSend } from "../../src/host/fetch.ts";
import { TOKEN_LIMITS, type Endpoints } from "../../src/oauth/endpoints.ts";

export interface Ask {
  readonly endpoints: Endpoints;
  readonly url: string;
  readonly body: string;
  /** Ends the code's own time limit after so long instead: it offers no seam for that. */
  readonly limitMs?: number;
}

export type Answer =
  | { readonly kind: "response"; readonly status: number; readonly text: string; readonly length: number }
  | { readonly kind: "thrown"; readonly isOurs: boolean; readonly code: string; readonly inspected: string };

export interface Told {
  readonly answer: Answer;
  /** Time limits the code asked for. */
  readonly limitsMs: readonly number[];
}

const realTimeout = AbortSignal.timeout.bind(AbortSignal);

for await (const line of createInterface({ input: process.stdin })) {
  const ask = JSON.parse(line) as Ask;
  const limitsMs: number[] = [];
  AbortSignal.timeout = (ms) => {
    limitsMs.push(ms);
    return realTimeout(ask.limitMs ?? ms);
  };
  const told: Told = { answer: await answerOf(ask), limitsMs };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

async function answerOf({ endpoints, url, body }: Ask): Promise<Answer> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  try {
    const fetch = createGuardedFetch(createHostSend(endpoints), TOKEN_LIMITS);
    const { status, body: text } = await fetch({ url, method: "POST", headers, body });
    return { kind: "response", status, text: text.slice(0, 4096), length: text.length };
  } catch (error) {
    const isOurs = error instanceof CodexAuthError;
    const inspected = inspect(error, { depth: null, showHidden: true });
    return { kind: "thrown", isOurs, code: isOurs ? error.code : "", inspected };
  }
}

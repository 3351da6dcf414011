/** Random profile stores of good and odd entries, and a child process in which the host and ours read them. */
import { createInterface } from "node:readline";
import fc from "fast-check";
import type { ProfileHealth } from "../../src/rules/results.ts";
import { killTree, type spawnOwned } from "../support/owned-process.ts";

export const ANSWER = "@@answer ";

export interface ReaderRequest {
  readonly task: "list" | "sign-in" | "undo";
  readonly agentId: string;
  readonly profileId: string;
}

export interface ReaderAnswer {
  readonly host: {
    /** The ids of the OAuth profiles that the host lists for our provider. */
    readonly listed: readonly string[];
    /** Every credential that the host reads. */
    readonly profiles: Readonly<Record<string, unknown>>;
  };
  readonly ours: readonly { readonly id: string; readonly health: ProfileHealth }[];
  readonly result:
    | { readonly kind: "saved"; readonly isUndoable: boolean }
    | { readonly kind: "refused"; readonly code: string }
    | undefined;
}

export class Reader {
  readonly #child: ReturnType<typeof spawnOwned>;
  #waiting: PromiseWithResolvers<ReaderAnswer> | undefined;

  constructor(child: ReturnType<typeof spawnOwned>) {
    this.#child = child;
    let failed = "";
    child.stderr.on("data", (chunk: Buffer) => (failed += String(chunk)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith(ANSWER)) this.#waiting?.resolve(JSON.parse(line.slice(ANSWER.length)) as ReaderAnswer);
    });
    child.once("close", () => this.#waiting?.reject(new Error(`the reader ended: ${failed}`)));
  }

  ask(request: ReaderRequest): Promise<ReaderAnswer> {
    this.#waiting = Promise.withResolvers<ReaderAnswer>();
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#waiting.promise;
  }

  close(): void {
    killTree(this.#child);
  }
}

// ---- random stores

const MISSING = Symbol("missing");
const ODD = [null, 7, false, [], {}, ""] as const;

const maybe = (...good: readonly unknown[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(MISSING, ...ODD) },
  );

const REF = { source: "openclaw-credentials", provider: "openai-codex", id: "0123456789abcdef".repeat(2) };

function anyCredential(providers: readonly unknown[]) {
  return fc
    .record({
      type: fc.oneof(
        { weight: 6, arbitrary: fc.constant<unknown>("oauth") },
        { weight: 3, arbitrary: fc.constantFrom<unknown>("api_key", "token", "OAuth", "oauth2", null, 7, MISSING) },
      ),
      mode: fc.constantFrom<unknown>(MISSING, MISSING, "oauth", "token", null, 7),
      provider: fc.constantFrom(...providers),
      access: maybe("access-1"),
      refresh: maybe("refresh-1"),
      expires: maybe(1_900_000_000_000, "soon", -1),
      email: maybe("dana@example.com"),
      accountId: maybe("account-1"),
      chatgptPlanType: maybe("plus"),
      oauthRef: fc.constantFrom<unknown>(MISSING, MISSING, REF, { ...REF, id: "../x" }, "text"),
      key: fc.constantFrom<unknown>(MISSING, "sk-fake"),
      foo: fc.constantFrom<unknown>(MISSING, { bar: [null, 1] }),
    })
    .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== MISSING)));
}

/** The host before 2026.2.26 throws for a provider that is not text, so no list of it exists. */
const PROVIDERS = ["openai", "openai-codex", "OpenAI-Codex", " openai ", "anthropic", " ", null, MISSING];
const IDS = ["openai:work", "openai-codex:work", "openai:a b", "openai-codex:team", "anthropic:default", "x", "openai"];
const ids = fc.constantFrom(...IDS);

function anyRecord(provider: string) {
  return fc.oneof(
    { weight: 3, arbitrary: anyCredential([provider]) },
    { weight: 3, arbitrary: anyCredential(PROVIDERS) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, "text", 7, true, [], [{}]) },
  );
}

const odd = <Value>(good: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: 6, arbitrary: good as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(...ODD) },
  );

const anyState = fc.record(
  {
    order: odd(
      fc.dictionary(
        fc.constantFrom("openai", "openai-codex", "OpenAI-Codex ", "anthropic"),
        odd(fc.array(fc.oneof(ids, fc.constantFrom<unknown>(null, " ", 7, " openai:work ")), { maxLength: 4 })),
      ),
    ),
    usageStats: odd(
      fc.dictionary(
        ids,
        odd(fc.record({ lastUsed: odd(fc.nat()), errorCount: odd(fc.nat()), disabledUntil: odd(fc.nat()) })),
      ),
    ),
    lastGood: odd(fc.dictionary(fc.constant("openai"), odd(ids))),
    foo: fc.constantFrom<unknown>(null, { bar: 1 }),
  },
  { requiredKeys: [] },
);

export interface RandomStore {
  readonly main: Readonly<Record<string, unknown>>;
  readonly mainState: Readonly<Record<string, unknown>> | undefined;
  readonly second: Readonly<Record<string, unknown>> | undefined;
  readonly agentId: "main" | "second";
  readonly target: string;
}

export function anyStore(provider: string): fc.Arbitrary<RandomStore> {
  const version = fc.constantFrom<unknown>(MISSING, 1, "1", "x", null);
  const profiles = fc.dictionary(ids, anyRecord(provider), { maxKeys: 5 });
  const anyFile = fc.tuple(version, profiles, anyState).map(([number, records, state]) => ({
    ...(number === MISSING ? {} : { version: number }),
    profiles: records,
    ...state,
  }));
  return fc.record({
    main: anyFile,
    mainState: fc.option(anyState, { nil: undefined }),
    second: fc.option(anyFile, { nil: undefined }),
    agentId: fc.constantFrom("main", "main", "second"),
    target: fc.oneof(ids, fc.constant(`${provider}:new`)),
  });
}

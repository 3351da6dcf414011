import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OriginalMessages } from "../../src/handlers/transcript.ts";
import { withholdFromTranscript, type TranscriptEntry } from "../../src/handlers/transcript.ts";
import { ENGLISH, SENTENCES } from "../support/english.ts";
import { Paste } from "../../src/rules/callback-url.ts";
import { CANARY } from "./fake-handler.ts";

const STATE = "0123456789abcdef0123456789abcdef";
const CERTAIN = `http://localhost:1455/auth/callback?code=${CANARY}.c2Vjb25kcGFydA&scope=openid&state=${STATE}`;
const POSSIBLE = `code=0123456789abcdef&state=${STATE}`;
const NOTE = SENTENCES["transcript.withheld"];

/** What the web chat is about to write for one message of its operator. */
function entry(content: unknown, extra: Partial<TranscriptEntry> = {}): TranscriptEntry {
  return { role: "user", content, idempotencyKey: "run-1:user", __openclaw: { senderIsOwner: true }, ...extra };
}

const parts = (...texts: string[]) => texts.map((text) => ({ type: "text", text }));

const newContext = () => ({ originals: new OriginalMessages(), nowMs: () => 0, locale: () => ENGLISH });

function withhold(content: unknown, extra: Partial<TranscriptEntry> = {}) {
  const context = newContext();
  const written = withholdFromTranscript(context, entry(content, extra));
  return { written, kept: context.originals.take("run-1", 0) };
}

describe("a transcript entry", () => {
  it.each([
    { name: "text", content: CERTAIN, written: NOTE },
    { name: "parts", content: parts(CERTAIN), written: parts(NOTE) },
    { name: "several parts", content: parts("here:", CERTAIN), written: parts(NOTE) },
    {
      name: "a picture beside it",
      content: [{ type: "image", data: "x" }, ...parts(CERTAIN)],
      written: [...parts(NOTE), { type: "image", data: "x" }],
    },
    { name: "our command", content: `/codex_auth_finish ${CERTAIN}`, written: `/codex_auth_finish ${NOTE}` },
    { name: "the command of the usage", content: `/codex_usage ${CERTAIN}`, written: `/codex_usage ${NOTE}` },
    {
      name: "our command and a possible callback URL",
      content: `/codex_auth_finish ${POSSIBLE}`,
      written: `/codex_auth_finish ${NOTE}`,
    },
  ])("is written without the callback URL: $name", ({ content, written }) => {
    expect(withhold(content).written).toEqual(entry(written));
  });

  it.each([
    { name: "ordinary text", content: "hello", extra: {} },
    { name: "a possible callback URL", content: POSSIBLE, extra: {} },
    { name: "a command without a callback URL", content: "/codex_auth status", extra: {} },
    { name: "an answer of the model", content: CERTAIN, extra: { role: "assistant" } },
    { name: "no content", content: undefined, extra: {} },
    { name: "no parts", content: [], extra: {} },
    { name: "a text part without text", content: [{ type: "text", text: 5 }], extra: {} },
    { name: "a part that is no text", content: [{ type: "image", data: "x" }], extra: {} },
  ])("is left as it is: $name", ({ content, extra }) => {
    expect(withhold(content, extra).written).toBeUndefined();
  });

  it.each([
    { name: "a callback URL", content: CERTAIN },
    { name: "a possible one", content: POSSIBLE },
  ])("keeps the whole text for the message hook: $name", ({ content }) => {
    const { kept } = withhold(content);
    expect({ text: kept?.paste.text.reveal(), isOwner: kept?.isOwner }).toEqual({ text: content, isOwner: true });
  });

  it.each([undefined, {}, { senderIsOwner: false }, { senderIsOwner: "true" }])(
    "marks no owner if the host does not: %j",
    (mark) => {
      expect(withhold(CERTAIN, { __openclaw: mark }).kept?.isOwner).toBe(false);
    },
  );

  it("of a command is not kept, because the host runs the command", () => {
    expect(withhold(`/codex_auth_finish ${CERTAIN}`).kept).toBeUndefined();
  });

  it("never makes the hook throw", () => {
    const anyEntry = fc.record({ role: fc.constant("user"), content: fc.jsonValue(), idempotencyKey: fc.jsonValue() });
    fc.assert(
      fc.property(anyEntry, (some) => {
        withholdFromTranscript(newContext(), some);
      }),
    );
  });
});

it("prints nothing of the original message that it keeps", () => {
  const originals = new OriginalMessages();
  originals.set("a", { paste: new Paste(CANARY), isOwner: true }, 0);
  expect(JSON.stringify(originals.take("a", 0))).not.toContain(CANARY);
});

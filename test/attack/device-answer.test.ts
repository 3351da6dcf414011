/** What the endpoints of device codes answer: any status, any body. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { codeScreen } from "../../src/interaction/code-screens.ts";
import { judgeDeviceCode, judgePoll } from "../../src/oauth/device.ts";
import { withCode } from "../interaction/facts.ts";
import { toMarkdown } from "../support/english.ts";
import { asText, assertLaws, canary, must, nearly, requireSilence, variantOf } from "./law.ts";

const SECRETS = ["device id", "code", "verifier"].map((name) => canary(name, 40));
const [DEVICE_ID = "", CODE = "", VERIFIER = ""] = SECRETS;
const PAGE = "https://auth.openai.com/codex/device";

const ISSUED = {
  device_auth_id: DEVICE_ID,
  user_code: "ABCD-12345",
  interval: "5",
  expires_at: "2026-06-22T17:12:47.105853+00:00",
};
const APPROVED = { status: "success", authorization_code: CODE, code_verifier: VERIFIER };
const PENDING = { error: { message: `for ${DEVICE_ID}`, code: "deviceauth_authorization_pending" } };

const STATUSES = [...Array.from({ length: 12 }, () => 200), 202, 204, 302, 400, 401, 403, 403, 404, 429, 500, 503];
const RETRY_AFTER = ["5", "0", "-1", "99999", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT", ""];
const TYPES = ["application/json", "application/json", "text/html", ""];

function answerOf(body: string) {
  const headers = new Headers();
  headers.set("retry-after", RETRY_AFTER[variantOf(`${body}r`, RETRY_AFTER.length)] ?? "");
  headers.set("content-type", TYPES[variantOf(`${body}t`, TYPES.length)] ?? "");
  return { status: STATUSES[variantOf(body, STATUSES.length)] ?? 200, headers, body };
}

async function feed(input: string): Promise<void> {
  const answer = answerOf(input);
  const issued = judgeDeviceCode(answer, PAGE);
  requireSilence(SECRETS, issued);
  if (issued.kind === "issued") {
    must(answer.status === 200, "issues a code only with 200");
    must(issued.intervalMs >= 5000 && issued.intervalMs <= 60_000, "waits between five seconds and a minute");
    const code = issued.userCode.reveal();
    const shown = toMarkdown(codeScreen({ ...withCode(), userCode: issued.userCode }, true));
    must(shown.includes(`\`${code}\``), "shows the code in a code span", code);
  }
  const poll = judgePoll(answer, { intervalMs: 5000, blocked: 1, rejected: 1, unanswered: 1 });
  requireSilence(SECRETS, poll);
  if (poll.kind === "approved") must(answer.status === 200, "is approved only with 200");
  if (poll.kind === "waiting")
    must(
      poll.waitMs >= 5000 && poll.waitMs <= 300_000,
      "waits between five seconds and five minutes",
      `${poll.waitMs}`,
    );
}

const SEEDS = [ISSUED, APPROVED, PENDING, { error: "slow_down" }, { code: "access_denied" }].map(asText);
const WORDS = [
  "user_code",
  "usercode",
  "device_auth_id",
  "interval",
  "authorization_code",
  "slow_down",
  "<!doctype html>",
];
const near = fc.oneof(nearly(ISSUED), nearly(APPROVED), nearly(PENDING)).map(asText);

describe("any answer of the endpoints of device codes", () => {
  it("is a code or one of our refusals, an approval or a wait that is bounded, and prints no secret", async () => {
    await assertLaws({ seeds: SEEDS, words: WORDS, near }, 1000, feed);
  });
});

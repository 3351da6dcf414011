import fc from "fast-check";
import { describe, it } from "vitest";
import { asText, assertLaws, nearly, oddJson } from "./law.ts";
import { pendingFile } from "./surfaces/pending-file.ts";

const [waiting = "{}"] = pendingFile.seeds;
const document = JSON.parse(waiting) as { readonly logins: readonly object[]; readonly receipts: readonly object[] };

const loginNear = fc.oneof(...document.logins.map((login) => nearly({ ...login })));
const receiptNear = fc.oneof(...document.receipts.map((receipt) => nearly({ ...receipt })));

/** Each field right, missing or anything; and one in four with a field that nobody knows. */
const near = fc
  .record({
    version: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, oddJson),
    logins: fc.oneof({ weight: 8, arbitrary: fc.array(loginNear, { maxLength: 4 }) }, oddJson),
    receipts: fc.oneof({ weight: 8, arbitrary: fc.array(receiptNear, { maxLength: 4 }) }, oddJson),
    more: fc.option(oddJson, { freq: 4, nil: undefined }),
  })
  .map(asText);

describe("the file of waiting sign-ins, whatever stands in it", () => {
  it(
    "is read or counts as none, tells nothing, and is written by nobody who is refused",
    { timeout: 60_000 },
    async () => {
      await assertLaws(pendingFile, near);
    },
  );
});

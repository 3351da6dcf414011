/** Judges a callback URL that a browser brought to the listener, which names no user and no chat. */
import type { ErrorCode } from "../errors.ts";
import type { Paste } from "../rules/callback-url.ts";
import { signInOf } from "../rules/pending-sign-ins.ts";
import type { PendingDocument, PendingSignIn, ReceiptOutcome } from "../rules/pending-sign-ins.ts";
import type { AccountQuestion, CallbackPage, FinishRefusal, SavedSignIn } from "../rules/results.ts";
import type { Ports } from "./ports.ts";

export type FoundCallback =
  | { readonly kind: "pending"; readonly login: PendingSignIn; readonly document: PendingDocument }
  | { readonly kind: "ended"; readonly page: CallbackPage };

/**
 * Finds the sign-in of this gateway that has the URL's state, of any user. An unknown state ends no sign-in and is not
 * counted as an attempt, because any page can send a browser here. Throws `CodexAuthError` (`pending-*`).
 */
export async function findCallback(
  ports: Pick<Ports, "clock" | "entropy" | "pending">,
  gateway: string,
  pasted: Paste,
): Promise<FoundCallback> {
  if (pasted.parsed.kind === "refused") return { kind: "ended", page: "unknown" };
  const document = await ports.pending.read();
  const stateDigest = ports.entropy.digest(pasted.parsed.state.reveal());
  const found = signInOf(document, gateway, stateDigest, ports.clock.nowMs());
  switch (found?.kind) {
    case undefined:
      return { kind: "ended", page: "unknown" };
    case "receipt":
      return { kind: "ended", page: ENDED_PAGES[found.receipt.outcome] };
    case "pending":
      return { kind: "pending", login: found.login, document };
  }
}

const ENDED_PAGES = {
  claimed: "saving",
  saved: "saved",
  failed: "failed",
  cancelled: "over",
  replaced: "over",
  expired: "over",
  "given-up": "over",
} as const satisfies Record<ReceiptOutcome, CallbackPage>;

/** Returns the page after `finishSignIn`. If another way or a cancel was faster, the receipt says what became of it. */
export async function pageAfter(
  ports: Pick<Ports, "clock" | "entropy" | "pending">,
  gateway: string,
  pasted: Paste,
  result: SavedSignIn | AccountQuestion | FinishRefusal,
): Promise<CallbackPage> {
  const page = pageOf(result);
  if (page !== undefined) return page;
  const ended = await findCallback(ports, gateway, pasted);
  return ended.kind === "ended" ? ended.page : "later";
}

function pageOf(result: SavedSignIn | AccountQuestion | FinishRefusal): CallbackPage | undefined {
  if (result.kind !== "refused") return result.kind;
  if (result.isOver) return "failed";
  if (OVERTAKEN.has(result.code)) return undefined;
  return DAMAGED.has(result.code) ? "unknown" : "later";
}

const OVERTAKEN: ReadonlySet<ErrorCode> = new Set([
  "login-already-used",
  "login-cancelled",
  "login-replaced",
  "login-expired",
  "too-many-attempts",
]);
/** The state matches, but the rest of the URL is not what the server sends. */
const DAMAGED: ReadonlySet<ErrorCode> = new Set(["callback-wrong-issuer", "code-missing", "code-malformed"]);

/**
 * The schemas of the plugin's own files, and the types that follow from them. The field names are on disk: a changed
 * name would lose the sign-ins of the version before. Only the store loads the schemas; everything else uses the
 * types.
 */
import { ERROR_CODES } from "../errors.ts";
import * as z from "zod/mini";

const name = z.string().check(z.maxLength(512));
const path = z.string().check(z.maxLength(4096));
/** Unix time in milliseconds. */
const time = z.number();

const binding = z.readonly(
  z.object({
    /** The gateway's state directory: two gateways may share one pending file. */
    gateway: path,
    channel: name,
    channelAccountId: name,
    conversationId: name,
    /** Empty if the channel has no senders (web chat: one operator). */
    senderId: name,
    agentId: name,
  }),
);
export type Binding = z.infer<typeof binding>;

export const pendingSignIn = z.readonly(
  z.object({
    binding,
    profileId: name,
    profileName: name,
    storeId: z.optional(path),
    askedName: name,
    /**
     * SHA-256 of the state, base64url. A callback URL is matched by it, and the receipt keeps it in place of the
     * state.
     */
    stateDigest: name,
    state: name,
    codeVerifier: name,
    redirectUri: name,
    createdAtMs: time,
    expiresAtMs: time,
    attempts: z.int(),
  }),
);
export type PendingSignIn = z.infer<typeof pendingSignIn>;

const receiptOutcome = z.enum(["claimed", "saved", "failed", "cancelled", "replaced", "expired", "given-up"]);
export type ReceiptOutcome = z.infer<typeof receiptOutcome>;

/**
 * `live`: the change is in effect. `restarted`: the gateway was restarted for it. `restart`: the running gateway
 * keeps the old state in memory until it is restarted.
 */
const activation = z.enum(["live", "restarted", "restart"]);
export type Activation = z.infer<typeof activation>;

/** The record of an ended sign-in. It contains no secret. */
export const receipt = z.readonly(
  z.object({
    binding,
    profileId: name,
    profileName: name,
    stateDigest: name,
    outcome: receiptOutcome,
    atMs: time,
    /** Only of a saved sign-in. Absent means `live`. */
    activation: z.optional(activation),
  }),
);
export type Receipt = z.infer<typeof receipt>;

export interface PendingDocument {
  readonly version: 1;
  readonly logins: readonly PendingSignIn[];
  readonly receipts: readonly Receipt[];
}

export const AUDITED_ACTIONS = [
  "sign-in",
  "sign-out",
  "prefer",
  "undo",
  "use",
  "unuse",
  "retry",
  "revive",
  "quiet",
] as const;
export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

/** One line of the audit log. It must not contain a secret or an e-mail address. */
export const auditEntry = z.readonly(
  z.object({
    atMs: time,
    /** `telegram:4242001`; `webchat` and `terminal` have one operator and no ids. */
    who: z.string(),
    action: z.enum(AUDITED_ACTIONS),
    profileName: z.string(),
    outcome: z.enum(["done", ...ERROR_CODES]),
  }),
);
export type AuditEntry = z.infer<typeof auditEntry>;

/** One window of one profile, and below how many percent left it was last told of. */
export const nudged = z.readonly(
  z.object({
    profileId: name,
    seconds: z.number(),
    below: z.number(),
    atMs: time,
    /** As OpenAI told it then. */
    resetAtMs: z.optional(time),
  }),
);
export type Nudged = z.infer<typeof nudged>;

export const notice = z.readonly(z.object({ profileId: z.string(), atMs: time }));

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

/**
 * A device code (RFC 8628) of a sign-in, which can then be finished by its link or by its code. The first two are
 * secrets: with them anyone can fetch the tokens. Only the gateway of the binding polls, or the terminal that started
 * it.
 */
const deviceCode = z.readonly(
  z.object({
    deviceAuthId: name,
    userCode: name,
    /** The shortest time between two polls, in milliseconds. It grows if the server says so. */
    intervalMs: z.number().check(z.minimum(1000), z.maximum(3_600_000)),
  }),
);

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
    /** The sender as the network spells it, if the binding has another spelling. Needed to write to them later. */
    senderId: z.optional(name),
    device: z.optional(deviceCode),
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
    /** Only if it is another one. */
    askedName: z.optional(name),
    stateDigest: name,
    outcome: receiptOutcome,
    atMs: time,
    /** Only of a saved sign-in. Absent means `live`. */
    activation: z.optional(activation),
    /** Why it failed. Only of a sign-in that ended while nobody waited for an answer. */
    code: z.optional(name),
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

/** The last message about one window of one profile: it had less than `below` percent left. */
export const nudged = z.readonly(
  z.object({
    profileId: name,
    seconds: z.number(),
    below: z.number(),
    atMs: time,
    /** As OpenAI reported it then. */
    resetAtMs: z.optional(time),
  }),
);
export type Nudged = z.infer<typeof nudged>;

export const notice = z.readonly(z.object({ profileId: z.string(), atMs: time }));

export const usedMethod = z.readonly(
  z.object({
    /** As in the audit log. */
    who: z.string(),
    profileId: z.string(),
    /** The method of the last sign-in that worked. */
    method: z.enum(["code"]),
    atMs: time,
  }),
);
export type UsedMethod = z.infer<typeof usedMethod>;
export type SignInMethod = UsedMethod["method"] | "link";

/**
 * What the plugin's own files hold, as schemas from which the types follow. The field names are on disk: a changed name would
 * lose the sign-ins of the version before. Only the store loads the schemas; everything else takes the types.
 */
import { ERROR_CODES } from "../errors.ts";
import * as z from "zod/mini";

const name = z.string().check(z.maxLength(512));
const path = z.string().check(z.maxLength(4096));
/** Unix time in milliseconds. */
const time = z.number();

/** Who started a sign-in, and in which chat. Nobody else may go on with it. */
const binding = z.readonly(
  z.object({
    /** The gateway's state directory: two gateways may share one pending file. */
    gateway: path,
    channel: name,
    /** The host's `accountId`: which of the channel's bots. */
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
    /** The profile store that it was started for. */
    storeId: z.optional(path),
    /** The name the user typed or tapped: `default` if another profile stands for it. */
    askedName: name,
    /** SHA-256 of the state, base64url: a paste is looked up by it, and the receipt keeps it. */
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
 * When a change takes effect: immediately; immediately, after a restart that was asked for; or once the running gateway,
 * which holds the old state in memory, is restarted.
 */
const activation = z.enum(["live", "restarted", "restart"]);
export type Activation = z.infer<typeof activation>;

/** What is left of a sign-in that has ended. It holds no secret. */
export const receipt = z.readonly(
  z.object({
    binding,
    profileId: name,
    profileName: name,
    stateDigest: name,
    outcome: receiptOutcome,
    atMs: time,
    /** Of a saved one: `restart` until the running gateway knows the profile. Absent means `live`. */
    activation: z.optional(activation),
  }),
);
export type Receipt = z.infer<typeof receipt>;

export interface PendingDocument {
  readonly version: 1;
  readonly logins: readonly PendingSignIn[];
  readonly receipts: readonly Receipt[];
}

export const AUDITED_ACTIONS = ["sign-in", "sign-out", "prefer", "undo", "use", "unuse"] as const;
export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

/** One line of the audit log: what was done, when and by whom. No secret and no e-mail address gets into one. */
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

/** That an owner was told about a profile. */
export const notice = z.readonly(z.object({ profileId: z.string(), atMs: time }));
export type Notice = z.infer<typeof notice>;

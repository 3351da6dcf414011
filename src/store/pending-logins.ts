/** Pending logins in one private file that two gateways, or a gateway and a terminal, may share. */
import { join } from "node:path";
import { z } from "zod";
import { CodexAuthError } from "../errors.ts";
import { EMPTY_DOCUMENT, type PendingDocument } from "../flow/pending-login.ts";
import type { PendingStore } from "../login/ports.ts";
import { readPrivateFile, updatePrivateFile } from "./locked-file.ts";

/** The original's file name, in the host's preferred temporary folder. */
export const PENDING_FILE = "codex-auth-pending.json";
const MAX_BYTES = 4 * 1024 * 1024;

const text = z.string().max(512);
const binding = z.strictObject({
  gateway: text,
  channel: text,
  channelAccountId: text,
  conversationId: text,
  senderId: text,
  agentId: text,
});
const target = { binding, profileId: text, profileName: text, stateDigest: text };
const document = z.strictObject({
  version: z.literal(1),
  logins: z.array(
    z.strictObject({
      ...target,
      storeId: z.string().max(4096).optional(),
      askedName: text,
      state: text,
      codeVerifier: text,
      redirectUri: text,
      createdAtMs: z.number(),
      expiresAtMs: z.number(),
      attempts: z.int(),
    }),
  ),
  receipts: z.array(
    z.strictObject({
      ...target,
      outcome: z.enum(["claimed", "saved", "failed", "cancelled", "replaced", "expired", "given-up"]),
      atMs: z.number(),
      activation: z.enum(["live", "restarted", "restart"]).optional(),
    }),
  ),
});

/** What cannot be read back counts as no pending login: the file only ever holds minutes-old starts of ours. */
function parseDocument(content: string | undefined): PendingDocument {
  if (content === undefined) return EMPTY_DOCUMENT;
  try {
    return document.parse(JSON.parse(content));
  } catch {
    return EMPTY_DOCUMENT;
  }
}

/** Refuses to write what could not be read back: it would take everybody's logins with it. */
function renderDocument(next: PendingDocument): string {
  if (!document.safeParse(next).success) throw new CodexAuthError("pending-unwritable");
  return JSON.stringify(next);
}

export function createPendingStore(folder: string): PendingStore {
  const path = join(folder, PENDING_FILE);
  return {
    read: async () => parseDocument(await readPrivateFile(path, MAX_BYTES)),
    update: (edit) =>
      updatePrivateFile(path, MAX_BYTES, (content) => {
        const { result, next } = edit(parseDocument(content));
        return next === undefined ? { result } : { result, next: renderDocument(next) };
      }),
  };
}

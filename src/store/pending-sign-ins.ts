/** Pending logins in one private file that two gateways, or a gateway and a terminal, may share. */
import { join } from "node:path";
import type { PendingStore } from "../actions/ports.ts";
import { CodexAuthError } from "../errors.ts";
import { EMPTY_DOCUMENT, type PendingDocument } from "../rules/pending-sign-ins.ts";
import { createPrivateReader, updatePrivateFile } from "./private-file.ts";
import { finiteNumber, integer, listOf, oneOf, optional, record, text } from "./shape.ts";

/** The original's file name, in the host's preferred temporary folder. */
export const PENDING_FILE = "codex-auth-pending.json";
const MAX_BYTES = 4 * 1024 * 1024;

const name = text(512);
const binding = record({
  gateway: text(4096),
  channel: name,
  channelAccountId: name,
  conversationId: name,
  senderId: name,
  agentId: name,
});
const target = { binding, profileId: name, profileName: name, stateDigest: name };
const isDocument = record({
  version: oneOf(1),
  logins: listOf(
    record({
      ...target,
      storeId: optional(text(4096)),
      askedName: name,
      state: name,
      codeVerifier: name,
      redirectUri: name,
      createdAtMs: finiteNumber,
      expiresAtMs: finiteNumber,
      attempts: integer,
    }),
  ),
  receipts: listOf(
    record({
      ...target,
      outcome: oneOf("claimed", "saved", "failed", "cancelled", "replaced", "expired", "given-up"),
      atMs: finiteNumber,
      activation: optional(oneOf("live", "restarted", "restart")),
    }),
  ),
});

/** What cannot be read back counts as no pending login: the file only ever holds minutes-old starts of ours. */
function parseDocument(content: string | undefined): PendingDocument {
  if (content === undefined) return EMPTY_DOCUMENT;
  try {
    const document: unknown = JSON.parse(content);
    return isDocument(document) ? (document as PendingDocument) : EMPTY_DOCUMENT;
  } catch {
    return EMPTY_DOCUMENT;
  }
}

/** Refuses to write what could not be read back: it would take everybody's logins with it. */
function renderDocument(next: PendingDocument): string {
  if (!isDocument(next)) throw new CodexAuthError("pending-unwritable");
  return JSON.stringify(next);
}

export function createPendingStore(folder: string): PendingStore {
  const path = join(folder, PENDING_FILE);
  return {
    read: createPrivateReader(path, MAX_BYTES, parseDocument),
    update: (edit) =>
      updatePrivateFile(path, MAX_BYTES, (content) => {
        const { result, next } = edit(parseDocument(content));
        return next === undefined ? { result } : { result, next: renderDocument(next) };
      }),
  };
}

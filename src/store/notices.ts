/** Which profiles their owners were told about lately, in a small private file of the plugin's own state directory. */
import { join } from "node:path";
import type { Notices } from "../login/ports.ts";
import * as z from "../schema.ts";
import { updatePrivateFile } from "./private-file.ts";

const NOTICES_FILE = "codex-auth/notices.json";
const MAX_BYTES = 256 * 1024;
/** Nobody is told of one profile more often. */
const QUIET_MS = 24 * 60 * 60_000;

const document = z.strictObject({
  version: z.literal(1),
  notices: z.array(z.strictObject({ profileId: z.string(), atMs: z.number() })),
});

function noticesIn(content: string | undefined) {
  if (content === undefined) return [];
  try {
    return document.parse(JSON.parse(content)).notices;
  } catch {
    return [];
  }
}

/** `stateDir`: the gateway's own. */
export function createNotices(stateDir: string): Notices {
  const path = join(stateDir, NOTICES_FILE);
  return {
    claim: (profileIds, nowMs) =>
      updatePrivateFile(path, MAX_BYTES, (content) => {
        const told = noticesIn(content).filter(({ atMs }) => Math.abs(nowMs - atMs) < QUIET_MS);
        const due = profileIds.filter((id) => !told.some(({ profileId }) => profileId === id));
        if (due.length === 0) return { result: due };
        const notices = [...told, ...due.map((profileId) => ({ profileId, atMs: nowMs }))];
        return { result: due, next: JSON.stringify({ version: 1, notices }) };
      }),
  };
}

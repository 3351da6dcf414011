/** The plugin's doors over its real stores, in a process without a host. */
import { join } from "node:path";
import { answerCommand } from "../src/handlers/command.ts";
import { Secret } from "../src/secret.ts";
import { createAuditLog } from "../src/store/records.ts";
import { createPendingStore } from "../src/store/pending-sign-ins.ts";
import { createProfileStore } from "../src/store/profile-store.ts";
import { createSqliteAuthStore } from "../src/store/sqlite-auth-store.ts";
import { createUndoRecords } from "../src/store/undo.ts";
import { readIdentity } from "../src/oauth/identity.ts";
import { claimMessage, createDoor, linkOf, OWNER_CALL, ownerMessage } from "../test/handlers/fake-handler.ts";
import { FakeOAuth } from "../test/fakes/fake-ports.ts";
import { MemoryHostAuthStore } from "../test/store/memory-host-auth-store.ts";
import { makeTempDir } from "../test/support/temp-dir.ts";
// Loaded by the first sign-in, in a gateway too; here its code has been counted by then, as all that is built.
import "../src/store/lock.ts";

/** Gives what takes one person from `/codex_auth work-…` to "Signed in", with every answer checked. */
export async function createSignIns(): Promise<(senderId: string) => Promise<void>> {
  const folder = makeTempDir("bench-own-memory");
  const door = createDoor({ ports: () => Promise.resolve(ports) });
  const { context, owners, sent } = door;
  const { clock, entropy } = door.ports;
  const ports = {
    ...door.ports,
    // A log of the tests' keeps its lines, and would be counted as the plugin's.
    log: { info: () => undefined, warn: () => undefined },
    audit: createAuditLog(folder),
    pending: createPendingStore(join(folder, "tmp")),
    profiles: createProfileStore({
      host: createSqliteAuthStore(new MemoryHostAuthStore()),
      undo: createUndoRecords(folder),
      clock,
      entropy,
      readIdentity,
    }),
  };
  return async (senderId) => {
    // A server that remembers every code it gave out would be counted as the plugin's.
    ports.oauth = new FakeOAuth(entropy);
    owners.add(`telegram:${senderId}`);
    clock.move(60_000);
    const args = `work-${senderId}`;
    const card = await answerCommand(context, "select", {
      ...OWNER_CALL,
      senderId,
      from: `telegram:${senderId}`,
      args,
    });
    const address = ports.oauth.approve(new Secret(linkOf(card)), `${senderId}@example.com`);
    await claimMessage(context, ownerMessage(address, { senderId, conversationId: senderId }));
    const said = sent.splice(0).at(-1)?.message.markdown ?? "";
    if (!said.includes("Signed in")) throw new Error(`a sign-in failed: ${said}`);
  };
}

/** Which tests are asked about a mutant, and in which order. */
import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Besides the test of its own name: those that tell the most of a file. */
const NEARBY: Readonly<Record<string, readonly string[]>> = {
  account: ["complete", "profiles-document"],
  binding: ["pending-login"],
  "callback-url": ["pasted-text"],
  "pasted-text": ["callback-url"],
  "pending-login": ["binding", "complete"],
  "profile-id": ["begin", "profiles-document"],
  client: ["token-request", "authorization-request"],
  endpoints: ["token-request", "authorization-request"],
  identity: ["token-response"],
  "token-response": ["token-request"],
  "file-auth-store": ["file-auth-store-choice", "lock"],
  "host-auth-store": ["profile-store", "file-auth-store"],
  "host-document": ["file-auth-store"],
  lock: ["private-file"],
  "lock-file": ["lock"],
  "file-system": ["private-file", "host-file", "pending-logins", "file-auth-store"],
  "host-file": ["file-auth-store"],
  "private-file": ["lock-file", "pending-logins", "profile-store"],
  notices: ["audit-log"],
  patience: ["profile-store", "file-auth-store"],
  "profile-store": ["profile-store-order", "recent-lists", "file-auth-store"],
  "profiles-document": ["profile-store"],
  "replaced-record": ["profile-store-order", "profile-store"],
  "sqlite-auth-store": ["profile-store"],
  shape: ["pending-logins"],
  "undo-records": ["profile-store"],
};

/** The first failure ends a run, so the likeliest to fail comes first. */
export class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const mutated = (this.ctx.config.related ?? []).map((path) => basename(path, ".ts"));
    const wanted = [...mutated, ...mutated.flatMap((name) => NEARBY[name] ?? [])];
    return [...new Set(wanted)].flatMap((name) =>
      files.filter((file) => basename(file.moduleId) === `${name}.test.ts`),
    );
  }
}

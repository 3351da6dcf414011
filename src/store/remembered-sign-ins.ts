/**
 * The last whole sign-in of each Codex profile, in the memory of the gateway and never on disk. Current hosts replace both
 * tokens by a placeholder (a *fence*) before a renewal, and leave it there if the renewal fails for any reason. The
 * placeholder contains the digests of both tokens, which proves that nobody has changed the profile since.
 */
import type { Entropy } from "../actions/ports.ts";
import { Secret } from "../secret.ts";
import type { StoredCredential } from "./host-records.ts";
import { credentialsInDocument, fencedDigestsIn, isFenced, type ProfilesDocument } from "./profiles-document.ts";

/** More sign-ins are not remembered. */
const MAX_REMEMBERED = 200;

interface Remembered {
  readonly profileId: string;
  /** The JSON of the record. */
  readonly record: Secret;
}

export class RememberedSignIns {
  /** By the digests of the tokens. */
  #records = new Map<string, Remembered>();
  readonly #running = new Map<string, Promise<unknown>>();

  /**
   * Remembers the sign-ins of these documents, which are those of all agents, and forgets every other one: it was signed
   * out, replaced or renewed.
   */
  see(documents: readonly ProfilesDocument[], provider: string, entropy: Pick<Entropy, "digest">): void {
    const seen = new Map<string, Remembered>();
    for (const [profileId, credential] of documents.flatMap((one) => credentialsInDocument(one, provider))) {
      const record = { kind: "credential", credential, raw: credential } as const;
      const digests = isFenced(record) ? fencedDigestsIn(credential) : digestsOf(entropy, profileId, credential);
      const known = digests === undefined ? undefined : this.#records.get(digests);
      if (digests === undefined || seen.size >= MAX_REMEMBERED) continue;
      if (known !== undefined) seen.set(digests, known);
      else if (!isFenced(record)) seen.set(digests, { profileId, record: new Secret(JSON.stringify(credential)) });
    }
    this.#records = seen;
  }

  /** Returns the JSON of the record that the host replaced by this placeholder. */
  get(credential: StoredCredential): Secret | undefined {
    const digests = fencedDigestsIn(credential);
    return digests === undefined ? undefined : this.#records.get(digests)?.record;
  }

  /** Forgets every sign-in of the profile. The next look remembers those that other agents still have. */
  forget(profileId: string): void {
    for (const [digests, one] of this.#records) if (one.profileId === profileId) this.#records.delete(digests);
  }

  clear(): void {
    this.#records.clear();
  }

  get size(): number {
    return this.#records.size;
  }

  /** Runs the work once for all calls that come while it runs. */
  async once<Result>(credential: StoredCredential, work: () => Promise<Result>): Promise<Result> {
    const digests = fencedDigestsIn(credential) ?? "";
    const running = this.#running.get(digests) as Promise<Result> | undefined;
    if (running !== undefined) return running;
    const started = work().finally(() => this.#running.delete(digests));
    this.#running.set(digests, started);
    return started;
  }
}

/** Returns the digests that the host's placeholder for this credential would contain, or undefined if a token is missing. */
function digestsOf(
  { digest }: Pick<Entropy, "digest">,
  profileId: string,
  { access, refresh, provider }: StoredCredential,
): string | undefined {
  if (access === undefined || refresh === undefined) return undefined;
  const of = (kind: string, secret: string) =>
    digest(JSON.stringify(["openclaw.oauth-refresh-generation", 1, profileId, provider, kind, secret]));
  return [of("access", access), of("refresh", refresh)].map(toHex).join(" ");
}

const toHex = (base64Url: string) => Buffer.from(base64Url, "base64url").toString("hex");

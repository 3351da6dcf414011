/**
 * Reads one record of a host's profile store as that host does. A record that the host leaves out still exists: it is
 * listed, and it is replaced only if the user agrees.
 */
import type { RecordRules } from "../rules/host-versions.ts";
import { isObject, type JsonObject } from "../rules/parse.ts";

/** A credential as the host reads it. The other fields of the record are kept. */
export interface StoredCredential {
  readonly type: string;
  /** Without spaces around it and in lower case, as the host compares it. Empty only in a record that no host uses. */
  readonly provider: string;
  readonly access?: string | undefined;
  readonly refresh?: string | undefined;
  readonly email?: string | undefined;
  readonly chatgptPlanType?: string | undefined;
  readonly accountId?: string | undefined;
  /** True if the host reads the tokens from the encrypted file that `oauthRef` names. */
  readonly hasSidecar?: true | undefined;
  readonly [field: string]: unknown;
}

/** `raw` is the stored JSON, which an undo puts back. */
export type StoredRecord =
  | { readonly kind: "credential"; readonly credential: StoredCredential; readonly raw: unknown }
  | { readonly kind: "unreadable"; readonly raw: unknown };

const KINDS: ReadonlySet<unknown> = new Set(["api_key", "oauth", "token"]);
const TEXT_FIELDS = ["access", "refresh", "email", "chatgptPlanType", "accountId"] as const;

/** Returns a record as `unreadable` if the host leaves it out. */
export function readRecord(raw: unknown, rules: RecordRules): StoredRecord {
  const credential = credentialOf(raw, rules);
  return credential === undefined ? { kind: "unreadable", raw } : { kind: "credential", credential, raw };
}

function credentialOf(
  raw: unknown,
  { kindFields, mayProviderBeBlank, hasSidecars }: RecordRules,
): StoredCredential | undefined {
  if (!isObject(raw)) return undefined;
  const isModeRead = kindFields === "type-or-mode" && !Object.hasOwn(raw, "type");
  const type = isModeRead ? raw["mode"] : raw["type"];
  const provider = providerOf(raw);
  const isNamed = mayProviderBeBlank ? Boolean(raw["provider"]) : provider !== "";
  if (!KINDS.has(type) || !isNamed) return undefined;
  const credential: JsonObject = { ...raw, type, provider };
  // The host treats a field of another type, such as null, as missing.
  for (const field of TEXT_FIELDS) if ((textOf(credential[field]) ?? "").trim() === "") delete credential[field];
  delete credential["hasSidecar"];
  if (hasSidecars && isSidecar(raw["oauthRef"])) credential["hasSidecar"] = true;
  return credential as unknown as StoredCredential;
}

/** The check of the hosts that wrote sidecars (2026.5.12). */
function isSidecar(ref: unknown): boolean {
  if (!isObject(ref)) return false;
  const { source, provider, id } = ref;
  return source === "openclaw-credentials" && provider === "openai-codex" && /^[a-f0-9]{32}$/.test(textOf(id) ?? "");
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export const normalProvider = (provider: string) => provider.trim().toLowerCase();

const providerOf = (raw: JsonObject) => normalProvider(textOf(raw["provider"]) ?? "");

/** Returns false for other values in a host's document, which should contain only credentials. */
export function isCredential(value: unknown): value is StoredCredential {
  return isObject(value) && typeof value["type"] === "string" && typeof value["provider"] === "string";
}

/**
 * `codex`: the host uses the record as a Codex profile. `unreadable`: its id or its provider says that it is one, but
 * the host does not use it. `other`: a credential of another kind or of another provider.
 */
export type RecordUse = "codex" | "unreadable" | "other";

const OUR_PROVIDERS: ReadonlySet<string> = new Set(["openai", "openai-codex"]);
const OUR_ID = /^openai(?:-codex)?(?::|$)/i;
/** If the id is a Codex profile's, a provider such as `codex` is another spelling of the host's provider. */
const SPELLING = /openai|codex|chatgpt/;

export function useOf(profileId: string, record: StoredRecord, provider: string): RecordUse {
  const named = isObject(record.raw) ? providerOf(record.raw) : "";
  const isOurs = OUR_PROVIDERS.has(named) || OUR_ID.test(profileId);
  if (record.kind === "unreadable" || record.credential.provider === "") return isOurs ? "unreadable" : "other";
  if (record.credential.type !== "oauth") return "other";
  if (record.credential.provider === provider) return "codex";
  return isOurs && SPELLING.test(named) ? "unreadable" : "other";
}

/** What keeps the profiles of one host, in the host's own names: its SDK, or its file where it keeps one. */
import type { Activation } from "../flow/answers.ts";
import type { ProfilesDocument, StoredCredential, StoredRecord } from "./profiles-document.ts";

export interface HostAuthStore {
  readonly provider: string;
  /** The file of a store that was named outright; absent where it is the host's own. */
  readonly namedPath?: string;
  /** Whether `update` has waited for others, as long as anybody should, before it says that the store is locked. */
  readonly waitsForOthers: boolean;
  agentDirOf(agentId: string): string;
  /** The directory of the store that all agents share; undefined where it is in none of theirs. */
  sharedDir(): string | undefined;
  /** Ids that the config names for the provider: in `auth.order`, and in `auth.profiles`. */
  configured(): ConfiguredIds;
  /** The effective document of an agent. Throws `CodexAuthError` (`store-*`). */
  read(agentDir: string): Promise<ProfilesDocument>;
  /** The agent directory whose row or file holds the profile; undefined for the shared store. */
  ownerOf(agentDir: string, profileId: string): Promise<string | undefined>;
  /**
   * One locked transaction; the edit must not be async. Throws `CodexAuthError` (`store-*`) when it did not happen:
   * `store-unreadable` too if the edit would replace a record that its document leaves out.
   */
  update(request: HostUpdate): Promise<void>;
  /** The record that the agent would use. An unreadable one in its own store hides a good one in the shared store. */
  persisted(agentDir: string, profileId: string): Promise<StoredRecord>;
  /** What the host would try, in its order: of the document that was read, where one is given. */
  selectableIds(agentDir: string, document?: ProfilesDocument): Promise<readonly string[]>;
  /** Makes a change known to the running gateway, as far as it needs telling. Never throws. */
  activate(change: HostChange): Promise<Activation>;
}

/** Empty where the config says nothing of it. */
export interface ConfiguredIds {
  readonly order: readonly string[];
  readonly profiles: readonly string[];
}

/** What the config asks for: its order, or failing that its list. */
export function configuredIdsOf({ order, profiles }: ConfiguredIds): readonly string[] {
  return order.length > 0 ? order : profiles;
}

export interface HostUpdate {
  readonly agentDir: string | undefined;
  readonly keepInOrder: readonly string[];
  /** Puts whole records in and takes them out, and changes nothing inside one. False to write nothing. */
  readonly edit: (document: ProfilesDocument) => boolean;
}

export interface HostChange {
  readonly agentDir: string | undefined;
  readonly profileId: string;
  /** What it holds now; undefined where it was taken out. */
  readonly credential: StoredCredential | undefined;
}

/** The last step of a sign-in, whether it was asked about or not: the profile is saved, and the receipt says so. */
import type { CompletionRefusal, SavedLogin } from "../flow/answers.ts";
import { buildCredential } from "../flow/credential.ts";
import { settleLogin, type PendingLogin } from "../flow/pending-login.ts";
import type { ProfileId } from "../flow/profile-id.ts";
import { audited } from "./audit.ts";
import type { ExchangeResult, LoginPorts } from "./ports.ts";
import { refusalOf } from "./refusal.ts";

export interface Saving {
  /** Claimed by now. */
  readonly login: PendingLogin;
  readonly exchanged: Extract<ExchangeResult, { kind: "exchanged" }>;
  /** Where it goes: the login's own profile, or the one that was chosen since. */
  readonly profileId: ProfileId;
  readonly profileName: string;
  /** Another profile that holds the same account. */
  readonly sameAccountAs?: string;
  readonly assertAllowed: () => void;
}

/** Throws only what the store's ports throw. */
export async function saveLogin(ports: LoginPorts, saving: Saving): Promise<SavedLogin | CompletionRefusal> {
  const { login, profileId, profileName, sameAccountAs, assertAllowed } = saving;
  const { tokens, identity } = saving.exchanged;
  const credential = buildCredential(tokens, identity, ports.profiles.provider, ports.clock.nowMs());
  const saved = await ports.profiles.save({ profileId, agentId: login.binding.agentId, credential, assertAllowed });
  const outcome = saved.kind === "refused" ? saved.code : "done";
  await audited(ports, { binding: login.binding, action: "sign-in", profileName, outcome });
  if (saved.kind === "refused") return { ...saved, profileName, isOver: true };
  ports.log.info("profile saved");
  return {
    kind: "saved",
    profileId,
    profileName,
    accountId: credential.accountId,
    expiresAtMs: credential.expires,
    ...(identity.email === undefined ? {} : { email: identity.email }),
    ...(identity.plan === undefined ? {} : { plan: identity.plan }),
    ...(sameAccountAs === undefined ? {} : { sameAccountAs }),
    isSelectable: saved.isSelectable,
    isUndoable: saved.isUndoable,
    activation: saved.activation,
  };
}

/** What became of a claimed login goes onto its receipt. A failure to note it changes nothing that was saved. */
export async function settle(
  ports: LoginPorts,
  login: PendingLogin,
  result: SavedLogin | CompletionRefusal,
): Promise<SavedLogin | CompletionRefusal> {
  const settled =
    result.kind === "saved"
      ? ({
          outcome: "saved",
          activation: result.activation,
          profileId: result.profileId,
          profileName: result.profileName,
        } as const)
      : ({ outcome: "failed" } as const);
  const nowMs = ports.clock.nowMs();
  try {
    await ports.pending.update((document) => settleLogin(document, login.stateDigest, settled, nowMs));
  } catch (error) {
    refusalOf(error, ports.log);
  }
  return result;
}

/** What there is: the profiles to choose from, what is pending, what was last saved; and ending what is pending. */
import type { CancelledLogins, ListedProfile, LoginStatus, ProfileList, Refusal } from "../flow/answers.ts";
import type { LoginBinding } from "../flow/binding.ts";
import { cancelLogins, isNamed, lastReceiptOf, loginsOf } from "../flow/pending-login.ts";
import type { ProfileName } from "../flow/profile-id.ts";
import type { LoginPorts } from "./ports.ts";
import { refusalOf } from "./refusal.ts";

/** What it takes to know what waits: no profile store, and so nothing of the host. */
export type PendingPorts = Pick<LoginPorts, "clock" | "log" | "parked" | "pending">;

async function pendingOf(ports: PendingPorts, binding: LoginBinding, profileName?: ProfileName) {
  const document = await ports.pending.read();
  const nowMs = ports.clock.nowMs();
  const pending = loginsOf(document, binding, nowMs)
    .filter((login) => profileName === undefined || isNamed(login, profileName))
    .map((login) => ({ profileName: login.profileName, expiresInMs: login.expiresAtMs - nowMs }));
  const parked = ports.parked
    .list(binding, nowMs)
    .filter(({ login }) => profileName === undefined || isNamed(login, profileName))
    .map(({ login, expiresAtMs }) => ({ profileName: login.profileName, expiresInMs: expiresAtMs - nowMs }));
  return { document, nowMs, pending, waiting: { pending, ...(parked.length === 0 ? {} : { parked }) } };
}

/** `isFresh` for the store as it is this moment, where seconds matter. Never throws. */
export async function listProfiles(
  ports: LoginPorts,
  binding: LoginBinding,
  { isFresh = false } = {},
): Promise<ProfileList | Refusal> {
  try {
    const { profiles: store } = ports;
    // The file first: its disk works while the host reads its store, which it does in one go.
    const waits = pendingOf(ports, binding);
    const listed = isFresh ? store.list(binding.agentId) : store.recentList(binding.agentId);
    const [{ nowMs, waiting }, profiles] = await Promise.all([waits, withPin(ports, binding, listed)]);
    return { kind: "profiles", profiles, ...waiting, nowMs };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** The profiles, with the mark of the one that this chat asks for. A host that cannot tell marks none. */
export function listWithPin(ports: LoginPorts, binding: LoginBinding): Promise<readonly ListedProfile[]> {
  return withPin(ports, binding, ports.profiles.list(binding.agentId));
}

async function withPin(
  ports: LoginPorts,
  binding: LoginBinding,
  listed: Promise<readonly ListedProfile[]>,
): Promise<readonly ListedProfile[]> {
  const [profiles, pin] = await Promise.all([listed, ports.pins.read(binding).catch(() => undefined)]);
  const pinned = pin?.by === "person" ? pin.profileId : undefined;
  return profiles.map((profile) => (profile.profileId === pinned ? { ...profile, isPinned: true } : profile));
}

/** Of all profiles or of one. Never throws. */
export async function readStatus(
  ports: PendingPorts,
  binding: LoginBinding,
  profileName?: ProfileName,
): Promise<LoginStatus | Refusal> {
  try {
    const { document, nowMs, waiting } = await pendingOf(ports, binding, profileName);
    const saved = lastReceiptOf(document, binding, "saved", profileName);
    if (saved === undefined) return { kind: "status", ...waiting };
    const { profileId, atMs, activation = "live" } = saved;
    const lastSaved = { profileName: saved.profileName, profileId, agoMs: nowMs - atMs, activation };
    return { kind: "status", ...waiting, lastSaved };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** Ends the person's pending sign-ins in this chat, all or one profile's; answers their names. Never throws. */
export async function cancelPending(
  ports: PendingPorts,
  binding: LoginBinding,
  profileName?: ProfileName,
): Promise<CancelledLogins | Refusal> {
  try {
    const nowMs = ports.clock.nowMs();
    const dropped = ports.parked
      .list(binding, nowMs)
      .filter(({ login }) => profileName === undefined || isNamed(login, profileName))
      .flatMap(({ questionId }) => ports.parked.take(binding, nowMs, questionId)?.login.profileName ?? []);
    const ended = await ports.pending.update((document) => cancelLogins(document, binding, nowMs, profileName));
    const profileNames = [...new Set([...dropped, ...ended])];
    return { kind: "cancelled", profileNames };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** Whether the person has a sign-in waiting in this chat; false when that cannot be told. */
export async function hasPending(ports: PendingPorts, binding: LoginBinding): Promise<boolean> {
  try {
    return (await pendingOf(ports, binding)).pending.length > 0;
  } catch {
    return false;
  }
}

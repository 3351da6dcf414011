/** Whose text a pasted one is. Apart from what is told of logins, so that a terminal that only asks loads no parser. */
import type { LoginBinding } from "../flow/binding.ts";
import { parsePastedText } from "../flow/callback-url.ts";
import { findLogin } from "../flow/pending-login.ts";
import type { Secret } from "../secret.ts";
import { hasPending } from "./overview.ts";
import type { LoginPorts } from "./ports.ts";

/** Whether a text that only might be an address belongs to this person: a sign-in waits, or it was one's address. */
export async function concernsLogin(ports: LoginPorts, binding: LoginBinding, pastedText: Secret): Promise<boolean> {
  if (await hasPending(ports, binding)) return true;
  const pasted = parsePastedText(pastedText.reveal());
  if (pasted.kind === "refused") return false;
  const stateDigest = ports.entropy.digest(pasted.state.reveal());
  const found = findLogin(await ports.pending.read(), { binding, stateDigest }, ports.clock.nowMs());
  return found.kind === "found" || found.code !== "no-pending-login";
}

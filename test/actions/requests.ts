/** What the tests ask of the login shell: as Dana, who may, in her own chat, unless they say otherwise. */
import { Paste } from "../../src/rules/callback-url.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { startSignIn } from "../../src/actions/start.ts";
import type { FinishRequest } from "../../src/actions/finish.ts";
import type { KeepRequest } from "../../src/actions/account-question.ts";
import type { Ports } from "../../src/actions/ports.ts";
import { Secret } from "../../src/secret.ts";
import { DANA } from "../fakes/fake-ports.ts";

/** The link of a sign-in that is started now. Throws where none is. */
export async function startedLink(ports: Ports, name = "work", binding = DANA): Promise<Secret> {
  const started = await startSignIn(ports, { binding, askedName: name as ProfileName });
  if (started.kind === "refused") throw new Error(started.code);
  return started.authorizationUrl;
}

export function completionOf(pasted: string, change: Partial<FinishRequest> = {}): FinishRequest {
  return { binding: DANA, pasted: new Paste(pasted), isAllowed: () => true, ifOtherAccount: "ask", ...change };
}

/** About one profile. */
export function asked(name: string, change: Partial<KeepRequest> = {}): KeepRequest {
  return { binding: DANA, askedName: name as ProfileName, isAllowed: () => true, ...change };
}

/** From a request of the terminal to what it came to: the same login shell as behind the chat's doors. */
import type {
  CancelledLogins,
  CompletionRefusal,
  LoginStatus,
  ProfileList,
  Refusal,
  SavedLogin,
  StartedLogin,
  UndoneLogin,
} from "../flow/answers.ts";
import type { LoginBinding } from "../flow/binding.ts";
import { DEFAULT_PROFILE_NAME, type ProfileName } from "../flow/profile-id.ts";
import type { LoginPorts } from "../login/ports.ts";
import type { PendingPorts } from "../login/overview.ts";
import { Secret } from "../secret.ts";
import type { TerminalRequest } from "./arguments.ts";

export interface TerminalContext {
  readonly binding: LoginBinding;
  /** What it takes to know what waits. Nothing of the host is loaded for it. */
  pendingPorts(): Promise<PendingPorts>;
  ports(): Promise<LoginPorts>;
  readStandardInput(): Promise<string>;
}

export type TerminalAnswer =
  | StartedLogin
  | SavedLogin
  | UndoneLogin
  | LoginStatus
  | CancelledLogins
  | ProfileList
  | Refusal
  | CompletionRefusal
  | { readonly kind: "help" };

/** Throws only what the making of the ports throws. Each part of the shell is loaded when it is asked for. */
export async function runRequest(context: TerminalContext, request: TerminalRequest): Promise<TerminalAnswer> {
  const { binding } = context;
  switch (request.verb) {
    case "help":
      return { kind: "help" };
    case "status": {
      const { readStatus } = await import("../login/overview.ts");
      return filterStatus(await readStatus(await context.pendingPorts(), binding), request.profileName);
    }
    case "cancel": {
      const { cancelPending } = await import("../login/overview.ts");
      return cancelPending(await context.pendingPorts(), binding, request.profileName);
    }
    case "list": {
      const { listProfiles } = await import("../login/overview.ts");
      return listProfiles(await context.ports(), binding);
    }
    case "start": {
      const { beginLogin } = await import("../login/begin.ts");
      return beginLogin(await context.ports(), binding, nameOf(request));
    }
    case "undo": {
      const { undoLogin } = await import("../login/undo.ts");
      return undoLogin(await context.ports(), { binding, askedName: nameOf(request), assertAllowed });
    }
    case "finish":
      return finish(context, request);
  }
}

async function finish(context: TerminalContext, request: TerminalRequest): Promise<TerminalAnswer> {
  const { binding } = context;
  const { callbackUrl = "", profileName } = request;
  const pastedText = new Secret(callbackUrl === "-" ? await context.readStandardInput() : callbackUrl);
  const { completeLogin } = await import("../login/complete.ts");
  const named = profileName === undefined ? {} : { profileName };
  return completeLogin(await context.ports(), { binding, pastedText, assertAllowed, ...named });
}

/** Whoever runs this owns the files it changes: the machine has judged that already. */
function assertAllowed(): void {}

function nameOf({ profileName }: TerminalRequest): ProfileName {
  return profileName ?? (DEFAULT_PROFILE_NAME as ProfileName);
}

/** The status of one profile, where one was named; `no-status` where there is nothing to tell. */
function filterStatus(status: LoginStatus | Refusal, profileName: ProfileName | undefined): LoginStatus | Refusal {
  if (status.kind === "refused") return status;
  const isMeant = (entry: { readonly profileName: string }) =>
    profileName === undefined || entry.profileName === profileName;
  const pending = status.pending.filter(isMeant);
  const { lastSaved } = status;
  if (lastSaved !== undefined && isMeant(lastSaved)) return { kind: "status", pending, lastSaved };
  return pending.length > 0 ? { kind: "status", pending } : { kind: "refused", code: "no-status" };
}

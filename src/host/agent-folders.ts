/** Which folder an agent's profiles lie in, on hosts whose SDK does not say. */
import { join, resolve } from "node:path";
import type { TerminalEnvironment } from "../environment.ts";
import type { ConfiguredIds } from "../store/host-auth-store.ts";
import type { HostConfig } from "./host-folders.ts";

export const FIRST_AGENT = "main";

export interface AgentFolders {
  readonly defaultAgentId: string;
  /** For an id as `defaultAgentId` is one. */
  folderOf(agentId: string): string;
}

/** `agentDir`: an older host's word for the default agent's folder, from its environment. */
export function agentFoldersOf(
  config: HostConfig,
  stateDir: string,
  { agentDir, home }: Pick<TerminalEnvironment, "agentDir" | "home">,
): AgentFolders {
  const list = config.agents?.list ?? [];
  const defaultAgentId = hostIdOf((list.find((agent) => agent.default === true) ?? list[0])?.id);
  return {
    defaultAgentId,
    folderOf(agentId) {
      const named = list.find((agent) => hostIdOf(agent.id) === agentId)?.agentDir?.trim() ?? "";
      const own =
        named === "" ? join(stateDir, "agents", agentId, "agent") : resolve(named.replace(/^~(?=$|\/)/, home));
      return agentId === defaultAgentId ? (agentDir ?? own) : own;
    },
  };
}

/** What the host makes of an id in its config: folders are named by that. */
function hostIdOf(id = ""): string {
  const plain = id.trim().toLowerCase();
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(plain)) return plain;
  return (
    plain
      .replaceAll(/[^a-z0-9_-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 64) || FIRST_AGENT
  );
}

/** Ids that the config names for a provider. */
export function configuredIn({ auth }: HostConfig, provider: string): ConfiguredIds {
  const profiles = Object.entries(auth?.profiles ?? {}).filter(([, profile]) => profile.provider === provider);
  return { order: auth?.order?.[provider] ?? [], profiles: profiles.map(([id]) => id) };
}

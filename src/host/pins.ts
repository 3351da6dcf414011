/**
 * Reads and writes the pin of a chat in the host's own session store, in the fields of `/model <model>@<profile>`, so
 * that the host's commands and this plugin see one pin.
 */
import type { ChatPin, ChatPins, Clock, Entropy } from "../actions/ports.ts";
import { DEFAULT_ACCOUNT, WEBCHAT, type Binding } from "../rules/binding.ts";
import { currentConfig, hostSdk, type OpenClawPluginApi } from "./sdk.ts";

/** The fields of a pin. All three are undefined if there is none. */
interface PinFields {
  readonly authProfileOverride: string | undefined;
  readonly authProfileOverrideSource: "user" | undefined;
  readonly authProfileOverrideCompactionCount: undefined;
}

const NO_PIN: PinFields = {
  authProfileOverride: undefined,
  authProfileOverrideSource: undefined,
  authProfileOverrideCompactionCount: undefined,
};

export function createChatPins(api: OpenClawPluginApi, clock: Clock, entropy: Entropy): ChatPins {
  const { session } = api.runtime.agent;
  const read = (chat: Binding) => pinIn(session.getSessionEntry(sessionOf(api, chat)));
  /** A chat without messages has no session yet, so it gets the one that its first message will find. */
  const newEntry = () => ({ sessionId: uuidOf(entropy), updatedAt: clock.nowMs() });
  return {
    read: async (chat) => read(chat),
    hasCodexModel: async (chat) => usesOpenAi(api, sessionOf(api, chat)),
    async pin(chat, profileId) {
      const at = sessionOf(api, chat);
      if (!(await usesOpenAi(api, at))) return "other-model";
      const fields: PinFields = { ...NO_PIN, authProfileOverride: profileId, authProfileOverrideSource: "user" };
      const update = () => fields as object;
      await session.patchSessionEntry({ ...at, preserveActivity: true, fallbackEntry: newEntry(), update });
      const pin = read(chat);
      return pin?.profileId === profileId && pin.by === "person" ? "done" : "failed";
    },
    async unpin(chat) {
      const at = sessionOf(api, chat);
      await session.patchSessionEntry({ ...at, preserveActivity: true, update: () => NO_PIN as object });
      return read(chat)?.by === "person" ? "failed" : "done";
    },
    async release(profileId) {
      const { listAgentIds } = await hostSdk.agentRuntime();
      for (const agentId of listAgentIds(currentConfig(api))) {
        const entries = session.listSessionEntries({ agentId });
        for (const { sessionKey } of entries.filter(({ entry }) => entry.authProfileOverride === profileId)) {
          const update = (now: { authProfileOverride?: string }) =>
            now.authProfileOverride === profileId ? (NO_PIN as object) : null;
          await session.patchSessionEntry({ agentId, sessionKey, preserveActivity: true, update });
        }
      }
    },
  };
}

interface SessionPlace {
  readonly agentId: string;
  readonly sessionKey: string;
}

/**
 * The host removes a pin that the session's model cannot use. A turn begins with the session's own choice or the agent's
 * default, whatever model the last turn ran on.
 */
async function usesOpenAi(api: OpenClawPluginApi, at: SessionPlace): Promise<boolean> {
  const entry = api.runtime.agent.session.getSessionEntry(at);
  const { resolveDefaultModelForAgent } = await hostSdk.agentRuntime();
  const provider =
    entry?.providerOverride ?? resolveDefaultModelForAgent({ cfg: currentConfig(api), agentId: at.agentId }).provider;
  return /^openai(?:-codex)?$/.test(provider);
}

function sessionOf(api: OpenClawPluginApi, chat: Binding): SessionPlace {
  const { agentId, channel, channelAccountId, conversationId, senderId } = chat;
  if (channel === WEBCHAT) return { agentId, sessionKey: conversationId };
  const { sessionKey, matchedBy } = api.runtime.channel.routing.resolveAgentRoute({
    cfg: currentConfig(api),
    channel,
    accountId: channelAccountId,
    peer: { kind: "direct", id: senderId },
  });
  // A second bot that no binding names has sessions of its own (2026.9.6, `conversation-route`).
  const isSecondBot = matchedBy === "default" && channelAccountId !== DEFAULT_ACCOUNT;
  const ownKey = `agent:${agentId}:${channel}:${channelAccountId}:direct:${senderId}`;
  return { agentId, sessionKey: isSecondBot ? ownKey : sessionKey };
}

function pinIn(
  entry: { authProfileOverride?: string; authProfileOverrideSource?: string } | undefined,
): ChatPin | undefined {
  const profileId = entry?.authProfileOverride;
  if (profileId === undefined || profileId === "") return undefined;
  return { profileId, by: entry?.authProfileOverrideSource === "user" ? "person" : "host" };
}

/** A random UUID (RFC 9562, version 4). */
function uuidOf(entropy: Entropy): string {
  const hex = entropy.bytes(16).toHex();
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

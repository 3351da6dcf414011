/** Discord's REST API, version 10: the routes a bot uses. Rate limits, permissions and audit logs are not modelled. */
import { DM, type DiscordChannels, type DiscordMessage, type DiscordUser } from "./discord-channels.ts";
import { DiscordRefusal, unknownMessage, type Fields } from "./discord-content.ts";
import type { DiscordInteractions } from "./discord-interactions.ts";

export type ChangeKind = "send" | "edit";

export interface RestOptions {
  readonly gatewayUrl: string;
  readonly channels: DiscordChannels;
  readonly interactions: DiscordInteractions;
  /** Called before a message is put up or changed; may throw the refusal that a test asked for. */
  readonly beforeChange: (kind: ChangeKind, message: DiscordMessage | undefined) => void;
  readonly onMessage: (event: "MESSAGE_CREATE" | "MESSAGE_UPDATE", message: DiscordMessage) => void;
  /** Whether the person takes direct messages of the bot. */
  readonly takesDirect: (person: DiscordUser) => boolean;
}

/** One request, read. `undefined` as its answer is 204. */
interface Call {
  readonly ids: readonly string[];
  readonly body: Fields;
  readonly query: URLSearchParams;
}

type Route = readonly [method: string, path: string, answer: (call: Call) => unknown];

/** Members, message content: the intents of a bot that few have installed. */
const APPLICATION_FLAGS = (1 << 15) | (1 << 19);

export class DiscordRest {
  /** Slash commands by id. */
  readonly commands = new Map<string, Fields>();
  readonly #options: RestOptions;
  readonly #routes: readonly (readonly [method: string, path: RegExp, answer: (call: Call) => unknown])[];

  constructor(options: RestOptions) {
    this.#options = options;
    const routes = [...this.#ownRoutes(), ...this.#channelRoutes(), ...this.#interactionRoutes()];
    this.#routes = routes.map(([method, path, answer]) => [
      method,
      new RegExp(`^${path.replaceAll("*", "([^/]+)")}$`, "u"),
      answer,
    ]);
  }

  /** Throws a `DiscordRefusal`. */
  answer(method: string, path: string, query: URLSearchParams, body: Fields): unknown {
    for (const [verb, pattern, answer] of this.#routes) {
      const match = verb === method ? pattern.exec(path) : null;
      if (match) return answer({ ids: match.slice(1).map(decodeURIComponent), body, query });
    }
    throw new DiscordRefusal(404, 0, "404: Not Found");
  }

  #ownRoutes(): Route[] {
    const { channels, gatewayUrl } = this.#options;
    const limits = { total: 1000, remaining: 999, reset_after: 0, max_concurrency: 1 };
    const application = { id: channels.bot.id, name: channels.bot.name, flags: APPLICATION_FLAGS };
    const guild = (id = "") => {
      if (id !== channels.guildId) throw new DiscordRefusal(404, 10_004, "Unknown Guild");
      return channels.wireGuild();
    };
    const user = (id: string) => {
      const found = id === "@me" ? channels.bot : channels.user(id);
      if (!found) throw new DiscordRefusal(404, 10_013, "Unknown User");
      return found;
    };
    return [
      ["GET", "/gateway/bot", () => ({ url: gatewayUrl, shards: 1, session_start_limit: limits })],
      ["GET", "/(?:oauth2/)?applications/@me", () => application],
      ["GET", "/users/@me/guilds", () => [channels.wireGuild()]],
      ["POST", "/users/@me/channels", ({ body }) => this.#openDirect(String(body["recipient_id"]))],
      ["GET", "/users/*", ({ ids: [id = ""] }) => channels.wireUser(user(id))],
      ["GET", "/guilds/*", ({ ids: [id] }) => guild(id)],
      ["GET", "/guilds/*/channels", ({ ids: [id] }) => guild(id) && [channels.wireChannel(channels.group)]],
      ["GET", "/guilds/*/roles", ({ ids: [id] }) => guild(id)["roles"]],
      ["GET", "/guilds/*/members/*", ({ ids: [id, member = ""] }) => guild(id) && channels.wireMember(user(member))],
      ["GET", "/applications/*/commands", () => [...this.commands.values()]],
      ["POST", "/applications/*/commands", ({ body }) => this.#command(channels.newId(), body)],
      ["PATCH", "/applications/*/commands/*", ({ ids: [, id = ""], body }) => this.#command(id, body)],
      ["DELETE", "/applications/*/commands/*", ({ ids: [, id = ""] }) => void this.commands.delete(id)],
      ["PUT", "/applications/*/commands", ({ body }) => this.#allCommands(body as unknown as readonly Fields[])],
    ];
  }

  #channelRoutes(): Route[] {
    const { channels, beforeChange, onMessage } = this.#options;
    const wire = (message: DiscordMessage) => channels.wireMessage(message);
    const react = ({ ids: [id = "", at = ""] }: Call) => void channels.sharedMessage(id, at);
    return [
      ["GET", "/channels/*", ({ ids: [id = ""] }) => channels.wireChannel(channels.channel(id))],
      ["GET", "/channels/*/messages", ({ ids: [id = ""], query }) => this.#list(id, query).map(wire)],
      ["POST", "/channels/*/messages", ({ ids: [id = ""], body }) => wire(this.#send(id, body))],
      ["GET", "/channels/*/messages/*", ({ ids: [id = "", at = ""] }) => wire(channels.sharedMessage(id, at))],
      [
        "PATCH",
        "/channels/*/messages/*",
        ({ ids: [id = "", at = ""], body }) => {
          const message = channels.sharedMessage(id, at);
          beforeChange("edit", message);
          onMessage("MESSAGE_UPDATE", channels.edit(message, body));
          return wire(message);
        },
      ],
      [
        "DELETE",
        "/channels/*/messages/*",
        ({ ids: [id = "", at = ""] }) => channels.delete(channels.sharedMessage(id, at)),
      ],
      ["POST", "/channels/*/typing", ({ ids: [id = ""] }) => void channels.channel(id)],
      ["PUT", "/channels/*/messages/*/reactions/*/@me", react],
      ["DELETE", "/channels/*/messages/*/reactions/*/@me", react],
      ["PUT", "/channels/*/thread-members/@me", ({ ids: [id = ""] }) => void channels.channel(id)],
    ];
  }

  #interactionRoutes(): Route[] {
    const { channels, interactions, beforeChange } = this.#options;
    const wire = (message: DiscordMessage) => channels.wireMessage(message);
    return [
      [
        "POST",
        "/interactions/*/*/callback",
        ({ ids: [id = "", token = ""], body, query }) => {
          if (body["type"] === 4) beforeChange("send", undefined);
          if (body["type"] === 7) beforeChange("edit", undefined);
          const message = interactions.callback(id, token, body);
          if (query.get("with_response") !== "true") return undefined;
          return {
            interaction: { id, type: body["type"] },
            ...(message ? { resource: { message: wire(message) } } : {}),
          };
        },
      ],
      [
        "POST",
        "/webhooks/*/*",
        ({ ids: [, token = ""], body }) => {
          beforeChange("send", undefined);
          return wire(interactions.followUp(token, body));
        },
      ],
      ["GET", "/webhooks/*/*/messages/*", ({ ids: [, token = "", id = ""] }) => wire(interactions.message(token, id))],
      [
        "PATCH",
        "/webhooks/*/*/messages/*",
        ({ ids: [, token = "", id = ""], body }) => {
          const message = interactions.message(token, id);
          // What fills "… is thinking" is an answer, not a change of one.
          beforeChange(message.isLoading ? "send" : "edit", message);
          return wire(channels.edit(message, body));
        },
      ],
      [
        "DELETE",
        "/webhooks/*/*/messages/*",
        ({ ids: [, token = "", id = ""] }) => channels.delete(interactions.message(token, id)),
      ],
    ];
  }

  #openDirect(recipientId: string): Fields {
    const { channels } = this.#options;
    const recipient = channels.user(recipientId);
    if (!recipient || recipient.isBot) throw new DiscordRefusal(400, 50_033, "Invalid Recipient(s)");
    return channels.wireChannel(channels.direct(recipient));
  }

  #send(channelId: string, body: Fields): DiscordMessage {
    const { channels, beforeChange, onMessage, takesDirect } = this.#options;
    const channel = channels.channel(channelId);
    if (channel.type === DM && channel.recipient && !takesDirect(channel.recipient)) throw cannotSendToUser();
    beforeChange("send", undefined);
    const { message, isNew } = channels.add({ channel, author: channels.bot }, body);
    if (isNew) onMessage("MESSAGE_CREATE", message);
    return message;
  }

  /** The newest first, as the API lists them. */
  #list(channelId: string, query: URLSearchParams): DiscordMessage[] {
    const [before, after] = [query.get("before"), query.get("after")];
    const fits = ({ id }: DiscordMessage) =>
      (before === null || BigInt(id) < BigInt(before)) && (after === null || BigInt(id) > BigInt(after));
    const all = this.#options.channels.shared(channelId).filter(fits);
    return all.slice(-Number(query.get("limit") ?? 50)).toReversed();
  }

  #command(id: string, body: Fields): Fields {
    const { bot } = this.#options.channels;
    const command = { ...this.commands.get(id), ...body, id, application_id: bot.id, version: id };
    this.commands.set(id, command);
    return command;
  }

  #allCommands(bodies: readonly Fields[]): Fields[] {
    this.commands.clear();
    return bodies.map((body) => this.#command(this.#options.channels.newId(), body));
  }
}

export function cannotSendToUser(): DiscordRefusal {
  return new DiscordRefusal(403, 50_007, "Cannot send messages to this user");
}

/** The refusal of a change that a test asked to fail: the bot may not write there, or the message is gone. */
export function failedChange(kind: ChangeKind): DiscordRefusal {
  return kind === "send" ? new DiscordRefusal(403, 50_001, "Missing Access") : unknownMessage();
}

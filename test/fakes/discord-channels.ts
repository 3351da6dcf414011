/** The channels and messages of a Discord with one bot and one guild, and who sees them. */
import {
  DiscordRefusal,
  EPHEMERAL,
  COMPONENTS_V2,
  LOADING,
  readContent,
  unknownChannel,
  unknownMessage,
  type Content,
  type Fields,
} from "./discord-content.ts";

export interface DiscordUser {
  readonly id: string;
  readonly name: string;
  readonly isBot: boolean;
}

/** Channel types. */
export const GUILD_TEXT = 0;
export const DM = 1;
export const PUBLIC_THREAD = 11;

export interface DiscordChannel {
  readonly id: string;
  readonly type: number;
  readonly name?: string;
  /** Of a thread: its channel. */
  readonly parentId?: string;
  /** Of a DM: the person. */
  readonly recipient?: DiscordUser;
}

/** A message as it is now. */
export interface DiscordMessage {
  readonly id: string;
  readonly channel: DiscordChannel;
  readonly author: DiscordUser;
  /** The one person who sees it. */
  readonly onlyFor?: DiscordUser;
  readonly repliesTo?: DiscordMessage;
  content: Content;
  /** "… is thinking": an answer that was promised to a command. */
  isLoading: boolean;
  isEdited: boolean;
  changedAt: number;
  /** When it was last sent or edited. */
  shownAtMs: number;
}

const EPOCH_MS = 1_420_070_400_000n;

export class DiscordChannels {
  readonly bot: DiscordUser;
  readonly users: readonly DiscordUser[];
  readonly guildId: string;
  readonly group: DiscordChannel;
  readonly thread: DiscordChannel;
  readonly #channels = new Map<string, DiscordChannel>();
  readonly #messages = new Map<string, DiscordMessage>();
  readonly #nonces = new Map<string, DiscordMessage>();
  #clock = 0;
  #lastId = 0n;

  constructor(botName: string, people: readonly string[]) {
    this.bot = { id: this.newId(), name: botName, isBot: true };
    this.users = [this.bot, ...people.map((name) => ({ id: this.newId(), name, isBot: false }))];
    this.guildId = this.newId();
    this.group = this.#open({ id: this.newId(), type: GUILD_TEXT, name: "team" });
    this.thread = this.#open({
      id: this.newId(),
      type: PUBLIC_THREAD,
      name: "a-thread",
      parentId: this.group.id,
    });
  }

  get clock(): number {
    return this.#clock;
  }

  /** A snowflake, larger than all before it. */
  newId(): string {
    const now = (BigInt(Date.now()) - EPOCH_MS) << 22n;
    this.#lastId = now > this.#lastId ? now : this.#lastId + 1n;
    return String(this.#lastId);
  }

  user(id: string): DiscordUser | undefined {
    return this.users.find((one) => one.id === id);
  }

  channel(id: string): DiscordChannel {
    const found = this.#channels.get(id);
    if (!found) throw unknownChannel();
    return found;
  }

  /** The direct chat of a person and the bot, opened by the first who needs it. */
  direct(recipient: DiscordUser): DiscordChannel {
    const known = [...this.#channels.values()].find((one) => one.recipient === recipient);
    return known ?? this.#open({ id: this.newId(), type: DM, recipient });
  }

  guildOf(channel: DiscordChannel): string | undefined {
    return channel.type === DM ? undefined : this.guildId;
  }

  /** What a person sees there, oldest first. */
  seenBy(person: DiscordUser, channel: DiscordChannel): DiscordMessage[] {
    return [...this.#messages.values()].filter(
      (one) => one.channel === channel && !one.isLoading && (one.onlyFor ?? person) === person,
    );
  }

  /** For the routes of a channel: ephemeral messages do not exist there. */
  shared(channelId: string): DiscordMessage[] {
    const channel = this.channel(channelId);
    return [...this.#messages.values()].filter((one) => one.channel === channel && one.onlyFor === undefined);
  }

  sharedMessage(channelId: string, id: string): DiscordMessage {
    const found = this.shared(channelId).find((one) => one.id === id);
    if (!found) throw unknownMessage();
    return found;
  }

  find(id: string): DiscordMessage | undefined {
    return this.#messages.get(id);
  }

  /** Puts up a message. One that repeats an enforced nonce is the message of the first time. */
  add(
    draft: Pick<DiscordMessage, "channel" | "author"> & Partial<Pick<DiscordMessage, "onlyFor" | "isLoading">>,
    fields: Fields,
  ): { readonly message: DiscordMessage; readonly isNew: boolean } {
    const nonce = fields["enforce_nonce"] === true ? `${draft.channel.id} ${String(fields["nonce"])}` : undefined;
    const first = nonce === undefined ? undefined : this.#nonces.get(nonce);
    if (first) return { message: first, isNew: false };
    const repliesTo = this.#repliedTo(draft.channel, fields);
    const message: DiscordMessage = {
      isLoading: false,
      ...draft,
      ...(repliesTo ? { repliesTo } : {}),
      id: this.newId(),
      content:
        draft.isLoading === true ? { content: "", embeds: [], components: [], isV2: false } : readContent(fields),
      isEdited: false,
      changedAt: 0,
      shownAtMs: 0,
    };
    this.#messages.set(message.id, message);
    if (nonce !== undefined) this.#nonces.set(nonce, message);
    this.#changed(message);
    return { message, isNew: true };
  }

  edit(message: DiscordMessage, fields: Fields): DiscordMessage {
    if (message.author !== this.bot)
      throw new DiscordRefusal(403, 50_005, "Cannot edit a message authored by another user");
    message.content = readContent(fields, message.isLoading ? undefined : message.content);
    message.isEdited = !message.isLoading;
    message.isLoading = false;
    this.#changed(message);
    return message;
  }

  delete(message: DiscordMessage): void {
    if (message.author !== this.bot) throw new DiscordRefusal(403, 50_013, "Missing Permissions");
    this.#messages.delete(message.id);
    this.#clock += 1;
  }

  #open(channel: DiscordChannel): DiscordChannel {
    this.#channels.set(channel.id, channel);
    return channel;
  }

  #repliedTo(channel: DiscordChannel, fields: Fields): DiscordMessage | undefined {
    const reference = fields["message_reference"] as
      | { readonly message_id?: string; readonly fail_if_not_exists?: boolean }
      | undefined;
    if (reference?.message_id === undefined) return undefined;
    const found = this.shared(channel.id).find(({ id }) => id === reference.message_id);
    if (!found && reference.fail_if_not_exists !== false)
      throw new DiscordRefusal(400, 50_035, "Invalid Form Body", {
        message_reference: { _errors: [{ code: "REPLIES_UNKNOWN_MESSAGE", message: "Unknown message" }] },
      });
    return found;
  }

  #changed(message: DiscordMessage): void {
    this.#clock += 1;
    message.changedAt = this.#clock;
    message.shownAtMs = Date.now();
  }

  // ---- as the API writes them

  wireUser({ id, name, isBot }: DiscordUser): Fields {
    return {
      id,
      username: name.toLowerCase(),
      global_name: isBot ? null : name,
      discriminator: isBot ? "0001" : "0",
      avatar: null,
      bot: isBot,
      public_flags: 0,
    };
  }

  wireMember(user: DiscordUser): Fields {
    return {
      user: this.wireUser(user),
      nick: null,
      avatar: null,
      roles: [],
      joined_at: "2026-01-01T00:00:00.000000+00:00",
      deaf: false,
      mute: false,
      flags: 0,
      pending: false,
    };
  }

  wireChannel({ id, type, name, parentId, recipient }: DiscordChannel): Fields {
    if (type === DM)
      return { id, type, last_message_id: null, recipients: recipient ? [this.wireUser(recipient)] : [] };
    const common = { id, type, guild_id: this.guildId, name, last_message_id: null, rate_limit_per_user: 0 };
    if (type === GUILD_TEXT)
      return { ...common, parent_id: null, topic: null, position: 0, nsfw: false, permission_overwrites: [] };
    return {
      ...common,
      parent_id: parentId,
      owner_id: this.users[1]?.id,
      message_count: 1,
      member_count: 2,
      thread_metadata: { archived: false, locked: false, auto_archive_duration: 1440, archive_timestamp: new Date() },
    };
  }

  wireGuild(): Fields {
    const everyone = { id: this.guildId, name: "@everyone", permissions: "274877975552", position: 0, managed: false };
    return { id: this.guildId, name: "Team", owner_id: this.users[1]?.id, roles: [everyone], emojis: [], features: [] };
  }

  /** The guild as GUILD_CREATE brings it. */
  wireWholeGuild(): Fields {
    return {
      ...this.wireGuild(),
      joined_at: "2026-01-01T00:00:00.000000+00:00",
      large: false,
      unavailable: false,
      member_count: this.users.length,
      members: this.users.map((one) => this.wireMember(one)),
      channels: [this.wireChannel(this.group)],
      threads: [this.wireChannel(this.thread)],
      voice_states: [],
      presences: [],
      stage_instances: [],
      guild_scheduled_events: [],
      stickers: [],
    };
  }

  wireMessage(message: DiscordMessage): Fields {
    const { id, channel, author, onlyFor, repliesTo, content, isLoading, isEdited } = message;
    const flags = (onlyFor ? EPHEMERAL : 0) | (isLoading ? LOADING : 0) | (content.isV2 ? COMPONENTS_V2 : 0);
    const mentioned = [...content.content.matchAll(/<@!?(\d+)>/gu)].flatMap(([, user = ""]) => this.user(user) ?? []);
    const timestamp = new Date(Number((BigInt(id) >> 22n) + EPOCH_MS)).toISOString();
    return {
      id,
      channel_id: channel.id,
      author: this.wireUser(author),
      content: content.content,
      timestamp,
      edited_timestamp: isEdited ? timestamp : null,
      tts: false,
      mention_everyone: false,
      mentions: mentioned.map((one) => this.wireUser(one)),
      mention_roles: [],
      attachments: [],
      embeds: content.embeds,
      components: content.components,
      pinned: false,
      type: repliesTo ? 19 : 0,
      flags,
      ...(repliesTo
        ? {
            message_reference: { message_id: repliesTo.id, channel_id: channel.id, guild_id: this.guildOf(channel) },
            referenced_message: this.wireMessage(repliesTo),
          }
        : {}),
    };
  }
}

/** Slash commands and taps on their way to the bot, and its answers to them by callback and by the token's webhook. */
import {
  DM,
  type DiscordChannel,
  type DiscordChannels,
  type DiscordMessage,
  type DiscordUser,
} from "./discord-channels.ts";
import { DiscordRefusal, EPHEMERAL, unknownMessage, type Fields } from "./discord-content.ts";

const APPLICATION_COMMAND = 2;
const MESSAGE_COMPONENT = 3;

/** Types of a callback. */
const CHANNEL_MESSAGE = 4;
const DEFERRED_CHANNEL_MESSAGE = 5;
const DEFERRED_UPDATE = 6;
const UPDATE_MESSAGE = 7;
const MODAL = 9;

interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  readonly person: DiscordUser;
  readonly channel: DiscordChannel;
  /** Of a tap: the message with the button. */
  readonly message?: DiscordMessage;
  isAcknowledged: boolean;
  /** What `@original` names. */
  original?: DiscordMessage;
  readonly followUps: Set<DiscordMessage>;
}

export class DiscordInteractions {
  readonly #channels: DiscordChannels;
  readonly #byToken = new Map<string, Interaction>();

  constructor(channels: DiscordChannels) {
    this.#channels = channels;
  }

  /** How many wait: the person sees "… is thinking", or soon "This interaction failed". */
  get waiting(): number {
    return [...this.#byToken.values()].filter((one) => !one.isAcknowledged || one.original?.isLoading === true).length;
  }

  /** The event of a slash command. */
  command(person: DiscordUser, channel: DiscordChannel, data: Fields): Fields {
    return this.#event(APPLICATION_COMMAND, person, channel, data);
  }

  /** The event of a tap. */
  tap(person: DiscordUser, message: DiscordMessage, customId: string): Fields {
    return this.#event(MESSAGE_COMPONENT, person, message.channel, { custom_id: customId, component_type: 2 }, message);
  }

  #event(type: number, person: DiscordUser, channel: DiscordChannel, data: Fields, message?: DiscordMessage): Fields {
    const token = Buffer.from(crypto.getRandomValues(new Uint8Array(96))).toString("base64url");
    const id = this.#channels.newId();
    const common = { id, token, type, person, channel, isAcknowledged: false, followUps: new Set<DiscordMessage>() };
    this.#byToken.set(token, message ? { ...common, message } : common);
    const isDirect = channel.type === DM;
    const member = { ...this.#channels.wireMember(person), permissions: "2248473465835073" };
    return {
      id,
      token,
      type,
      version: 1,
      application_id: this.#channels.bot.id,
      data,
      channel_id: channel.id,
      channel: this.#channels.wireChannel(channel),
      ...(isDirect ? { user: this.#channels.wireUser(person) } : { guild_id: this.#channels.guildId, member }),
      ...(message ? { message: this.#channels.wireMessage(message) } : {}),
      context: isDirect ? 1 : 0,
      authorizing_integration_owners: { 0: isDirect ? "0" : this.#channels.guildId },
      app_permissions: "2248473465835073",
      attachment_size_limit: 10_485_760,
      entitlements: [],
      locale: "en-US",
      ...(isDirect ? {} : { guild_locale: "en-US" }),
    };
  }

  /** The first answer to an interaction. */
  callback(id: string, token: string, body: Fields): DiscordMessage | undefined {
    const interaction = this.#byToken.get(token);
    if (interaction?.id !== id) throw new DiscordRefusal(404, 10_062, "Unknown interaction");
    if (interaction.isAcknowledged) throw new DiscordRefusal(400, 40_060, "Interaction has already been acknowledged.");
    const original = this.#answer(interaction, Number(body["type"]), (body["data"] ?? {}) as Fields);
    interaction.isAcknowledged = true;
    if (original) interaction.original = original;
    return original;
  }

  #answer(interaction: Interaction, type: number, data: Fields): DiscordMessage | undefined {
    switch (type) {
      case CHANNEL_MESSAGE:
        return this.#add(interaction, data);
      case DEFERRED_CHANNEL_MESSAGE:
        return this.#add(interaction, data, true);
      case DEFERRED_UPDATE:
        if (interaction.message) return interaction.message;
        break;
      case UPDATE_MESSAGE:
        if (interaction.message) return this.#channels.edit(interaction.message, data);
        break;
      case MODAL:
        return undefined;
    }
    throw new DiscordRefusal(400, 50_035, "Invalid Form Body", {
      type: {
        _errors: [{ code: "INTERACTION_TYPE_UNSUPPORTED", message: "This type does not answer this interaction" }],
      },
    });
  }

  /** A further message. The first one after a promise fills the promised message. */
  followUp(token: string, body: Fields): DiscordMessage {
    const interaction = this.#acknowledged(token);
    if (interaction.original?.isLoading === true) return this.#channels.edit(interaction.original, body);
    const message = this.#add(interaction, body);
    interaction.followUps.add(message);
    return message;
  }

  /** `@original`, or a follow-up by its id. */
  message(token: string, id: string): DiscordMessage {
    const { original, followUps } = this.#acknowledged(token);
    const found = [...(original ? [original] : []), ...followUps].find((one) =>
      id === "@original" ? one === original : one.id === id,
    );
    if (!found || this.#channels.find(found.id) !== found) throw unknownMessage();
    return found;
  }

  #acknowledged(token: string): Interaction {
    const found = this.#byToken.get(token);
    if (!found) throw new DiscordRefusal(401, 50_027, "Invalid Webhook Token");
    if (!found.isAcknowledged) throw new DiscordRefusal(404, 10_015, "Unknown Webhook");
    return found;
  }

  #add({ channel, person }: Interaction, data: Fields, isLoading = false): DiscordMessage {
    const isEphemeral = (Number(data["flags"] ?? 0) & EPHEMERAL) !== 0;
    const draft = { channel, author: this.#channels.bot, isLoading, ...(isEphemeral ? { onlyFor: person } : {}) };
    return this.#channels.add(draft, data).message;
  }
}

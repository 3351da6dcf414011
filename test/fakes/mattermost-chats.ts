/** The channels of one Mattermost team as the people in them see them, and the rules by which its API refuses. */
import { renderMattermostMarkdown } from "./mattermost-markdown.ts";
import type { ChatButton, ChatMessage } from "../channels/network.ts";

/** Of a post, in characters (Unicode code points): the default of the server's `MaxPostSize`. */
export const MAX_POST = 16_383;

export interface MattermostUser {
  readonly id: string;
  readonly username: string;
  readonly isBot: boolean;
}

/** `O` is open to the team, `P` is private, and `D` is a direct chat. */
export type ChannelType = "O" | "P" | "D";

export interface MattermostChannel {
  readonly id: string;
  readonly type: ChannelType;
  readonly name: string;
  readonly displayName: string;
  readonly teamId: string;
  readonly members: ReadonlySet<string>;
}

export interface MattermostPost {
  readonly id: string;
  readonly channelId: string;
  readonly userId: string;
  /** Empty for a post that starts a thread or stands alone. */
  readonly rootId: string;
  readonly createAt: number;
  message: string;
  props: Props;
  updateAt: number;
  deleteAt: number;
  changedAt: number;
}

export interface Props {
  readonly attachments?: readonly Attachment[];
  readonly [name: string]: unknown;
}

interface Attachment {
  readonly pretext?: string;
  readonly title?: string;
  readonly text?: string;
  readonly actions?: readonly { readonly name?: string }[];
}

export class MattermostRefusal extends Error {
  readonly status: number;
  readonly id: string;

  constructor(status: number, id: string, message: string) {
    super(message);
    this.status = status;
    this.id = id;
  }
}

const forbidden = () =>
  new MattermostRefusal(403, "api.context.permissions.app_error", "You do not have the appropriate permissions.");

/** 26 characters, as all ids of Mattermost. */
export function newId(): string {
  const alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
  return [...crypto.getRandomValues(new Uint8Array(26))].map((byte) => alphabet[byte % 32]).join("");
}

export class MattermostChats {
  readonly #users = new Map<string, MattermostUser>();
  readonly #channels = new Map<string, MattermostChannel>();
  readonly #posts = new Map<string, MattermostPost>();
  #clock = 0;

  get clock(): number {
    return this.#clock;
  }

  addUser(username: string, isBot = false): MattermostUser {
    const user = { id: newId(), username, isBot };
    this.#users.set(user.id, user);
    return user;
  }

  user(id: string): MattermostUser {
    const found = this.#users.get(id);
    if (!found) throw new MattermostRefusal(404, "app.user.missing_account.const", "Unable to find the user.");
    return found;
  }

  userByName(username: string): MattermostUser {
    return this.user([...this.#users.values()].find((user) => user.username === username)?.id ?? "");
  }

  addRoom(type: "O" | "P", name: string, displayName: string, teamId: string): MattermostChannel {
    return this.#addChannel({ id: newId(), type, name, displayName, teamId, members: new Set(this.#users.keys()) });
  }

  /** The chat of these two, opened if nobody wrote there yet. */
  direct(one: string, other: string): MattermostChannel {
    const members = [this.user(one).id, this.user(other).id].toSorted();
    const name = members.join("__");
    const found = this.channels(one).find((channel) => channel.name === name);
    if (found) return found;
    return this.#addChannel({ id: newId(), type: "D", name, displayName: "", teamId: "", members: new Set(members) });
  }

  #addChannel(channel: MattermostChannel): MattermostChannel {
    this.#channels.set(channel.id, channel);
    return channel;
  }

  channels(userId: string): MattermostChannel[] {
    return [...this.#channels.values()].filter((channel) => channel.members.has(userId));
  }

  channel(id: string, asUser: string): MattermostChannel {
    const found = this.#channels.get(id);
    if (!found)
      throw new MattermostRefusal(404, "app.channel.get.existing.app_error", "Unable to find the existing channel.");
    if (!found.members.has(asUser)) throw forbidden();
    return found;
  }

  post(id: string): MattermostPost {
    const found = this.#posts.get(id);
    if (!found || found.deleteAt > 0)
      throw new MattermostRefusal(404, "app.post.get.app_error", "Unable to get the post.");
    return found;
  }

  /** Oldest first. */
  posts(channelId: string): MattermostPost[] {
    return [...this.#posts.values()].filter((post) => post.channelId === channelId && post.deleteAt === 0);
  }

  add(userId: string, channelId: string, message: string, rootId = "", props: Props = {}): MattermostPost {
    // The server does not tell a sender that the channel does not exist.
    if (this.#channels.get(channelId)?.members.has(userId) !== true) throw forbidden();
    if (rootId !== "") this.#checkRoot(rootId, channelId);
    checkLength(message);
    const createAt = Date.now();
    const post = {
      id: newId(),
      channelId,
      userId,
      rootId,
      createAt,
      message,
      props,
      updateAt: createAt,
      deleteAt: 0,
      changedAt: 0,
    };
    this.#posts.set(post.id, post);
    this.#changed(post);
    return post;
  }

  #checkRoot(rootId: string, channelId: string): void {
    const root = this.#posts.get(rootId);
    if (!root || root.rootId !== "" || root.deleteAt > 0)
      throw new MattermostRefusal(400, "api.post.create_post.root_id.app_error", "Invalid RootId parameter.");
    if (root.channelId !== channelId)
      throw new MattermostRefusal(
        400,
        "api.post.create_post.channel_root_id.app_error",
        "Invalid ChannelId for RootId parameter.",
      );
  }

  /** As PUT does: what is not given is gone. */
  edit(userId: string, id: string, message: string, props: Props): MattermostPost {
    const post = this.#own(userId, id);
    checkLength(message);
    post.message = message;
    post.props = props;
    post.updateAt = Date.now();
    this.#changed(post);
    return post;
  }

  delete(userId: string, id: string): MattermostPost {
    const post = this.#own(userId, id);
    post.deleteAt = Date.now();
    this.#changed(post);
    return post;
  }

  #own(userId: string, id: string): MattermostPost {
    const post = this.post(id);
    if (post.userId !== userId) throw forbidden();
    return post;
  }

  shown(post: MattermostPost): ChatMessage {
    const attachments = post.props.attachments ?? [];
    const texts = attachments.flatMap(({ pretext, title, text }) => [pretext, title, text]);
    return {
      id: post.id,
      text: [post.message, ...texts]
        .filter((text) => text !== undefined && text !== "")
        .map((text) => renderMattermostMarkdown(text ?? ""))
        .join("\n"),
      buttons: attachments.map(({ actions = [] }) => actions.map(toButton)).filter((row) => row.length > 0),
      isByBot: this.user(post.userId).isBot,
      changedAt: post.changedAt,
    };
  }

  #changed(post: MattermostPost): void {
    this.#clock += 1;
    post.changedAt = this.#clock;
  }
}

const toButton = ({ name = "" }: { readonly name?: string }): ChatButton => ({ label: name });

function checkLength(message: string): void {
  if ([...message].length > MAX_POST)
    throw new MattermostRefusal(
      400,
      "model.post.is_valid.message_length.app_error",
      "Post Message property is longer than the maximum permitted length.",
    );
}

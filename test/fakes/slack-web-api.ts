/** The methods of Slack's Web API that the channel package calls (docs.slack.dev/reference/methods). */
import type { Fields } from "./slack-text.ts";
import {
  BOT,
  SlackRefusal,
  TEAM,
  type Content,
  type Message,
  type Placement,
  type Room,
  type SlackWorkspace,
} from "./slack-workspace.ts";

/** Told of what Slack then sends as an event. */
export interface Effects {
  readonly posted: (message: Message) => void;
  readonly changed: (message: Message) => void;
}

/** The methods whose answer the package does not need. */
const SILENT = new Set([
  "agents.sessions.setStatus",
  "agents.sessions.rename",
  "assistant.threads.setStatus",
  "assistant.threads.setSuggestedPrompts",
  "assistant.threads.setTitle",
  "reactions.add",
  "reactions.remove",
  "views.publish",
]);

export function answerWebApi(workspace: SlackWorkspace, method: string, fields: Fields, effects: Effects): Fields {
  switch (method) {
    case "auth.test":
      return {
        url: `https://${TEAM.domain}.slack.com/`,
        team: TEAM.name,
        user: BOT.name,
        team_id: TEAM.id,
        user_id: BOT.id,
        bot_id: BOT.botId,
        is_enterprise_install: false,
      };
    case "chat.postMessage":
      return postMessage(workspace, fields, effects);
    case "chat.postEphemeral": {
      const room = workspace.botRoom(fields.channel);
      const onlyFor = String(fields.user);
      if (!room.members.includes(onlyFor)) throw new SlackRefusal("user_not_in_channel");
      const message = workspace.post({ ...botIn(room, fields), onlyFor }, contentOf(fields));
      return { message_ts: message.ts };
    }
    case "chat.update": {
      const message = workspace.ownMessage(workspace.room(fields.channel), fields.ts, "cant_update_message");
      workspace.update(message, contentOf(fields));
      effects.changed(message);
      return { channel: message.room.id, ts: message.ts, text: message.text, message: workspace.wire(message) };
    }
    case "chat.delete": {
      const message = workspace.ownMessage(workspace.room(fields.channel), fields.ts, "cant_delete_message");
      workspace.delete(message);
      return { channel: message.room.id, ts: message.ts };
    }
    case "chat.getPermalink": {
      const room = workspace.room(fields.channel);
      const path = `${room.id}/p${String(fields.message_ts).replace(".", "")}`;
      return { channel: room.id, permalink: `https://${TEAM.domain}.slack.com/archives/${path}` };
    }
    case "conversations.open":
      return { channel: { id: workspace.directRoom(fields.users).id } };
    case "conversations.info":
      return { channel: wireRoom(workspace.room(fields.channel)) };
    case "conversations.list":
    case "users.conversations":
      return { channels: workspace.rooms.filter(({ isDirect }) => !isDirect).map(wireRoom), ...LAST_PAGE };
    case "conversations.members":
      return { members: workspace.room(fields.channel).members, ...LAST_PAGE };
    case "conversations.history":
      return history(workspace, fields);
    case "conversations.replies":
      return replies(workspace, fields);
    case "users.info": {
      const user = workspace.names.find(({ id }) => id === fields.user);
      if (!user) throw new SlackRefusal("user_not_found");
      return { user: wireUser(user) };
    }
    case "users.list":
      return { members: workspace.names.map(wireUser), ...LAST_PAGE };
    default:
      if (SILENT.has(method)) return {};
      throw new SlackRefusal("unknown_method");
  }
}

const LAST_PAGE = { response_metadata: { next_cursor: "" } };

function postMessage(workspace: SlackWorkspace, fields: Fields, effects: Effects): Fields {
  const isPerson = workspace.people.some(({ id }) => id === fields.channel);
  const room = isPerson ? workspace.directRoom(fields.channel) : workspace.botRoom(fields.channel);
  const message = workspace.post(botIn(room, fields), contentOf(fields));
  effects.posted(message);
  return { channel: room.id, ts: message.ts, message: workspace.wire(message) };
}

function botIn(room: Room, { thread_ts: threadTs }: Fields): Placement {
  return { room, user: BOT.id, threadTs: typeof threadTs === "string" && threadTs !== "" ? threadTs : undefined };
}

/** A form carries its JSON as text. */
export function contentOf(fields: Fields): Content {
  const blocks = typeof fields.blocks === "string" ? parseBlocks(fields.blocks) : fields.blocks;
  if (blocks !== undefined && !Array.isArray(blocks)) throw new SlackRefusal("invalid_blocks_format");
  const metadata = typeof fields.metadata === "string" ? (JSON.parse(fields.metadata) as unknown) : fields.metadata;
  return {
    text: typeof fields.text === "string" ? fields.text : undefined,
    blocks: blocks as readonly Fields[] | undefined,
    isMrkdwn: String(fields.mrkdwn ?? true) !== "false",
    metadata,
  };
}

function parseBlocks(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SlackRefusal("invalid_blocks_format");
  }
}

/** Newest first. A reply stands in its thread only. */
function history(workspace: SlackWorkspace, fields: Fields): Fields {
  const room = workspace.botRoom(fields.channel);
  const { oldest = "0", latest = "9999999999.999999", limit = "100" } = fields as Record<string, string>;
  const isInclusive = String(fields.inclusive ?? false) === "true";
  const fits = ({ ts }: Message) => (ts > oldest && ts < latest) || (isInclusive && (ts === oldest || ts === latest));
  const all = workspace.messages.filter((one) => isPublicIn(one, room) && isRoot(one) && fits(one)).toReversed();
  const messages = all.slice(0, Number(limit)).map((one) => workspace.wire(one));
  return { messages, has_more: all.length > messages.length, ...LAST_PAGE };
}

/** The root, then its replies, oldest first. */
function replies(workspace: SlackWorkspace, fields: Fields): Fields {
  const room = workspace.botRoom(fields.channel);
  const asked = workspace.messages.find((one) => one.ts === fields.ts && isPublicIn(one, room));
  if (!asked) throw new SlackRefusal("thread_not_found");
  const root = asked.threadTs ?? asked.ts;
  const messages = workspace.messages.filter((one) => isPublicIn(one, room) && (one.threadTs ?? one.ts) === root);
  return { messages: messages.map((one) => workspace.wire(one)), has_more: false, ...LAST_PAGE };
}

function isPublicIn(message: Message, room: Room): boolean {
  return message.room === room && !message.isDeleted && message.onlyFor === undefined;
}

function isRoot({ threadTs, ts }: Message): boolean {
  return threadTs === undefined || threadTs === ts;
}

function wireRoom(room: Room): Fields {
  const isMember = room.members.includes(BOT.id);
  if (room.isDirect) return { id: room.id, is_im: true, user: room.members.find((id) => id !== BOT.id) };
  return { id: room.id, name: room.name, is_channel: true, is_private: false, is_member: isMember };
}

function wireUser({ id, name }: { readonly id: string; readonly name: string }): Fields {
  const profile = { display_name: name, real_name: name };
  return { id, team_id: TEAM.id, name, real_name: name, deleted: false, is_bot: id === BOT.id, profile };
}

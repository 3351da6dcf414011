/** openclaw.json for a test gateway: loopback, quiet, and only the plugins a test names. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { TelegramUser } from "../fakes/telegram-bot-api.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

export interface TelegramSetup {
  readonly url: string;
  readonly token: string;
  readonly owner: TelegramUser;
  /** Others who may write to the bot but do not own it. */
  readonly allowed?: readonly TelegramUser[];
  /** `channels.telegram.groups`; without it the bot answers in no group. */
  readonly groups?: JsonObject;
}

export interface ConfigParts {
  readonly port: number;
  readonly authToken: string;
  readonly logFile: string;
  readonly workspace: string;
  readonly pluginDirs: readonly string[];
  readonly telegram?: TelegramSetup;
  readonly model?: { readonly config: Readonly<Record<string, unknown>> };
  readonly config?: JsonObject;
  /** For hosts before 2026.8, which refuse keys that they do not know. */
  readonly isOld?: boolean;
}

export function buildConfig(parts: ConfigParts): JsonObject {
  const manifests = parts.pluginDirs.map(readManifest);
  const ids = manifests.map(({ id }) => id);
  const base: JsonObject = {
    gateway: {
      mode: "local",
      bind: "loopback",
      port: parts.port,
      auth: { mode: "token", token: parts.authToken },
      controlUi: { enabled: false },
    },
    agents: { defaults: { workspace: parts.workspace, skipBootstrap: true, heartbeat: { every: "0m" } } },
    plugins: {
      allow: [...ids, ...(parts.telegram ? ["telegram"] : [])],
      load: { paths: [...parts.pluginDirs] },
      entries: Object.fromEntries([
        ...manifests.map((manifest) => [manifest.id, entryOf(manifest)]),
        ...(parts.telegram ? [["telegram", { enabled: true }]] : []),
      ]) as JsonObject,
      slots: { memory: "none" },
    },
    discovery: { mdns: { mode: "off" } },
    update: { checkOnStart: false },
    ...(parts.isOld === true ? {} : { models: { catalogRefresh: { enabled: false } } }),
    logging: { file: parts.logFile },
    ...(parts.telegram
      ? {
          channels: { telegram: telegramChannel(parts.telegram, parts.isOld === true) },
          commands: { ownerAllowFrom: [`telegram:${parts.telegram.owner.id}`] },
        }
      : {}),
  };
  return merge(merge(base, (parts.model?.config ?? {}) as JsonObject), parts.config ?? {});
}

function telegramChannel(setup: TelegramSetup, isOld: boolean): JsonObject {
  const allowFrom = [setup.owner, ...(setup.allowed ?? [])].map((user) => String(user.id));
  return {
    enabled: true,
    botToken: setup.token,
    apiRoot: setup.url,
    dmPolicy: "allowlist",
    allowFrom,
    groupPolicy: setup.groups ? "allowlist" : "disabled",
    groupAllowFrom: allowFrom,
    ...(setup.groups ? { groups: setup.groups } : {}),
    ...(isOld ? {} : { joinIntro: false }),
  };
}

interface PluginManifest {
  readonly id: string;
  readonly configSchema?: { readonly properties?: Readonly<Record<string, unknown>> };
}

/** The gateways of all tests share one machine, and with it port 1455. */
function entryOf({ configSchema }: PluginManifest): JsonObject {
  const hasListener = configSchema?.properties?.["loopback"] !== undefined;
  return { enabled: true, ...(hasListener ? { config: { loopback: "off" } } : {}) };
}

/** The id in the folder's manifest; the folder's name when it has none (the host will then complain). */
export function pluginId(dir: string): string {
  return readManifest(dir).id;
}

function readManifest(dir: string): PluginManifest {
  try {
    const manifest = JSON.parse(readFileSync(join(dir, "openclaw.plugin.json"), "utf8")) as Partial<PluginManifest>;
    return { ...manifest, id: manifest.id ?? basename(dir) };
  } catch {
    return { id: basename(dir) };
  }
}

/** Objects are merged, everything else is replaced by the second value; `undefined` in it removes a key. */
export function merge(first: JsonObject, second: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const old = merged[key];
    if (value === undefined) delete merged[key];
    else merged[key] = isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return merged;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

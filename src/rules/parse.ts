/** Reads text that other programs wrote: JSON, and the answer of a server. Nothing here throws. */

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns undefined for text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const DATE = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?:(:\d\d)(?:\.\d+)?)?(?:Z|([+-]\d\d):?(\d\d))?$/i;

/** Returns the Unix time in milliseconds, to the second, of a date in the form of RFC 3339. Without a zone it is UTC. */
export function parseDate(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, day, minute, second = ":00", zoneHours, zoneMinutes] = match;
  const zone = zoneHours === undefined ? "Z" : `${zoneHours}:${zoneMinutes}`;
  // oxlint-disable-next-line no-restricted-globals -- It reads no clock.
  const ms = Date.parse(`${day}T${minute}${second}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Returns true for a page of the protection before OpenAI's servers, which themselves answer in JSON. It means nothing
 * for a status that no such page has.
 */
export function isPage({ headers, body }: Pick<HttpAnswer, "headers" | "body">): boolean {
  if (headers.get("cf-mitigated") !== null) return true;
  if (typeof parseJson(body) === "object") return false;
  // Cloudflare's page in the form of a text.
  if (/^\s*error code: 1\d{3}\s*$/.test(body)) return true;
  return /^\s*<(?:!doctype|html|head|title)/i.test(body) || /\bhtml\b/i.test(headers.get("content-type") ?? "");
}

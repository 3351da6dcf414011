/** The hosts that are installed and driven, and which of them this run is about. */

/** One of every era (`src/rules/host-versions.ts`), and what changed the SDK within one. Oldest first. */
export const HOST_VERSIONS = [
  "2026.2.2-3",
  "2026.3.13",
  "2026.4.15",
  "2026.5.12",
  "2026.6.1",
  "2026.6.5",
  "2026.7.35",
  "2026.8.2",
  "2026.9.6",
] as const;

export type HostVersion = (typeof HOST_VERSIONS)[number];

/** The version that package.json pins: it is there already, as `@openclaw/plugin-sdk`. */
export const PINNED_VERSION: HostVersion = "2026.9.6";

export const SELECTED_VERSIONS = parse((process.env["CODEX_AUTH_HOSTS"] ?? "").trim() || "all");

function parse(list: string): readonly HostVersion[] {
  if (list === "all") return HOST_VERSIONS;
  return list.split(",").map((word) => {
    const version = HOST_VERSIONS.find((known) => known === word.trim());
    if (version === undefined) throw new Error(`CODEX_AUTH_HOSTS: no host ${word}; known: ${HOST_VERSIONS.join(", ")}`);
    return version;
  });
}

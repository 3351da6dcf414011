/** What a person reads of a post: Mattermost's apps render Markdown. Tables, images and lists stay as they are written. */

/** Nothing inside these is markup: blocks of code, code spans, named links, and URLs, bare or in angle brackets. */
const SPANS =
  /```[^\n`]*\n([\s\S]*?)\n?```|(`+)([\s\S]*?[^`])\2(?!`)|\[([^\]\n]+)\]\((\S+?)\)|<(https?:\/\/[^>\s]+)>|https?:\/\/[^\s<>`]+|\\([!-/:-@[-`{-~])/gu;

const HELD = /\u{E000}(\d+)\u{E001}/gu;

export function renderMattermostMarkdown(markdown: string): string {
  const held: string[] = [];
  const hold = (text: string) => `\u{E000}${held.push(text) - 1}\u{E001}`;
  const text = markdown.replace(
    SPANS,
    (
      whole,
      block?: string,
      _ticks?: string,
      code?: string,
      label?: string,
      url?: string,
      bare?: string,
      escaped?: string,
    ) =>
      label === undefined ? hold(block ?? code?.trim() ?? bare ?? escaped ?? whole) : `${label} (${hold(url ?? "")})`,
  );
  return text
    .replace(/^ {0,3}#{1,6} +(.*?) *#*$/gmu, "$1")
    .replace(/^ {0,3}> ?/gmu, "")
    .replace(/(\*\*|~~)(?=\S)([\s\S]*?\S)\1/gu, "$2")
    .replace(/(?<![\p{L}\p{N}_])(__?)(?=\S)([\s\S]*?\S)\1(?![\p{L}\p{N}_])/gu, "$2")
    .replace(/(?<!\*)\*(?=[^\s*])([^*\n]*?[^\s*])\*(?!\*)/gu, "$1")
    .replace(HELD, (_, index: string) => held[Number(index)] ?? "");
}

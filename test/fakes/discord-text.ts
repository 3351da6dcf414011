/** Discord's Markdown as a person reads it. */

const MARKUP = new RegExp(
  [
    String.raw`\u0060{3}(?:[\w+-]*\n)?(?<block>[\s\S]+?)\u0060{3}`,
    String.raw`(?<ticks>\u0060+)(?<code>[^\u0060](?:[\s\S]*?[^\u0060])?)\k<ticks>(?!\u0060)`,
    String.raw`\\(?<escaped>[^\w\s])`,
    String.raw`<(?<quiet>https?:\/\/[^\s>]+)>`,
    String.raw`\[(?<label>[^\]\n]+)\]\(<?(?<target>https?:\/\/[^\s)>]+)>?\)`,
    String.raw`(?<bare>https?:\/\/[^\s<]+)`,
    String.raw`<@!?(?<user>\d+)>`,
    String.raw`\*\*(?<bold>[\s\S]+?)\*\*(?!\*)`,
    String.raw`__(?<underlined>[\s\S]+?)__(?!_)`,
    String.raw`~~(?<struck>[\s\S]+?)~~`,
    String.raw`\|\|(?<spoiler>[\s\S]+?)\|\|`,
    String.raw`\*(?=\S)(?<starred>[\s\S]*?\S)\*(?!\*)`,
    String.raw`\b_(?<italic>(?:__|\\[\s\S]|[^\\_])+)_\b`,
    String.raw`^(?:#{1,3}|-#|>|>>>) +`,
  ].join("|"),
  "gmu",
);

/** Styles are dropped. The URL of a masked link follows its label, since a person sees it before it opens. */
export function shownText(markdown: string, nameOf: (userId: string) => string | undefined): string {
  return markdown.replace(MARKUP, (whole, ...rest: unknown[]) => {
    const found = rest.at(-1) as Partial<Record<string, string>>;
    const exact = found["block"] ?? found["code"] ?? found["escaped"] ?? found["quiet"] ?? found["bare"];
    if (exact !== undefined) return exact;
    if (found["user"] !== undefined) return `@${nameOf(found["user"]) ?? "unknown-user"}`;
    if (found["label"] !== undefined) return `${shownText(found["label"], nameOf)} (${found["target"]})`;
    const styled =
      found["bold"] ??
      found["underlined"] ??
      found["struck"] ??
      found["spoiler"] ??
      found["starred"] ??
      found["italic"];
    if (styled !== undefined) return shownText(styled, nameOf);
    return /^(?:#|-#|>)/u.test(whole) ? "" : whole;
  });
}

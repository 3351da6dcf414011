/** The web chat's own way from Markdown to HTML, before it takes out what it finds unsafe: the widest it can be. */
import { globSync } from "node:fs";

interface MarkdownIt {
  render(markdown: string): string;
}
type MakeMarkdownIt = (options: object) => MarkdownIt;

/** Names in the bundle are short and change with each build: the renderer is known by what it can do. */
const ASSETS = new URL("../../node_modules/@openclaw/plugin-sdk/dist/control-ui/assets/", import.meta.url).pathname;
const BUNDLE = "markdown-runtime-*.js";
/** As the web chat makes it. */
const OPTIONS = { html: true, breaks: true, linkify: true };

export interface WebchatMessage {
  readonly html: string;
  /** Names of all tags, each once. */
  readonly tags: readonly string[];
  readonly links: readonly string[];
}

export async function loadWebchatFormat(): Promise<(markdown: string) => WebchatMessage> {
  const [name = ""] = globSync(BUNDLE, { cwd: ASSETS });
  const bundle = (await import(/* @vite-ignore */ ASSETS + name)) as Record<string, unknown>;
  const functions = Object.values(bundle).filter((one) => typeof one === "function") as (() => unknown)[];
  // Its modules are made on their first call; what needs a browser fails, and is not needed here.
  for (const start of functions.filter(({ length }) => length === 0)) attempt(start);
  const renderer = Object.values(bundle)
    .filter((one) => typeof one === "function")
    .map((make) => attempt(() => (make as MakeMarkdownIt)(OPTIONS)))
    .find((made): made is MarkdownIt => typeof (made as Partial<MarkdownIt> | undefined)?.render === "function");
  if (renderer === undefined) throw new Error(`no Markdown renderer in ${ASSETS}${BUNDLE}`);
  return (markdown) => {
    const html = renderer.render(markdown);
    return {
      html,
      tags: [...new Set([...html.matchAll(/<\/?([a-z][a-z0-9-]*)/gi)].map(([, tag]) => tag ?? ""))].toSorted(),
      links: [...html.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => (href ?? "").replaceAll("&amp;", "&")),
    };
  };
}

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    return undefined;
  }
}

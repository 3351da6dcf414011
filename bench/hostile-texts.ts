/** Texts that a reader made of patterns could be slow with: each token that a pattern begins, repeats or ends with. */

type MakeText = (length: number) => string;

const STATE = "0123456789abcdef0123456789abcdef";
const CODE = `ac_${"c".repeat(43)}.${"d".repeat(43)}`;
const ADDRESS = `http://localhost:1455/auth/callback?code=${CODE}&state=${STATE}`;

/** What the patterns of `pasted-text.ts` and `callback-url.ts` look for, and what nearly is that. */
const TOKENS = [
  "a",
  "1",
  ".",
  "-",
  "_",
  "/",
  ":",
  "?",
  "&",
  "=",
  "#",
  "%",
  "*",
  "\\",
  "|",
  ">",
  " ",
  "\n",
  "\t",
  "[",
  "]",
  ";",
  "é",
  "你",
  "＃",
  "\u200b",
  "\u00ad",
  "…",
  "😀",
  "&amp;",
  "&amp;amp;",
  "&#38;",
  "&#x26;",
  "&",
  "%25",
  "%3D",
  "%2525",
  "\\&",
  "\\_",
  "_a_ ",
  "_a",
  " _",
  "http",
  "http:",
  "http://",
  "https://",
  "ttp://",
  "://",
  "//",
  "[::1]",
  "http://[::1]",
  "localhost",
  "localhost:",
  "localhost:1455",
  "127.0.0.1",
  "127.0.0.1:1",
  ":1455/auth/callback",
  "1455",
  "1457",
  "localhost:1455/auth/callback?",
  "http://localhost:1455/auth/",
  "xhttp://localhost:1455/auth/",
  "/callback",
  "auth/",
  "auth.openai.com",
  "auth.openai.com/oauth/authorize",
  "http%3A%2F%2F",
  "localhost%3A1455",
  "code%3D",
  "%3Fcode%3D",
  "code=",
  "state=",
  "error=",
  "iss=",
  "scope=",
  "?code=",
  "&state=",
  "code=a&state=b ",
  "id_token=",
  "?id_token=",
  "ac_",
  "ac_a.",
  CODE,
  `${CODE} `,
  `state=${STATE}`,
  `state=${STATE} `,
  `state=${STATE}\n`,
  `${CODE}#${STATE} `,
  ADDRESS,
  `${ADDRESS} `,
  `${ADDRESS}\n`,
  ADDRESS.replace("?", "?\n"),
  encodeURIComponent(ADDRESS),
  "/success?id_token=",
  "localhost:1/success?",
  "> ",
  "| > ",
  "\n> ",
  "a b\n",
  "http://x ",
  "http://x\n",
  "a=b&",
  "a.b/",
  ".,;:!?*",
] as const;

const repeat =
  (unit: string): MakeText =>
  (length) =>
    unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

/** The first token once, then the second to the end, and a third that lets the whole fail at its last letter. */
const framed =
  (first: string, unit: string, last: string): MakeText =>
  (length) =>
    (first + unit.repeat(Math.ceil(length / unit.length))).slice(0, length - last.length) + last;

const halves =
  (first: string, second: string): MakeText =>
  (length) =>
    repeat(first)(length / 2) + repeat(second)(length / 2);

/** An address with words behind it that may be its rest, each so long. */
const words =
  (unit: string, wordLength: number): MakeText =>
  (length) => {
    const word = `${unit.repeat(Math.ceil(wordLength / unit.length)).slice(0, wordLength)} `;
    return `${ADDRESS} ${word.repeat(Math.ceil(length / word.length))}`.slice(0, length);
  };

/** The same in every run. */
function noise(alphabet: string, seed: number): MakeText {
  const letters = [...alphabet];
  return (length) => {
    let state = seed;
    let text = "";
    while (text.length < length) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      text += letters[Math.floor((state / 2_147_483_648) * letters.length)] ?? "";
    }
    return text.slice(0, length);
  };
}

const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");

/** By a name that says how each is made. */
export function hostileTexts(): ReadonlyMap<string, MakeText> {
  const texts = new Map<string, MakeText>();
  for (const one of TOKENS) {
    texts.set(`${one}…`, repeat(one));
    texts.set(`address ${one}…`, framed(`${ADDRESS} `, one, "!"));
    texts.set(`address${one}…`, framed(ADDRESS, one, "!"));
    texts.set(`…${one} address`, framed("", one, ` ${ADDRESS}`));
    for (const size of [30, 100, 340, 1000]) texts.set(`address and words of ${size} of ${one}`, words(one, size));
    for (const other of TOKENS) {
      texts.set(`(${one}${other})…`, repeat(one + other));
      texts.set(`${one}${other}…`, framed(one, other, "\u0000"));
      texts.set(`${one}…${other}…`, halves(one, other));
    }
  }
  for (let seed = 1; seed <= 40; seed += 1) {
    texts.set(`ASCII noise ${seed}`, noise(ASCII, seed));
    texts.set(`noise of marks ${seed}`, noise("ac_=&?#%/:.\\ \n>|[]1458", seed));
    texts.set(`Unicode noise ${seed}`, noise("你é＃\u200b\u00ad😀…a= \n", seed));
  }
  return texts;
}

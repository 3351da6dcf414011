import type { Survivors } from "./survivor.ts";

export const FLOW_SURVIVORS: Survivors = {
  "src/flow/audit-entry.ts": [
    {
      was: 'return name.replaceAll(/([^\\s@])\\S*@([^\\s@]+)/g, "$1…@$2");',
      becomes: ['return name.replaceAll(/([^\\s@])\\S*@([^\\s@])/g, "$1…@$2");'],
      reason: "same",
      why: "the rest of the domain stays, taken in or not",
    },
  ],
  "src/flow/callback-url.ts": [
    {
      was: "const HINT = /145[57]|id_token|[=＝#]|ac(?:_|%(?:25)?5f)|%3d|openai\\.com/i;",
      becomes: ["const HINT = /145[57]|id_token|[^=＝#]|ac(?:_|%(?:25)?5f)|%3d|openai\\.com/i;"],
      reason: "speed",
      why: "what has no hint is looked through, and nothing is found",
    },
    {
      was: 'if (!HINT.test(pasted) && !HINT.test(text)) return "none";',
      becomes: ['if (false) return "none";', 'if (HINT.test(pasted) && !HINT.test(text)) return "none";'],
      reason: "speed",
      why: "what has no hint is looked through, and nothing is found",
    },
    {
      was: "const ADDRESS = /^(?:(?:h?t?tps?)?:?\\/\\/)?([^/?#]*)([^?#]*)(?:\\?([^#]*))?(?:#([^]*))?$/i;",
      becomes: [
        "const ADDRESS = /(?:(?:h?t?tps?)?:?\\/\\/)?([^/?#]*)([^?#]*)(?:\\?([^#]*))?(?:#([^]*))?$/i;",
        "const ADDRESS = /^(?:(?:h?t?tps?)?:?\\/\\/)?([^/?#]*)([^?#]*)(?:\\?([^#]*))?(?:#([^]*))?/i;",
      ],
      reason: "same",
      why: "from the start it takes every text to its end, whatever that is: each part is optional and stops where the next begins",
    },
    {
      was: "if (isStrong(rejoined)) return { ...rejoined, isPatched: true };",
      becomes: ["if (isStrong(rejoined)) return { ...rejoined, isPatched: false };"],
      reason: "same",
      why: "a strong reading has a code of the known shape, which is what a patched one needs, or an error and no code",
    },
    {
      was: 'return joinLines(text).replace(/\\s+/g, "");',
      becomes: ['return joinLines(text).replace(/\\s/g, "");'],
      reason: "same",
      why: "each of them goes either way",
    },
    {
      was: 'const whole = /\\s/.test(text) ? squeeze(text) : "";',
      becomes: ['const whole = /\\s/.test(text) ? squeeze(text) : "Stryker was here!";'],
      reason: "same",
      why: "like the empty text it holds no state, and then nothing is made of it",
    },
    {
      was: 'const whole = /\\s/.test(text) ? squeeze(text) : "";',
      becomes: ['const whole = /\\S/.test(text) ? squeeze(text) : "";'],
      reason: "speed",
      why: "a text without white space is squeezed into itself, and what it gave once it gives again",
    },
    {
      was: "if (!/state=[0-9a-f]{32}/.test(whole) || !/ac_|error=/.test(whole)) return [];",
      becomes: [
        "if (!/state=[0-9a-f]/.test(whole) || !/ac_|error=/.test(whole)) return [];",
        'if (!/state=[0-9a-f]{32}/.test(whole) || !/ac_|error=/.test(whole)) return ["Stryker was here"];',
      ],
      reason: "speed",
      why: "it only spares readings: none is strong without such a state, but for one with an encoded digit, which nothing writes",
    },
    {
      was: 'const isElsewhere = addresses.some((readings) => /^https?:/i.test(readings[0] ?? ""));',
      becomes: [
        'const isElsewhere = addresses.some((readings) => /^https?:/i.test(readings[0] ?? "Stryker was here!"));',
      ],
      reason: "same",
      why: "there is a first one always; the other side is for the compiler",
    },
    {
      was: 'const [address = ""] = readings;',
      becomes: ['const [address = "Stryker was here!"] = readings;'],
      reason: "same",
      why: "there is a first one always; the other side is for the compiler",
    },
    {
      was: 'const [, host = "", path = ""] = ADDRESS.exec(address) ?? [];',
      becomes: [
        'const [, host = "Stryker was here!", path = ""] = ADDRESS.exec(address) ?? [];',
        'const [, host = "", path = "Stryker was here!"] = ADDRESS.exec(address) ?? [];',
        'const [, host = "", path = ""] = ADDRESS.exec(address) ?? ["Stryker was here"];',
      ],
      reason: "same",
      why: "the pattern finds something in every text; the other side is for the compiler",
    },
    {
      was: "if (!/[?#]/.test(address)) return undefined;",
      becomes: ["if (false) return undefined;", "if (!/[^?#]/.test(address)) return undefined;"],
      reason: "speed",
      why: "an address without query and fragment has no parameters, and is none of ours a few lines later",
    },
    {
      was: 'const [, , , query = "", fragment = ""] = ADDRESS.exec(address) ?? [];',
      becomes: ['const [, , , query = "", fragment = ""] = ADDRESS.exec(address) ?? ["Stryker was here"];'],
      reason: "same",
      why: "the pattern finds something in every text; the other side is for the compiler",
    },
    {
      was: 'const [, , , query = "", fragment = ""] = ADDRESS.exec(address) ?? [];',
      becomes: [
        'const [, , , query = "Stryker was here!", fragment = ""] = ADDRESS.exec(address) ?? [];',
        'const [, , , query = "", fragment = "Stryker was here!"] = ADDRESS.exec(address) ?? [];',
      ],
      reason: "same",
      why: "it has no parameter of a name that is asked for",
    },
    {
      was: "const [, code, state] = /^([\\w.~-]{10,2048})#(\\S{8,512})$/.exec(bare) ?? [];",
      becomes: ['const [, code, state] = /^([\\w.~-]{10,2048})#(\\S{8,512})$/.exec(bare) ?? ["Stryker was here"];'],
      reason: "same",
      why: "what was found whole is not looked at, and both parts stay undefined",
    },
    {
      was: "if (code !== undefined && state !== undefined) return judgeReadings([new URLSearchParams({ code, state })]);",
      becomes: [
        "if (code !== undefined || state !== undefined) return judgeReadings([new URLSearchParams({ code, state })]);",
        "if (true && state !== undefined) return judgeReadings([new URLSearchParams({ code, state })]);",
        "if (code !== undefined && true) return judgeReadings([new URLSearchParams({ code, state })]);",
      ],
      reason: "same",
      why: "the pattern finds both parts or neither",
    },
    {
      was: 'const state = parameters.get("state") ?? "";',
      becomes: ['const state = parameters.get("state") ?? "Stryker was here!";'],
      reason: "same",
      why: "with its spaces it is no state either",
    },
    {
      was: 'return parameters.has("error") || OWN_CODE.test(parameters.get("code") ?? "") ? BEST_RANK : 3;',
      becomes: [
        'return parameters.has("error") || OWN_CODE.test(parameters.get("code") ?? "Stryker was here!") ? BEST_RANK : 3;',
      ],
      reason: "same",
      why: "without an error there is a code by then",
    },
    {
      was: "const words = decodeAscii(decodeAscii(joinLines(text))).split(/\\s+/);",
      becomes: ["const words = decodeAscii(decodeAscii(joinLines(text))).split(/\\s/);"],
      reason: "same",
      why: "the empty words between two spaces hold nothing",
    },
    {
      was: "if (target !== -1 && CALLBACK_PARAMETER.test(word.slice(target))) return true;",
      becomes: ["if (true && CALLBACK_PARAMETER.test(word.slice(target))) return true;"],
      reason: "same",
      why: "from -1 that is the last letter alone, which is no parameter",
    },
  ],
  "src/flow/host-era.ts": [
    {
      was: "return ERAS.findLast(({ from }) => compare(partsOf(from) ?? [], parts) <= 0)?.era;",
      becomes: ['return ERAS.findLast(({ from }) => compare(partsOf(from) ?? ["Stryker was here"], parts) <= 0)?.era;'],
      reason: "same",
      why: "every era begins with a version",
    },
    {
      was: "return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);",
      becomes: ["return false ? 0 : (a[at] ?? 0) - (b[at] ?? 0);"],
      reason: "same",
      why: "there is nothing at -1, and nothing less nothing is 0",
    },
  ],
  "src/flow/pasted-text.ts": [
    {
      was: "return start === -1 ? text : text.slice(0, start) + decodeAscii(text.slice(start));",
      becomes: ["return false ? text : text.slice(0, start) + decodeAscii(text.slice(start));"],
      reason: "same",
      why: "from -1 that is the last letter alone, which decodes to itself",
    },
    {
      was: 'const [first = "", ...others] = text.split("\\n");',
      becomes: ['const [first = "Stryker was here!", ...others] = text.split("\\n");'],
      reason: "same",
      why: "there is a first one always; the other side is for the compiler",
    },
    {
      was: 'const rest = wordAt(WORD, text, start + bracketed.length)?.[0] ?? "";',
      becomes: [
        'const rest = wordAt(WORD, text, start + bracketed.length)[0] ?? "";',
        'const rest = wordAt(WORD, text, start + bracketed.length)?.[0] ?? "Stryker was here!";',
      ],
      reason: "same",
      why: "the pattern finds something in every text; the other side is for the compiler",
    },
    {
      was: "if (next === null || word === undefined || !isContinuation(word)) break;",
      becomes: [
        "if (false || word === undefined || !isContinuation(word)) break;",
        "if (next === null && word === undefined || !isContinuation(word)) break;",
        "if (next === null || false || !isContinuation(word)) break;",
      ],
      reason: "same",
      why: "there is no word where nothing was found, and one where something was",
    },
    {
      was: 'const before = wordAt(WORD_BEFORE, text, start)?.[1] ?? "";',
      becomes: [
        'const before = wordAt(WORD_BEFORE, text, start)[1] ?? "";',
        'const before = wordAt(WORD_BEFORE, text, start)?.[1] ?? "Stryker was here!";',
      ],
      reason: "same",
      why: "the pattern finds something in every text; the other side is for the compiler",
    },
    {
      was: "for (let at = 0; at < text.length;) {",
      becomes: ["for (let at = 0; at <= text.length;) {"],
      reason: "same",
      why: "at the end of the text nothing is found: every start of an address wants a sign that follows",
    },
    {
      was: "at = Math.max(end, match.index + match[0].length);",
      becomes: ["at = Math.max(end, match.index - match[0].length);"],
      reason: "same",
      why: "an address is read from where the match begins and holds all of it, so that its end is never the nearer of the two",
    },
  ],
};

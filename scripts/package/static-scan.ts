/**
 * What a registry's static scan of a plugin looks for, as rules of our own: stricter where that costs nothing, so that
 * no version of such a scan has anything to say. One file is one unit, as it is for them.
 */
export interface ScannedFile {
  readonly path: string;
  readonly text: string;
}

interface Rule {
  readonly name: string;
  readonly files: RegExp;
  /** Found only where every one of them is in the same file. */
  readonly signs: readonly RegExp[];
}

const CODE = /\.[cm]?[jt]s$/;
const PROSE = /\.md$/;
const DATA = /\.(?:json|ya?ml|toml)$/;
const ANY = /./;

const SENDS = /\bfetch\s*\(|\bhttps?\.request\s*\(|\baxios\b|\bnew WebSocket\b/;
const READS_SECRET_FILE = /\breadFile(?:Sync)?\s*\([^)]*(?:auth|token|session|credential|secret)/i;

export const RULES: readonly Rule[] = [
  { name: "another program is started", files: CODE, signs: [/\bchild_process\b/] },
  { name: "code is made of text", files: CODE, signs: [/\beval\s*\(|\bnew Function\s*\(/] },
  { name: "environment and network in one file", files: CODE, signs: [/\bprocess\.env\b/, SENDS] },
  { name: "a secret's file and network in one file", files: CODE, signs: [READS_SECRET_FILE, SENDS] },
  {
    name: "a packed text",
    files: CODE,
    signs: [/(?:\\x[\da-f]{2}){6}|(?:\batob|\bBuffer\.from)\s*\(\s*["'][\w+/=-]{200}/i],
  },
  {
    name: "certificates unchecked",
    files: CODE,
    signs: [/rejectUnauthorized["']?\s*[:=]\s*false|TLS_REJECT_UNAUTHORIZED/],
  },
  {
    name: "a secret in the text",
    files: ANY,
    signs: [/\b(?:access|refresh|id)_token["']?\s*[:=]\s*["'][\w.~+/-]{16}|\beyJ[\w-]{16}|\bsk-[\w-]{16}/],
  },
  {
    name: "an address by number or shortener",
    files: DATA,
    signs: [/https?:\/\/(?:\d{1,3}(?:\.\d{1,3}){3}|bit\.ly|t\.co)\b/],
  },
  {
    name: "words to steer a model by",
    files: PROSE,
    signs: [/ignore (?:all )?previous instructions|system prompt\s*[:=]/i],
  },
  {
    name: "a secret among a command's words",
    files: PROSE,
    signs: [/\s--(?:access-token|api-key|client-secret|password|refresh-token|secret|token)\b/],
  },
  { name: "a download piped to a shell", files: PROSE, signs: [/\b(?:curl|wget)\b[^\n]*\|\s*(?:ba|z)?sh\b/] },
];

/** One line for each rule that a file breaks. */
export function scan(files: readonly ScannedFile[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    RULES.filter((rule) => rule.files.test(path) && rule.signs.every((sign) => sign.test(text))).map(
      (rule) => `${path}: ${rule.name}`,
    ),
  );
}

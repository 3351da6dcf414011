/** What a typed command of the plugin does, as its handler reads it. */
import {
  parseFinishArguments,
  parseSelectArguments,
  parseUsageArguments,
  type Intent,
} from "../../src/commands/arguments.ts";

const PARSERS = {
  codex_auth: parseSelectArguments,
  codex_auth_finish: parseFinishArguments,
  codex_usage: parseUsageArguments,
};

/** Throws for text that is no command of the plugin. */
export function intentOfTyped(typed: string): Intent {
  const [, name = "", rest = ""] = /^\/(codex_auth_finish|codex_auth|codex_usage)(.*)$/s.exec(typed) ?? [];
  if (name === "") throw new Error(`not a command: ${typed}`);
  return PARSERS[name as keyof typeof PARSERS](rest);
}

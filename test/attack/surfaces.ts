/** Every way in for text that others choose. The fuzzer and the property tests feed these and no others. */
import type { Surface } from "./surface.ts";
import { callbackData } from "./surfaces/callback-data.ts";
import { jwtClaims } from "./surfaces/jwt-claims.ts";
import { pastedText } from "./surfaces/pasted-text.ts";
import { pendingFile } from "./surfaces/pending-file.ts";
import { profilesFile } from "./surfaces/profiles-file.ts";
import { skillJson } from "./surfaces/skill-json.ts";
import { tokenAnswer } from "./surfaces/token-answer.ts";

export const SURFACES: readonly Surface[] = [
  pastedText,
  callbackData,
  pendingFile,
  profilesFile,
  tokenAnswer,
  jwtClaims,
  skillJson,
];

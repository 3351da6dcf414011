/** The host's entry. */
import { definePluginEntry } from "openclaw/plugin-sdk/plugin-entry";
import { registerPlugin } from "./plugin.ts";

export default definePluginEntry({
  id: "codex-auth",
  name: "Codex sign-in",
  description: "Sign in to ChatGPT/Codex accounts from the chat.",
  register: registerPlugin,
});

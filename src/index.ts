/** The module that the host loads. */
import { definePluginEntry } from "openclaw/plugin-sdk/plugin-entry";
import { readManifest } from "./manifest.ts";
import { registerPlugin } from "./plugin.ts";

const manifest = readManifest();

export default definePluginEntry({
  id: manifest.id,
  name: manifest.name,
  description: manifest.description,
  register: (api) => registerPlugin(api, manifest),
});

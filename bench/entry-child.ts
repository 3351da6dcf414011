/** Says how many milliseconds it takes to load a module; the host's part of the SDK is there already, as in a gateway. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [url = "", importer = ""] = process.argv.slice(2);
const sdk = createRequire(importer).resolve("openclaw/plugin-sdk/plugin-entry");
await import(pathToFileURL(sdk).href);
const since = performance.now();
await import(url);
process.stdout.write(`${performance.now() - since}\n`);
process.exit(0);

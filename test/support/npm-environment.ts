/** How this machine reaches its package registry. A gateway has a home of its own, and so none of its person's settings. */
import { execFileSync } from "node:child_process";

const NAMES = ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "NODE_EXTRA_CA_CERTS"];

export function npmEnvironment(): Record<string, string> {
  const settings = ["userconfig", "globalconfig", "cache"].map((name) => [`npm_config_${name}`, setting(name)]);
  const network = NAMES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  return Object.fromEntries([...settings, ...network]) as Record<string, string>;
}

function setting(name: string): string {
  return execFileSync("npm", ["config", "get", name], { encoding: "utf8" }).trim();
}

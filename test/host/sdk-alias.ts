/** For child processes: finds `openclaw/plugin-sdk/*` in the copy that package.json lists under the card's name. */
import { registerHooks } from "node:module";

const HOST_SDK = new URL("../../node_modules/@openclaw/plugin-sdk/dist/plugin-sdk/", import.meta.url);

registerHooks({
  resolve(specifier, context, nextResolve) {
    const part = /^openclaw\/plugin-sdk\/(.+)$/.exec(specifier)?.[1];
    return nextResolve(part === undefined ? specifier : new URL(`${part}.js`, HOST_SDK).href, context);
  },
});

/** `<root>`: for each line `<name> <times>` of its input counts that profile up so many times, and says `done`. */
import { createInterface } from "node:readline";
import { createFileAuthStore } from "../src/store/file-auth-store.ts";
import { agentDirIn, fileHost, FLAVOURS } from "../test/store/file-host.ts";

const [root = ""] = process.argv.slice(2);
const FLAVOUR = FLAVOURS[2];
const store = createFileAuthStore(fileHost(root, FLAVOUR));

async function countUp(name: string): Promise<void> {
  await store.update({
    agentDir: agentDirIn(root),
    keepInOrder: [],
    edit({ profiles }) {
      const id = `${FLAVOUR.provider}:${name}`;
      const { updates = 0 } = profiles[id] as { updates?: number };
      profiles[id] = { ...profiles[id], updates: updates + 1 } as never;
      return true;
    },
  });
}

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const [name = "", times] = line.split(" ");
  for (let done = 0; done < Number(times); done += 1) await countUp(name);
  console.log("done");
}

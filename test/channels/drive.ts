/** Starts a gateway for one channel, tells the story over it, and then scans for leaks. */
import { afterAll, beforeAll, describe, inject } from "vitest";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { scanForLeaks, type Kept } from "./leak-scan.ts";
import type { ChatNetwork } from "./network.ts";
import { tellStory, type Story } from "./story.ts";

export interface Drive<Network extends ChatNetwork> {
  readonly start: () => Promise<Network>;
  readonly story: Story;
  /** What the channel's package keeps of a chat. */
  readonly keeps?: Kept;
  /** Registers the tests of this channel alone. They run between the story and the scan. */
  readonly more?: (worldOf: () => ChatWorld, networkOf: () => Network) => void;
}

export function driveChannel<Network extends ChatNetwork>(name: string, drive: Drive<Network>): void {
  describe(name, () => {
    let network: Network;
    let world: ChatWorld;
    const worldOf = () => world;
    beforeAll(async () => {
      network = await drive.start();
      world = await createChatWorld(inject("pluginDir"), network);
    });
    afterAll(() => world?.close());

    tellStory(worldOf, drive.story);
    drive.more?.(worldOf, () => network);
    scanForLeaks(worldOf, drive.keeps);
  });
}

/** Mattermost: text commands. */
import { startMattermost } from "../fakes/mattermost.ts";
import { driveChannel } from "./drive.ts";

driveChannel("Mattermost", {
  start: startMattermost,
  story: { prefix: " ", buttons: "none", explainsRefusal: true, hasThreads: true },
});

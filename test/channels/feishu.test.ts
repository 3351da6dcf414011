/** Feishu: typed commands, and buttons that send commands. */
import { startFeishu } from "../fakes/feishu.ts";
import { driveChannel } from "./drive.ts";

driveChannel("Feishu", {
  start: startFeishu,
  story: { buttons: "commands", explainsRefusal: true, hasThreads: true },
  keeps: { files: /\/state\/gateway\.log$/, logsStates: true },
});

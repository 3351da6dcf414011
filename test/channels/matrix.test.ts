/** Matrix: text commands. */
import { startMatrix } from "../fakes/matrix.ts";
import { driveChannel } from "./drive.ts";

driveChannel("Matrix", {
  start: startMatrix,
  story: { buttons: "none", explainsRefusal: false, hasThreads: true },
  // The package keeps the last messages of each room.
  keeps: { rows: /:plugin_state_entries:matrix\/sync-cache/ },
});

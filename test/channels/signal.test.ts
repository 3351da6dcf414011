/** Signal: text commands. */
import { startSignal } from "../fakes/signal.ts";
import { driveChannel } from "./drive.ts";

driveChannel("Signal", {
  start: startSignal,
  story: { buttons: "none", explainsRefusal: true, hasThreads: false },
  // The package keeps the texts that a person may reply to.
  keeps: { rows: /:plugin_state_entries:signal\/signal\.reply-authors/ },
});

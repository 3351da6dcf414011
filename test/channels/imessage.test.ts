/** iMessage: text commands. */
import { startIMessage } from "../fakes/imessage.ts";
import { driveChannel } from "./drive.ts";

driveChannel("iMessage", {
  start: startIMessage,
  story: { buttons: "none", explainsRefusal: false, hasThreads: false },
  // The package knows its own messages again by their texts.
  keeps: { cards: /:plugin_state_entries:imessage\/imessage\.sent-echoes/ },
});

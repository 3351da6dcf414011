/**
 * A command of ours on the host's text path: the host runs it next, with the owner checked. Not with a bot's name
 * behind it: the web chat knows no bots, and would hand such a message to the model.
 */
export const OWN_COMMAND = /^\/codex[_-]auth(?:[_-]finish)?(?=[\s:]|$)/i;

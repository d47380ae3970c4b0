import { isStdinClosed } from "./standard-input.ts";

declare const self: Worker;

const PERIOD_MS = 500;

// Said again and again: whoever listens later must hear it, too.
setInterval(() => {
  if (isStdinClosed()) self.postMessage("closed");
}, PERIOD_MS);

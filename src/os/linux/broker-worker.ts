import type { WatchReport } from "../unix/watch-report.ts";
import { WatchLoop, type WatchStart } from "./watch-loop.ts";

// The entry of portguard's second thread: it blocks for good, so the first message is the only one it ever reads.
declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<WatchStart>) => {
  new WatchLoop(data, (report: WatchReport) => self.postMessage(report)).run();
};

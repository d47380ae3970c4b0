import { fstatSync } from "node:fs";

/** Whether stderr is neither a terminal nor the same file as stdout. */
export function hasOwnErrorStream(): boolean {
  try {
    const [stdout, stderr] = [fstatSync(1), fstatSync(2)];
    return !stderr.isCharacterDevice() && (stdout.dev !== stderr.dev || stdout.ino !== stderr.ino);
  } catch {
    return false;
  }
}

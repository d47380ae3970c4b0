import { type Life, pickTelling } from "../../../core/origin.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { readEnvironment } from "../process-parameters.ts";
import { openAsFarAsAllowed } from "../processes.ts";

const NOT_OURS = "its memory may not be read";
const AS_ADMINISTRATOR = "run it as administrator";

/** Much of what Unix tells of a process, Windows does not have. */
export function readLife(pid: number): Life {
  using handle = openAsFarAsAllowed(pid);
  const strings = handle && readEnvironment(handle);
  return {
    // The kernel makes whoever asks about a pipe wait while its owner reads from it.
    stdio: unseen("Windows tells nobody whether the other end of a pipe is there"),
    terminal: unseen("which console a process has is told to that process only"),
    // A folder that a process works in can't be deleted.
    folder: seen("there"),
    hangup: unseen("Windows has no signal for it"),
    environment: strings ? seen(pickTelling(strings)) : unseen(NOT_OURS, AS_ADMINISTRATOR),
    home: seen({}),
    cpuMs: told(handle?.cpuMs()),
  };
}

function told(ms: number | undefined): Seen<number> {
  return ms === undefined ? unseen("its times may not be seen", AS_ADMINISTRATOR) : seen(ms);
}

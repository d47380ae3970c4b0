import { readLinkPath } from "../../unix/paths.ts";

/** PROC_PID_INIT_INO (linux/proc_ns.h). */
const FIRST = "pid:[4026531836]";

/** Whether we are in the machine's first pid namespace, where every process is seen; a container has one of its own. */
export function seesWholeMachine(): boolean {
  return readLinkPath("/proc/self/ns/pid") === FIRST;
}

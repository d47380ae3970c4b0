import { type Life, pickTelling } from "../../../core/origin.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { readStart } from "../arguments.ts";
import { readProcessBlock } from "../libproc.ts";
import { readAncestry } from "../lineage.ts";
import { parseFolderLinks, parseIgnores, parseTerminal } from "../process-blocks.ts";
import { readFacts } from "../processes.ts";
import { readSysctlOf } from "../sysctl.ts";
import { judgeParent } from "./lineages.ts";
import { readStdio } from "./stdio.ts";

const NOT_OURS = "it is another user's process";
const WITH_SUDO = "run it with sudo";
/** kern.proc.pid.PID: a `kinfo_proc` */
const KERN_PROC_PID = [1, 14, 1] as const;
const SIGHUP = 1;
const LAUNCHD = 1;

/** What libproc and the kernel's variables tell; most of it of one's own processes only. */
export function readLife(pid: number): Life {
  const full = readProcessBlock(pid, "full");
  const folders = readProcessBlock(pid, "folders");
  const record = readSysctlOf(...KERN_PROC_PID, pid);
  const ignores = typeof record === "number" ? undefined : parseIgnores(record, SIGHUP);
  const strings = readStart(pid)?.environment;
  const hidden = unseen(NOT_OURS, WITH_SUDO);
  return {
    stdio: readStdio(pid),
    terminal: full ? seen(nameTerminal(parseTerminal(full))) : hidden,
    folder: folders ? seen(parseFolderLinks(folders) === 0 ? "deleted" : "there") : hidden,
    hangup: ignores === undefined ? hidden : seen(ignores ? "ignored" : "heeded"),
    // A program that the system protects tells no variable at all.
    environment: strings && strings.length > 0 ? seen(pickTelling(strings)) : hidden,
    home: readHome(pid, strings),
    cpuMs: unseen("macOS counts it in units of the processor"),
  };
}

function nameTerminal(device: number | undefined) {
  if (device === undefined) return { kind: "none" as const };
  return { kind: "terminal" as const, name: `terminal ${device >>> 24}:${device & 0xffffff}` };
}

/** launchd names each job to itself, but all that a job has started inherits the variable. Applications are no services. */
function readHome(pid: number, strings: readonly string[] | undefined): Seen<{ readonly service?: string }> {
  const ppid = readFacts(pid)?.ppid;
  if (ppid !== LAUNCHD || judgeParent(ppid, readAncestry(pid), readAncestry(ppid)).kind !== "started") return seen({});
  if (!strings) return unseen(NOT_OURS, WITH_SUDO);
  const job = strings.map((each) => /^XPC_SERVICE_NAME=(.+)$/.exec(each)?.[1]).find((name) => name !== undefined);
  const isService = job !== undefined && job !== "0" && !job.startsWith("application.");
  return seen(isService ? { service: `the launchd job ${job}` } : {});
}

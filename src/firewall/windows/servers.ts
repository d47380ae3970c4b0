import type { ProcessInfo } from "../../core/socket.ts";
import type { WindowsServer } from "./judge.ts";
import type { WindowsLook } from "./look.ts";
import type { WindowsFirewall } from "./model.ts";
import { baseNameOf, expandPath, samePath } from "./paths.ts";

/** The kernel's own process, which serves for all that use its HTTP (IIS, WinRM); rules call it `System`. */
const SYSTEM_PID = 4;
const MOST_ANCESTORS = 32;

/** Processes as the firewall knows them; where there is none, or one may not be seen, it may be any. */
export function describeServers(
  processes: readonly (ProcessInfo | undefined)[],
  firewall: WindowsFirewall,
  look: Look,
): readonly WindowsServer[] {
  if (processes.length === 0) return [{}];
  return processes.map((each) => (each ? describeServer(each, firewall, look) : {}));
}

type Look = Pick<WindowsLook, "process" | "realPath" | "environment">;

function describeServer(process: ProcessInfo, firewall: WindowsFirewall, look: Look): WindowsServer {
  const program = process.pid === SYSTEM_PID ? "System" : process.program;
  const service = isOfTheDesktop(process, look.process) ? ({ kind: "none" } as const) : undefined;
  return {
    ...(program !== undefined && { program, aliases: findAliases(program, firewall, look) }),
    ...(service && { service }),
  };
}

/** Whoever comes from the desktop is no service; of all others that is not known. */
function isOfTheDesktop(process: ProcessInfo, find: WindowsLook["process"]): boolean {
  let at: ProcessInfo | undefined = process;
  for (let depth = 0; at && depth < MOST_ANCESTORS; depth++) {
    if (at.name?.toLowerCase() === "explorer") return true;
    at = findParent(at, find);
  }
  return false;
}

/** Who started it; its number may be another's by now, who is younger then. */
function findParent({ ppid, startedAt }: ProcessInfo, find: WindowsLook["process"]): ProcessInfo | undefined {
  const parent = ppid === undefined ? undefined : find(ppid);
  const isOlder = parent?.startedAt !== undefined && startedAt !== undefined && parent.startedAt <= startedAt;
  return isOlder ? parent : undefined;
}

/** Rules may name a program by a link or a short name: whether those count is not known. */
function findAliases(program: string, { rules }: WindowsFirewall, { realPath, environment }: Look): readonly string[] {
  const own = realPath(program);
  const named = rules.flatMap(({ rule }) => (rule.kind === "rule" ? (rule.program ?? []) : []));
  const paths = [...new Set(named)].flatMap((path) => expandPath(path, environment) ?? []);
  return paths.filter((path) => {
    // what has another name is no link to it, but for the short names of old
    const isAlike = baseNameOf(path) === baseNameOf(program) || path.includes("~");
    if (own === undefined || !isAlike || samePath(path, program)) return false;
    const end = realPath(path);
    return end !== undefined && samePath(end, own);
  });
}

import type { HandoffSpec, LaunchSpec } from "../../core/os.ts";
import { duplicateFd, replaceFdNumber, setCloseOnExec, writeFd } from "./files.ts";
import { defaultSignal } from "./signals.ts";
import { execProgram, setEnvironment } from "./spawn.ts";
import { IGNORED_BY_RUNTIME } from "./ignored-signals.ts";
import { hideStrayFds, passInheritedFds } from "./inherited-fds.ts";
import { setSoftNofile } from "./nofile.ts";
import { selfCommand } from "./self.ts";

const STDERR = 2;
const FIRST_FD = 3;
/** The order for the launcher: a hidden verb and one JSON argument before the command. */
interface LauncherOrder {
  readonly fds: readonly number[];
  readonly listenPid: boolean;
  readonly nofile: number | undefined;
}

/**
 * The command line that puts the sockets at fd 3, 4, … and the command's own pid into LISTEN_PID, then becomes the
 * command. `nofile`: the soft limit on open files to set; nothing: as it is.
 */
export function launcherArgv(
  spec: LaunchSpec,
  way: Extract<HandoffSpec, { kind: "inherit" }>,
  nofile: number | undefined,
): string[] {
  const order: LauncherOrder = { fds: way.fds, listenPid: way.listenPid, nofile };
  const { file, argv } = selfCommand("__exec", JSON.stringify(order), ...spec.argv);
  return [file, ...argv.slice(1)];
}

/** Becomes the command. Answers, minus the error number, only when it can't. */
export function runLauncher(orderText: string, argv: readonly string[]): number {
  const order = JSON.parse(orderText) as LauncherOrder;
  const name = argv[0] ?? "";
  const path = Bun.which(name) ?? name;
  passInheritedFds(order.fds);
  // First out of the way of the numbers that they are to have; no copy but those may reach the command.
  const sources = order.fds.map((fd) => duplicateFd(fd, FIRST_FD + order.fds.length));
  for (const fd of order.fds) setCloseOnExec(fd);
  hideStrayFds();
  if (order.listenPid) setEnvironment("LISTEN_PID", String(process.pid));
  for (const signal of IGNORED_BY_RUNTIME) defaultSignal(signal);
  if (order.nofile !== undefined) setSoftNofile(order.nofile);
  // From here on nothing but the exec may happen: these may be numbers that the runtime uses itself.
  for (const [index, fd] of sources.entries()) replaceFdNumber(fd, FIRST_FD + index);
  const error = execProgram(path, argv);
  // Nobody above us knows why the command never came to be.
  writeFd(STDERR, Buffer.from(`portguard: command \`${name}\` can't be run (error ${-error})\n`));
  return error;
}

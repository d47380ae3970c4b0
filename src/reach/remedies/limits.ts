import type { Remedy } from "../../core/finding.ts";
import { nameOf } from "../words/describe.ts";
import type { Facts, Owner } from "../facts.ts";
import { isTitle } from "../../holders/recognize/command.ts";
import type { ServerKind } from "../recognize/server.ts";
import { showCommand } from "../../core/show-command.ts";
import { typedCommand, withOption } from "./edit-command.ts";

/** How many files a busy server is given where it had too few. */
const MANY_FILES = 65536;

/** Lets a running process open more files: Linux can change that while it runs. */
export function raiseFileLimit({ system }: Facts, owner: Owner, limit: number): Remedy {
  const { pid } = owner.process;
  const more = Math.max(MANY_FILES, limit * 4);
  const what = `let ${nameOf(owner)} open more files than ${limit}, and look for what it never closes`;
  if (system !== "linux")
    return { what: `${what}: \`ulimit -n ${more}\` before it is started`, commands: [], risk: "restart" };
  return {
    what,
    commands: [["sudo", "prlimit", "--pid", String(pid), `--nofile=${more}:${more}`]],
    risk: "none",
    undo: `\`prlimit --pid ${pid} --nofile=${limit}:\``,
  };
}

const BACKLOG_OPTIONS: { readonly [Kind in ServerKind]?: string } = {
  uvicorn: "--backlog",
  gunicorn: "--backlog",
  hypercorn: "--backlog",
};

/** More room for those who wait; `somaxconn` is the most that the kernel grants. */
export function raiseBacklog(
  owner: Owner | undefined,
  limit: number,
  somaxconn: number | undefined,
): readonly Remedy[] {
  const more = Math.max(4096, limit * 4);
  const kernel: Remedy[] =
    somaxconn !== undefined && limit >= somaxconn
      ? [
          {
            what: `let the kernel grant more than ${somaxconn}, then restart the server`,
            commands: [["sudo", "sysctl", "-w", `net.core.somaxconn=${more}`]],
            risk: "restart",
            undo: `\`sudo sysctl -w net.core.somaxconn=${somaxconn}\``,
          },
        ]
      : [];
  const option = owner && BACKLOG_OPTIONS[owner.server];
  if (!owner || option === undefined || isTitle(owner.process.command)) return kernel;
  const typed = typedCommand(owner.process.command);
  const changed: Remedy = {
    what: `give ${nameOf(owner)} more room for those who wait`,
    commands: [withOption(typed, [option], String(more))],
    risk: "restart",
    undo: `start it again as it was: \`${showCommand(typed)}\``,
  };
  return [...kernel, changed];
}

/** A server that is stuck is started again; what it does now is worth a look first. */
export function restartStuck(owner: Owner | undefined): readonly Remedy[] {
  if (!owner) return [];
  const unit = owner.health.kind === "seen" ? owner.health.value.unit : undefined;
  const look = LOOKING[owner.server]?.(owner.process.pid);
  return [
    ...(look ? [{ what: "see what it is doing", commands: [look], risk: "none" as const }] : []),
    {
      what: `restart ${nameOf(owner)}`,
      commands: unit === undefined ? [] : [["sudo", "systemctl", "restart", unit]],
      risk: "restart",
    },
  ];
}

const pySpy = (pid: number) => ["py-spy", "dump", "--pid", String(pid)];

/** Tools that show what a running program is at. */
const LOOKING: { readonly [Kind in ServerKind]?: (pid: number) => readonly string[] } = {
  uvicorn: pySpy,
  gunicorn: pySpy,
  hypercorn: pySpy,
  flask: pySpy,
  django: pySpy,
  streamlit: pySpy,
  python: pySpy,
  "python-http-server": pySpy,
  java: (pid) => ["jstack", String(pid)],
};

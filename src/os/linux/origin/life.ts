import { type Life, pickTelling } from "../../../core/origin.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { readLinkPath, readTextPath } from "../../unix/paths.ts";
import { readFileMode } from "../file-mode.ts";
import { readField, readStat } from "../procfs.ts";
import { homeOf } from "./home.ts";
import { readStdio } from "./stdio.ts";

const MS_PER_TICK = 10;
const SIGHUP = 1;
const DELETED = " (deleted)";
const NOT_OURS = "it is another user's process";
const WITH_SUDO = "run it with sudo";

/** From `/proc/PID`, much of which is its user's and root's alone. */
export function readLife(pid: number): Life {
  const stat = readStat(pid);
  const gone = unseen(`process ${pid} is gone or hidden`);
  return {
    stdio: readStdio(pid),
    terminal: stat ? seen(nameTerminal(stat.terminal)) : gone,
    folder: readFolder(pid),
    hangup: readHangup(pid),
    environment: readEnvironment(pid),
    home: homeOf(pid),
    cpuMs: stat ? seen(stat.cpuTicks * MS_PER_TICK) : gone,
  };
}

/** As tty(4) and pts(4) number them: the major number from the 9th bit on, the minor one around it. */
export function nameTerminal(device: number) {
  if (device === 0) return { kind: "none" as const };
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return { kind: "terminal" as const, name: spellTerminal(major, minor) };
}

function spellTerminal(major: number, minor: number): string {
  if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`;
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  return `terminal ${major}:${minor}`;
}

function readFolder(pid: number): Life["folder"] {
  const path = readLinkPath(`/proc/${pid}/cwd`);
  if (path === undefined) return unseen(NOT_OURS, WITH_SUDO);
  // One that was built anew is there, though it is another one; and one may really be called so.
  const isGone = path.endsWith(DELETED) && !isThere(path) && !isThere(path.slice(0, -DELETED.length));
  return seen(isGone ? "deleted" : "there");
}

function isThere(path: string): boolean {
  return readFileMode(path) !== undefined;
}

/** `SigIgn` is a mask in hexadecimal, its lowest bit signal 1. */
function readHangup(pid: number): Life["hangup"] {
  const mask = readField(`/proc/${pid}/status`, "SigIgn");
  if (mask === undefined) return unseen(`process ${pid} is gone or hidden`);
  return seen((BigInt(`0x${mask}`) >> BigInt(SIGHUP - 1)) & 1n ? "ignored" : "heeded");
}

function readEnvironment(pid: number): Seen<ReadonlyMap<string, string>> {
  const text = readTextPath(`/proc/${pid}/environ`);
  return text === undefined ? unseen(NOT_OURS, WITH_SUDO) : seen(pickTelling(text.split("\0")));
}

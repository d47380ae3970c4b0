import type { UnixSocket } from "../../../core/network.ts";
import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { runTool } from "./run-tool.ts";

/** `netstat -an -f unix`; whose they are it does not say. */
export function listUnixSockets(): Seen<readonly UnixSocket[]> {
  const output = runTool("/usr/sbin/netstat", "-an", "-f", "unix");
  return output ? seen(parseUnixSockets(output.stdout)) : unseen("`netstat` gave no answer");
}

/**
 * A stream socket that has a file and no peer waits for connections; the ones that it took have its path too, but a peer
 * in the place of the file. The path is the last column and may have blanks.
 */
export function parseUnixSockets(text: string): UnixSocket[] {
  const lines = text.split("\n");
  const head = lines.findIndex((line) => line.startsWith("Address ") && line.trimEnd().endsWith(" Addr"));
  const columns = (lines[head] ?? "").trim().split(/\s+/);
  const [type, file, peer] = ["Type", "Inode", "Conn"].map((name) => columns.indexOf(name)) as [number, number, number];
  if (Math.min(type, file, peer) < 0) return [];
  const paths = lines.slice(head + 1).flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const path = words.slice(columns.length - 1).join(" ");
    const listens = words[type] === "stream" && words[file] !== "0" && words[peer] === "0";
    return listens && path !== "" ? [path] : [];
  });
  return [...new Set(paths)].map((path) => ({ path, pids: [] }));
}

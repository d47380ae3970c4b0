import type { Endpoint } from "./endpoint.ts";

/**
 * `bound`: has the port but does not listen (TCP), visible on Linux 6.8 and later only.
 * `open`: a UDP socket. `other`: any further TCP state (connecting, closing, …).
 */
export type SocketState = "listen" | "bound" | "open" | "established" | "time-wait" | "other";

/** One row of the machine's socket table. */
export interface SocketRow {
  readonly at: Endpoint;
  readonly state: SocketState;
  /** Names the socket within this machine now (Linux: the inode as text, "0" where the kernel has no owner any more). */
  readonly id: string;
  /** Numeric owner, where the table tells (Unix). */
  readonly uid?: number;
  /** The interface that it is bound to (SO_BINDTODEVICE), where the table tells. */
  readonly device?: string;
  /** Of a listener: connections that wait to be accepted, and how many may wait (Linux). */
  readonly queue?: { readonly waiting: number; readonly limit: number };
  /** Names the control group that it was made in (Linux 5.8: the number of its folder); `Origins` knows what that is. */
  readonly madeIn?: string;
  /** Of an established connection: the port on the other side. */
  readonly peerPort?: number;
  /** The owning pid, where the table itself tells (Windows); elsewhere ask `Os.ownersOf`. */
  readonly pid?: number;
}

/** What is known of one process; every field but the pid may be withheld by the system. */
export interface ProcessInfo {
  readonly pid: number;
  readonly ppid?: number;
  /** The short name, `node`. */
  readonly name?: string;
  /** The command line as argv; empty where it can't be read. */
  readonly command: readonly string[];
  /** The whole path of the file that it runs (Windows, macOS): what their firewalls know a program by. */
  readonly program?: string;
  readonly user?: string;
  /** Milliseconds since the epoch, to be shown: on Linux it moves when the clock is set. */
  readonly startedAt?: number;
  /** Names its start on this machine, whatever becomes of the clock. With the pid it identifies a process for good (`ProcessMark`). */
  readonly born?: string;
  readonly cwd?: string;
}

/**
 * How processes stand to connections on a socket. `waits`: one of them is seen to wait for them. `elsewhere`: all of them
 * wait for something else. `busy`: one computes, and may come to it. `unseen`: it may not be looked into, or waits in a way
 * that doesn't show for what.
 */
export type Waiting = "waits" | "elsewhere" | "busy" | "unseen";

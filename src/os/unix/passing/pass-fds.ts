import { chmodSync, rmSync } from "node:fs";
import { fail } from "../../../core/error.ts";
import { AF_UNIX, POLLIN, SOCK_STREAM } from "../constants.ts";
import { closeFd, pollFds, readFd, setCloseOnExec, writeFd } from "../files.ts";
import { lazyLibc, orErrno } from "../libc.ts";
import { bindRaw, listenOn, openSocket } from "../sockets.ts";
import { makeMessage, readRights } from "./message.ts";

const libc = lazyLibc({
  connect: { args: ["i32", "ptr", "u32"], returns: "i32" },
  accept: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  sendmsg: { args: ["i32", "ptr", "i32"], returns: "i64" },
  recvmsg: { args: ["i32", "ptr", "i32"], returns: "i64" },
});

const hasLength = process.platform === "darwin";
/** The most that the kernel takes with one message (SCM_MAX_FD of Linux). */
const MOST_FDS = 253;
const MOST_BYTES = 1024 * 1024;
/** Who lends says so once it has sent all: it is there already. */
const PATIENCE_MS = 5000;

/** Open files of another process, and what it says of them. */
export interface Passed {
  readonly text: string;
  readonly fds: readonly number[];
}

/** Sends fds, which stay ours as well, to whoever listens there. Throws HANDOFF_REFUSED. */
export function sendFds(path: string, { text, fds }: Passed): void {
  if (fds.length > MOST_FDS) refuse(`${fds.length} sockets are more than can be passed on at once`);
  const socket = openSocket(AF_UNIX, SOCK_STREAM);
  try {
    const address = addressOf(path);
    const connected = socket < 0 ? socket : orErrno(libc().connect(socket, address, address.length));
    if (connected < 0) refuse(`nobody waits for them (error ${-connected})`);
    const bytes = Buffer.from(text);
    const message = makeMessage(new Uint8Array(bytes), fds);
    const sent = orErrno(Number(libc().sendmsg(socket, message.header, 0)));
    const rest = sent < 0 ? sent : writeFd(socket, new Uint8Array(bytes.subarray(sent)));
    if (rest < 0) refuse(`they could not be sent (error ${-rest})`);
  } finally {
    if (socket >= 0) closeFd(socket);
  }
}

/** A place where fds can be sent to, for this user alone. The folder must be there. Throws HANDOFF_REFUSED. */
export class FdLanding implements Disposable {
  readonly #listener: number;

  constructor(readonly path: string) {
    rmSync(path, { force: true });
    this.#listener = openSocket(AF_UNIX, SOCK_STREAM);
    const bound = this.#listener < 0 ? this.#listener : bindRaw(this.#listener, addressOf(path));
    const listens = bound < 0 ? bound : listenOn(this.#listener, 1);
    if (listens < 0) refuse(`there is no place for them (error ${-listens})`);
    chmodSync(path, 0o600);
  }

  /** What was sent. */
  take(): Passed {
    const [ready = 0] = pollFds([{ fd: this.#listener, events: POLLIN }], PATIENCE_MS);
    const socket = ready === 0 ? -1 : orErrno(libc().accept(this.#listener, null, null));
    if (socket < 0) return refuse("they did not come");
    try {
      const first = new Uint8Array(64 * 1024);
      const message = makeMessage(first, MOST_FDS);
      const length = orErrno(Number(libc().recvmsg(socket, message.header, 0)));
      const fds = length < 0 ? [] : readRights(message);
      for (const fd of fds) setCloseOnExec(fd);
      return { text: readText(socket, first.subarray(0, Math.max(length, 0))), fds };
    } finally {
      closeFd(socket);
    }
  }

  [Symbol.dispose](): void {
    closeFd(this.#listener);
    rmSync(this.path, { force: true });
  }
}

function readText(socket: number, first: Uint8Array): string {
  const pieces = [first];
  for (let length = first.length; length < MOST_BYTES;) {
    const piece = new Uint8Array(64 * 1024);
    const got = readFd(socket, piece);
    if (got <= 0) break;
    pieces.push(piece.subarray(0, got));
    length += got;
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** struct sockaddr_un, with the zero behind the path. */
function addressOf(path: string): Uint8Array<ArrayBuffer> {
  const name = Buffer.from(`${path}\0`);
  const bytes = new Uint8Array(2 + name.length);
  bytes.set(hasLength ? [bytes.length, AF_UNIX] : [AF_UNIX, 0]);
  bytes.set(name, 2);
  return bytes;
}

function refuse(because: string): never {
  return fail(
    "HANDOFF_REFUSED",
    `the held sockets can't be passed on: ${because}`,
    "stop that one, and reserve the port anew",
  );
}

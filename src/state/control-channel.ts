import type { Socket } from "bun";
import { chmodSync, lstatSync, rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { ControlAnswer, ControlRequest } from "../core/control.ts";
import { isTemporary } from "./control-place.ts";
import { ensureOwnedFolder } from "./owned-file.ts";

/** A question or an answer is one line of JSON; nobody of ours sends longer ones: every port there is has 400 kB. */
const MOST_CHARACTERS = 1024 * 1024;

/**
 * Takes requests on this path until disposed of. Only the same user gets in: the folder is its owner's alone, and so is the
 * socket; a named pipe is its creator's by itself. Throws where it can't be opened.
 */
export function serveControl(path: string, handle: (request: ControlRequest) => Promise<ControlAnswer>): Disposable {
  const isFile = !isPipe(path);
  if (isFile) {
    ensureOwnedFolder(dirname(path));
    // What a dead one left under a name that is ours now.
    rmSync(path, { force: true });
  }
  const server = Bun.listen<Heard>({
    unix: path,
    socket: {
      open: (socket) => void (socket.data = hearNothing()),
      data: (socket, bytes) => {
        const heard = collect(socket.data, bytes);
        if (heard.kind === "endless") socket.end();
        if (heard.kind !== "line") return;
        void answerLine(heard.line, handle).then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
      },
    },
  });
  if (isFile) chmodSync(path, 0o600);
  return {
    [Symbol.dispose]: () => {
      server.stop(true);
      if (!isFile) return;
      rmSync(path, { force: true });
      if (isTemporary(path)) removeIfEmpty(dirname(path));
    },
  };
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Other reservations have their sockets there.
  }
}

/** `unreachable`: nobody answers there. `ended`: whoever took the request is gone without an answer. */
export type Asked =
  | ControlAnswer
  | { readonly kind: "unreachable"; readonly because: unknown }
  | { readonly kind: "ended" };

/** Asks a running reservation, and waits for its answer as long as it takes. */
export async function askControl(path: string, request: ControlRequest): Promise<Asked> {
  const answer = Promise.withResolvers<Asked>();
  if (!isPipe(path) && !isOurs(path))
    return { kind: "unreachable", because: new Error("its socket is not this user's") };
  try {
    await Bun.connect<Heard>({
      unix: path,
      data: hearNothing(),
      socket: {
        open: (socket) => sendMore(socket, `${JSON.stringify(request)}\n`),
        drain: (socket) => sendMore(socket),
        data: (socket, bytes) => {
          const heard = collect(socket.data, bytes);
          if (heard.kind === "line") answer.resolve(readAnswer(heard.line));
          if (heard.kind !== "more") socket.end();
        },
        close: () => answer.resolve({ kind: "ended" }),
      },
    });
  } catch (because) {
    return { kind: "unreachable", because };
  }
  return answer.promise;
}

async function answerLine(
  line: string,
  handle: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<ControlAnswer> {
  try {
    return await handle(JSON.parse(line) as ControlRequest);
  } catch (error) {
    return { kind: "refused", what: error instanceof Error ? error.message : String(error) };
  }
}

interface Heard {
  heard: string;
  /** Where a piece ends may be within a character. */
  readonly decoder: TextDecoder;
  /** Of what is said, what the other side has not taken yet. */
  unsent: Uint8Array;
}

function hearNothing(): Heard {
  return { heard: "", decoder: new TextDecoder(), unsent: new Uint8Array() };
}

type Collected =
  | { readonly kind: "line"; readonly line: string }
  | { readonly kind: "more" }
  /** Longer than any of ours. */
  | { readonly kind: "endless" };

/** The first line, once it is whole. What comes behind it means nothing. */
function collect(data: Heard, bytes: Uint8Array): Collected {
  data.heard += data.decoder.decode(bytes, { stream: true });
  const end = data.heard.indexOf("\n");
  if (end > MOST_CHARACTERS || (end < 0 && data.heard.length > MOST_CHARACTERS)) return { kind: "endless" };
  return end < 0 ? { kind: "more" } : { kind: "line", line: data.heard.slice(0, end) };
}

function readAnswer(line: string): Asked {
  try {
    return JSON.parse(line) as ControlAnswer;
  } catch (because) {
    return { kind: "unreachable", because };
  }
}

/** A socket takes no more at once than its buffer has room for. */
function sendMore(socket: Socket<Heard>, text = ""): void {
  const { data } = socket;
  data.unsent = Buffer.concat([data.unsent, Buffer.from(text)]);
  data.unsent = data.unsent.subarray(socket.write(data.unsent));
}

function isPipe(path: string): boolean {
  return path.startsWith("\\\\.\\pipe\\");
}

function isOurs(path: string): boolean {
  const uid = lstatSync(path, { throwIfNoEntry: false })?.uid;
  const own = process.getuid?.();
  return uid === undefined || own === 0 || uid === own;
}

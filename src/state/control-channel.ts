import { chmodSync, lstatSync, rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { ControlAnswer, ControlRequest } from "../core/control.ts";
import { isTemporary } from "./control-place.ts";
import { ensureOwnedFolder } from "./owned-file.ts";

/** A question or an answer is one line of JSON; nobody of ours sends longer ones. */
const MOST_BYTES = 64 * 1024;

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
        const line = collect(socket.data, bytes);
        if (line === undefined) return;
        void answerLine(line, handle).then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
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
        open: (socket) => void socket.write(`${JSON.stringify(request)}\n`),
        data: (socket, bytes) => {
          const line = collect(socket.data, bytes);
          if (line !== undefined) answer.resolve(JSON.parse(line) as ControlAnswer);
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
}

function hearNothing(): Heard {
  return { heard: "", decoder: new TextDecoder() };
}

/** The first line, once it is whole. What comes behind it means nothing. */
function collect(data: Heard, bytes: Uint8Array): string | undefined {
  data.heard += data.decoder.decode(bytes, { stream: true });
  const end = data.heard.indexOf("\n");
  return end < 0 || end > MOST_BYTES ? undefined : data.heard.slice(0, end);
}

function isPipe(path: string): boolean {
  return path.startsWith("\\\\.\\pipe\\");
}

function isOurs(path: string): boolean {
  const uid = lstatSync(path, { throwIfNoEntry: false })?.uid;
  const own = process.getuid?.();
  return uid === undefined || own === 0 || uid === own;
}

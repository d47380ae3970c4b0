import type { Life, StdioEnd } from "../../../core/origin.ts";
import { seen, unseen } from "../../../core/seen.ts";
import { readFdBlock, readFdList } from "../libproc.ts";
import { parseFdType, parsePipePeer, parseSocketPeer, parseVnodePath } from "../process-blocks.ts";

// sys/proc_info.h
const PROX_FDTYPE_VNODE = 1;
const PROX_FDTYPE_SOCKET = 2;
const PROX_FDTYPE_PIPE = 6;

export function readStdio(pid: number): Life["stdio"] {
  const list = readFdList(pid);
  if (!list) return unseen("it is another user's process", "run it with sudo");
  const end = (fd: number) => readEnd(pid, fd, parseFdType(list, fd));
  return seen([end(0), end(1), end(2)]);
}

function readEnd(pid: number, fd: number, type: number | undefined): StdioEnd {
  switch (type) {
    case undefined:
      return { kind: "closed" };
    case PROX_FDTYPE_VNODE:
      return nameVnode(readFdBlock(pid, fd, "path"));
    case PROX_FDTYPE_SOCKET: {
      const block = readFdBlock(pid, fd, "socket");
      return { kind: "pipe", other: block ? parseSocketPeer(block) : "unknown", trace: { kind: "pair" } };
    }
    case PROX_FDTYPE_PIPE: {
      const block = readFdBlock(pid, fd, "pipe");
      // XNU keeps no times of a pipe: it answers the moment of the question.
      return { kind: "pipe", other: block ? parsePipePeer(block) : "unknown", trace: { kind: "fifo" } };
    }
    default:
      return { kind: "file", path: "something that is no file" };
  }
}

function nameVnode(block: Uint8Array | undefined): StdioEnd {
  const path = block ? parseVnodePath(block) : "";
  if (path === "/dev/null") return { kind: "null" };
  const terminal = /^\/dev\/(tty\w*|console)$/.exec(path)?.[1];
  return terminal === undefined ? { kind: "file", path } : { kind: "terminal", name: terminal, state: "there" };
}

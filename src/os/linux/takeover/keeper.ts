import { POLLIN } from "../../unix/constants.ts";
import { closeFd, pollFds, replaceFdNumber } from "../../unix/files.ts";
import { inheritedFds } from "../../unix/inherited-fds.ts";
import { openPath } from "../../unix/paths.ts";
import { numberOf, sendSignal } from "../../unix/signals.ts";
import { reapChild } from "../../unix/spawn.ts";
import { SYS } from "../syscalls.ts";
import { listOwnChildren } from "../tree-scan.ts";
import { readAskedAddress } from "./asked-address.ts";
import { letRun, receiveNotice } from "./notify.ts";

const O_RDWR = 2;
const REAP_MS = 1000;

/**
 * Stays for the daemons that the command left: a filter can't be taken off, and without anyone to answer it each of their
 * later bind() and listen() calls would fail. Everything else of ours is let go of. Ends with the last of them.
 */
export function keepDaemons(listener: number, ports: readonly number[]): void {
  letGoOfFiles();
  while (listOwnChildren().length > 0) {
    const [ready = 0] = pollFds([{ fd: listener, events: POLLIN }], REAP_MS);
    if (ready & POLLIN) answerNext(listener, ports);
    while (reapChild(-1));
  }
}

function answerNext(listener: number, ports: readonly number[]): void {
  const notice = receiveNotice(listener);
  if (!notice) return;
  const asked = notice.call === SYS.bind ? readAskedAddress(listener, notice) : undefined;
  // What looked like a daemon turns out to be the server, and its reservation is over: it ends like the others of its kind.
  if (asked && asked !== "unreadable" && ports.includes(asked.port)) sendSignal(notice.tid, numberOf("SIGKILL"));
  else letRun(listener, notice.id);
}

/** Whoever waits for the end of our output, our terminal or our folder must not wait for a daemon. */
function letGoOfFiles(): void {
  const nowhere = openPath("/dev/null", O_RDWR);
  for (const fd of [0, 1, 2]) replaceFdNumber(nowhere, fd);
  for (const fd of inheritedFds()) closeFd(fd);
  process.chdir("/");
}

import type { Hold, HoldPassing } from "../../core/os.ts";
import { FdLanding, sendFds } from "../unix/passing/pass-fds.ts";
import { HeldSet, type HeldSetData } from "./held-set.ts";
import { LinuxHold } from "./hold.ts";

/** Passes held sockets on with what describes them; their numbers are the receiver's own. */
export const linuxPassing: HoldPassing = {
  lend: (landing, holds) => {
    const sets = holds.map((hold) => (hold as LinuxHold).set.toData());
    const fds = sets.flatMap(({ members }) => members.map(({ fd }) => fd));
    sendFds(landing, { text: JSON.stringify(sets), fds });
  },
  openLanding: (path) => {
    const landing = new FdLanding(path);
    return {
      path,
      take: () => {
        const { text, fds } = landing.take();
        return adopt(JSON.parse(text) as HeldSetData[], fds);
      },
      [Symbol.dispose]: () => landing[Symbol.dispose](),
    };
  },
};

function adopt(sets: readonly HeldSetData[], fds: readonly number[]): Hold[] {
  const rest = [...fds];
  return sets.map((set) => {
    const members = set.members.map((member) => ({ ...member, fd: rest.shift() ?? -1 }));
    return new LinuxHold(new HeldSet({ ...set, members }));
  });
}

import type { HoldPassing } from "../../core/os.ts";
import { FdLanding, sendFds } from "../unix/passing/pass-fds.ts";
import { MacHold, type MacHoldData } from "./mac-hold.ts";

/** Passes held sockets on with what describes them; their numbers are the receiver's own. */
export const macPassing: HoldPassing = {
  lend: (landing, holds) => {
    const data = holds.map((hold) => (hold as MacHold).toData());
    const fds = data.flatMap(({ members }) => members.map(({ fd }) => fd));
    sendFds(landing, { text: JSON.stringify(data), fds });
  },
  openLanding: (path) => {
    const landing = new FdLanding(path);
    return {
      path,
      take: () => {
        const { text, fds } = landing.take();
        const rest = [...fds];
        return (JSON.parse(text) as MacHoldData[]).map(({ protocol, port, members }) => {
          const own = members.map((member) => ({ ...member, fd: rest.shift() ?? -1 }));
          return new MacHold(protocol, port, own);
        });
      },
      [Symbol.dispose]: () => landing[Symbol.dispose](),
    };
  },
};

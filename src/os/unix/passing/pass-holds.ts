import type { Hold, HoldPassing } from "../../../core/os.ts";
import { FdLanding, sendFds } from "./pass-fds.ts";

/** What describes a hold to another process, with the open files that it consists of. */
interface HoldData {
  readonly members: readonly { readonly fd: number }[];
}

/** How one system puts a hold into words, and makes one of them again. */
export interface HoldWords<Data extends HoldData> {
  readonly toData: (hold: Hold) => Data;
  readonly fromData: (data: Data) => Hold;
}

/** Passes held sockets on with what describes them; their numbers are the receiver's own. */
export function passHolds<Data extends HoldData>({ toData, fromData }: HoldWords<Data>): HoldPassing {
  return {
    lend: (landing, holds) => {
      const all = holds.map(toData);
      const fds = all.flatMap(({ members }) => members.map(({ fd }) => fd));
      sendFds(landing, { text: JSON.stringify(all), fds });
    },
    openLanding: (path) => {
      const landing = new FdLanding(path);
      return {
        path,
        take: () => {
          const { text, fds } = landing.take();
          const rest = [...fds];
          const own = (members: Data["members"]) => members.map((member) => ({ ...member, fd: rest.shift() ?? -1 }));
          return (JSON.parse(text) as Data[]).map((data) => fromData({ ...data, members: own(data.members) }));
        },
        [Symbol.dispose]: () => landing[Symbol.dispose](),
      };
    },
  };
}

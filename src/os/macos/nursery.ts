import type { LaunchOutcome, LaunchSpec, NurseryOptions } from "../../core/os.ts";
import type { GuardProcess } from "../unix/guard-process.ts";
import type { InheritedListener } from "../unix/inherited-queues.ts";
import { UnixNursery } from "../unix/nursery.ts";
import type { GuardOrder, WatchGuardOrder } from "../unix/watch-report.ts";
import { Lineage, markEnvironment, readAncestry } from "./lineage.ts";
import { listSockets, socketOfFd } from "./sockets.ts";
import { MacTree } from "./tree.ts";

/** Starts commands whose environment is marked, so that their processes can be told from others. */
export class MacNursery extends UnixNursery {
  constructor(options: NurseryOptions) {
    const { watchParent } = options;
    super(options, new Worker(new URL("./watch-worker.ts", import.meta.url).href), { watchParent });
  }

  override async launch(spec: LaunchSpec): Promise<LaunchOutcome> {
    if (spec.way.kind !== "takeover") return super.launch(spec);
    return { kind: "refused", because: "on macOS no program can answer another one's bind()" };
  }

  /** Nobody tells what the limit on open files was before the runtime raised it: without `nofile` it is the raised one. */
  protected prepare(spec: LaunchSpec): LaunchSpec {
    return { ...spec, env: markEnvironment(spec.env) };
  }

  protected orderFor(guard: GuardOrder): WatchGuardOrder {
    return { do: "watch", guard };
  }

  protected treeMaker(guard: GuardProcess, spec: LaunchSpec): (pid: number) => MacTree {
    const lineage = new Lineage(readAncestry(guard.pid)?.id ?? -1, spec.env);
    return (pid) => new MacTree(pid, lineage, spec, this.careFor(spec));
  }

  protected queueOf({ fd, at: { port, protocol } }: InheritedListener) {
    const id = socketOfFd(fd);
    return listSockets({ port, protocol, states: ["listen"] }).find((row) => row.id === id)?.queue;
  }

  protected refusalOf(error: number): string {
    return `the guard refused (error ${error})`;
  }
}

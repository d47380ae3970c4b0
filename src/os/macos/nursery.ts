import type { LaunchOutcome, LaunchSpec, NurseryOptions } from "../../core/os.ts";
import type { GuardProcess } from "../unix/guard-process.ts";
import { UnixNursery } from "../unix/nursery.ts";
import type { GuardOrder } from "../unix/watch-report.ts";
import { Lineage, markEnvironment, readAncestry } from "./lineage.ts";
import { MacTree } from "./tree.ts";
import type { WatchOrder } from "./watch-loop.ts";

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

  protected orderFor(guard: GuardOrder): WatchOrder {
    return { guard };
  }

  protected treeMaker(guard: GuardProcess, spec: LaunchSpec): (pid: number) => MacTree {
    const lineage = new Lineage(readAncestry(guard.pid)?.id ?? -1, spec.env);
    return (pid) => new MacTree(pid, lineage, spec, () => this.dismiss(spec.generation));
  }

  protected refusalOf(error: number): string {
    return `the guard refused (error ${error})`;
  }
}

import type { Kin, Leader, Life, Parentage, StdioEnd } from "../../src/core/origin.ts";
import { seen } from "../../src/core/seen.ts";
import type { ProcessInfo } from "../../src/core/socket.ts";
import type { HolderFacts } from "../../src/holders/holder-facts.ts";
import { findStartedBy } from "../../src/holders/started-by.ts";

const INIT: Kin = {
  process: { pid: 1, ppid: 0, name: "init", command: ["/sbin/init"] },
  uid: 0,
  parent: { kind: "first" },
  leaders: seen({ group: { pid: 1, state: "itself" }, session: { pid: 1, state: "itself" } }),
};

export const US: Kin = {
  process: { pid: 900, ppid: 800, name: "portguard", command: ["portguard", "who"] },
  uid: 1000,
  parent: { kind: "started", by: 800 },
  leaders: seen({ group: { pid: 900, state: "itself" }, session: { pid: 800, state: "alive" } }),
};

export const ADOPTED: Parentage = {
  kind: "adopted",
  by: 1,
  strength: "proven",
  proof: "init (pid 1) has inherited it: the leader of its process group, 400, is gone",
  source: "/proc/500/stat",
};

export function leaders(group: Leader["state"], session: Leader["state"]): Kin["leaders"] {
  return seen({ group: { pid: 400, state: group }, session: { pid: 300, state: session } });
}

export function kin(process: Partial<ProcessInfo>, parent: Parentage, its = leaders("gone", "gone")): Kin {
  return {
    process: { pid: 500, name: "node", command: ["node", "shim.js"], ...process },
    uid: 1000,
    parent,
    leaders: its,
  };
}

const BROKEN: StdioEnd = { kind: "pipe", other: "closed", trace: { kind: "pair" } };

/** As an editor leaves it that was killed. */
export const ABANDONED: Life = {
  stdio: seen([BROKEN, BROKEN, BROKEN]),
  terminal: seen({ kind: "none" }),
  folder: seen("there"),
  hangup: seen("heeded"),
  environment: seen(new Map()),
  home: seen({}),
  cpuMs: seen(100),
};

/** The facts about a process with this branch above it, init above that. */
export function factsOf(
  branch: readonly [Kin, ...Kin[]],
  life: Partial<Life> = {},
  connections = 0,
  port = 8000,
): HolderFacts {
  const [self, ...above] = branch;
  const lineage: HolderFacts["lineage"] = [self, ...above, INIT];
  const whole = { ...ABANDONED, ...life };
  return {
    lineage,
    life: whole,
    startedBy: findStartedBy(lineage, whole, port, undefined),
    connections,
    us: [US, INIT],
  };
}

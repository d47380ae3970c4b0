import { realpathSync } from "node:fs";
import type { Network, RegistryValue } from "../../core/network.ts";
import type { Os } from "../../core/os.ts";
import type { RuleRequest } from "../../core/rule-request.ts";
import { type Seen, unseen } from "../../core/seen.ts";
import type { ProcessInfo } from "../../core/socket.ts";
import type { RunCommand } from "../run-command.ts";
import { type NetworkKinds, readNetworkKinds } from "./network-kinds.ts";
import { machineVariables } from "./paths.ts";

/** How a Windows is looked at. Changes nothing. */
export interface WindowsLook {
  readonly registry: () => Seen<readonly RegistryValue[]>;
  /** It is asked once, however often this is called. */
  readonly kinds: () => Promise<Seen<NetworkKinds>>;
  readonly process: (pid: number) => ProcessInfo | undefined;
  /** Who serves on these ports now; nothing in the place of one that can't be seen. */
  readonly serving: (asked: Pick<RuleRequest, "protocol" | "ports">) => readonly (ProcessInfo | undefined)[];
  /** Where a path leads in the end; nothing where nothing is there. */
  readonly realPath: (path: string) => string | undefined;
  /** The variables that paths in rules may have. */
  readonly environment: Readonly<Record<string, string>>;
}

export function lookAtWindows(os: Os, network: Network, run: RunCommand): WindowsLook {
  let kinds: Promise<Seen<NetworkKinds>> | undefined;
  return {
    registry: () => network.machine().windows?.firewallRegistry ?? unseen(`${os.name} has no registry`),
    kinds: () => (kinds ??= readNetworkKinds(run)),
    process: (pid) => os.process(pid),
    serving: (asked) => listServing(asked, os),
    realPath,
    environment: machineVariables(process.env),
  };
}

function listServing(
  { protocol, ports: { first, last } }: Pick<RuleRequest, "protocol" | "ports">,
  os: Os,
): readonly (ProcessInfo | undefined)[] {
  const rows = os.sockets({ protocol, states: [protocol === "tcp" ? "listen" : "open"] });
  const pids = rows.flatMap(({ at, pid }) => (at.port >= first && at.port <= last ? [pid] : []));
  return [...new Set(pids)].map((pid) => (pid === undefined ? undefined : os.process(pid)));
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

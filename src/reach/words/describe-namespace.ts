import type { Evidence } from "../../core/finding.ts";
import type { NamespaceFacts } from "../../core/network.ts";
import { describeContainer, describePlace, describeProcess } from "./describe.ts";
import { recognizeServer } from "../recognize/server.ts";

type Inner = NamespaceFacts["listeners"][number];

/** `docker container 3f2a1b0c9d8e`, or by a process that lives in it. */
export function describeNamespace({ container, leader }: Pick<NamespaceFacts, "container" | "leader">): string {
  if (container) return describeContainer(container);
  return `the network namespace of ${describeProcess(leader, recognizeServer(leader))}`;
}

/** `uvicorn (pid 4711)`, as this machine numbers it. */
export function describeInner({ process }: Inner): string {
  return process ? describeProcess(process, recognizeServer(process)) : "a process that can't be seen";
}

/** `in docker container 3f2a1b0c9d8e, uvicorn (pid 4711) listens on 127.0.0.1:80`. */
export function showInner(namespace: Pick<NamespaceFacts, "container" | "leader">, inner: Inner): Evidence {
  return {
    what: `in ${describeNamespace(namespace)}, ${describeInner(inner)} listens on ${describePlace(inner.row)}`,
    source: `socket table of the namespace of ${namespace.leader.pid}`,
  };
}

import type { Remedy } from "../../core/finding.ts";
import type { Target } from "../../core/target.ts";
import type { Facts, Listener } from "../facts.ts";
import { describeOwner } from "../words/describe.ts";
import { retarget } from "../words/target-text.ts";

/** Nothing serves there yet: portguard keeps the port for whatever will, and says when it does. */
export function startServer({ request: { target } }: Facts): Remedy {
  const port = target.protocol === "udp" ? `${target.port}/udp` : target.port;
  return {
    what: `start the server; \`portguard reserve ${port} -- COMMAND\` keeps the port for it and tells when it serves`,
    commands: [],
    risk: "none",
  };
}

/** A server that has the port and does not listen yet. */
export function waitForServer({ request: { target } }: Facts, bound: Listener): Remedy {
  return {
    what: `wait until ${describeOwner(bound)} listens`,
    commands: [["portguard", "wait", String(target.port)]],
    risk: "none",
  };
}

/** The server that is probably meant has another port. */
export function useOtherPort({ request: { target } }: Facts, neighbour: Listener): Remedy {
  const { port } = neighbour.row.at;
  return {
    what: `use port ${port}, where ${describeOwner(neighbour)} listens, or have it started with port ${target.port}`,
    commands: [["portguard", "reach", replacePort(target, port)]],
    risk: "none",
  };
}

/** The target as it was given, with the other port; one may not stand in it (`http://localhost/`). */
function replacePort(target: Target, to: number): string {
  const { text, port: from } = target;
  if (target.url) return retarget({ ...target, port: to }, {});
  const at = text.search(new RegExp(`(?<![0-9])${from}(?=$|[/?#])`));
  return at < 0 ? String(to) : `${text.slice(0, at)}${to}${text.slice(at + String(from).length)}`;
}

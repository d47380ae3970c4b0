import { formatHostPort } from "../../core/address.ts";
import type { Facts } from "../facts.ts";
import type { SentOn } from "../reading/sent-on.ts";
import { describeInner, describeNamespace } from "./describe-namespace.ts";

/** `192.168.1.20:8080 is sent on to 172.17.0.2:80 (nginx (pid 4711) in docker container 3f2a1b0c9d8e)`. */
export function describeSentOn({ request: { target } }: Facts, { way, to, namespace, inner }: SentOn): string {
  const who = inner ? [describeInner(inner)] : [];
  // A network without a container is called by that process itself.
  const isNamed = namespace && (namespace.container !== undefined || inner === undefined);
  const where = isNamed ? [`in ${describeNamespace(namespace)}`] : [];
  const at = [...who, ...where].join(" ");
  const from = formatHostPort(way.candidate.address, target.port);
  return `${from} is sent on to ${formatHostPort(to.address, to.port)}${at === "" ? "" : ` (${at})`}`;
}

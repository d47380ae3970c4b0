import type { Address } from "../../core/address.ts";
import { formatHostPort } from "../../core/address.ts";
import type { Remedy } from "../../core/finding.ts";
import type { ContainerName } from "../../core/network.ts";

/** Publishing a container's port: it has to be made again. `host`: the address of this machine; nothing: every one. */
export function publishPort(
  container: ContainerName | undefined,
  { host, port, inner }: { readonly host?: string; readonly port: number; readonly inner: number },
): Remedy {
  const spec = `${host === undefined ? "" : `${host}:`}${port}:${inner}`;
  const isExposed = host === undefined || !host.startsWith("127.");
  const dockerNote = isExposed ? "; a port that docker publishes passes ufw's rules by" : "";
  const runtime = container?.runtime;
  const how =
    runtime === "kubernetes"
      ? `\`kubectl port-forward POD ${port}:${inner}\``
      : `start the container again with \`-p ${spec}\` (in a compose file: \`ports: ["${spec}"]\`)${dockerNote}`;
  return { what: how, commands: [], risk: isExposed && runtime !== "kubernetes" ? "exposes" : "restart" };
}

/** From this machine a container is reached at its own address, too. */
export function reachDirectly(address: Address, port: number): Remedy {
  const at = formatHostPort(address, port);
  return { what: `from this machine, use ${at}`, commands: [["portguard", "reach", at]], risk: "none" };
}

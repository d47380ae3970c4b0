import { formatHostPort } from "../../core/address.ts";
import type { Endpoint } from "../../core/endpoint.ts";
import type { ContainerName } from "../../core/network.ts";
import type { ProcessInfo } from "../../core/socket.ts";
import type { Listener, Owner } from "../facts.ts";
import { baseName } from "../../holders/recognize/command.ts";
import type { ServerKind } from "../recognize/server.ts";

/** Who has it: `uvicorn (pid 4711)`; `nginx (pid 80 and 4 more)`; an owner that may not be seen is said to be that. */
export function describeOwner({ owners }: Pick<Listener, "owners">): string {
  const main = mainOwner(owners);
  if (!main) return "a process that can't be seen";
  const others = owners.length - 1;
  return `${nameOf(main)} (pid ${main.process.pid}${others > 0 ? ` and ${others} more` : ""})`;
}

/** `uvicorn (pid 4711) on 127.0.0.1:8000`. */
export function describeListener(listener: Listener): string {
  return `${describeOwner(listener)} on ${describePlace(listener.row)}`;
}

/** `uvicorn (pid 4711) listens on 127.0.0.1:8000`; of UDP, `has …`. */
export function describeListening(listener: Listener): string {
  const verb = listener.row.at.protocol === "udp" ? "has" : "listens on";
  return `${describeOwner(listener)} ${verb} ${describePlace(listener.row)}`;
}

/** `127.0.0.1:8000`, `[::]:8000`, `0.0.0.0%eth0:8000`, `0.0.0.0:53/udp`. */
export function describePlace({ at, device }: { readonly at: Endpoint; readonly device?: string }): string {
  const text = formatHostPort(at.address, at.port);
  const bound = device === undefined ? text : text.replace(/\]?:\d+$/, (port) => `%${device}${port}`);
  return at.protocol === "udp" ? `${bound}/udp` : bound;
}

/** `uvicorn (pid 4711)`. */
export function describeProcess(process: ProcessInfo, server: ServerKind): string {
  return `${nameOf({ process, server })} (pid ${process.pid})`;
}

/** `docker container 3f2a1b0c9d8e`. */
export function describeContainer({ runtime, id }: ContainerName): string {
  return `${runtime === "other" ? "" : `${runtime} `}container ${shortId(id)}`;
}

/** Long ids are cut where their runtimes cut them. */
export function shortId(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
}

/** Of several owners the one that tells most: a server that was recognised, else the oldest. */
export function mainOwner(owners: readonly Owner[]): Owner | undefined {
  const byAge = owners.toSorted((a, b) => a.process.pid - b.process.pid);
  return byAge.find(({ server }) => !PLAIN.has(server)) ?? byAge[0];
}

const PLAIN: ReadonlySet<ServerKind> = new Set(["other", "python", "node", "bun", "deno", "java", "one-shot"]);

/** A server by its own name, anything else by its process's. */
export function nameOf({ process, server }: Pick<Owner, "process" | "server">): string {
  if (server === "python-http-server") return "python's http.server";
  if (!PLAIN.has(server)) return server;
  return process.name ?? (baseName(process.command[0]) || "a process");
}

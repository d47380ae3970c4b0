import type { Owner, PortHolder, ProcessOwner, WhoAnswer } from "../core/holder.ts";
import { formatEndpoint, type Protocol } from "../core/endpoint.ts";
import type { Home } from "../core/origin.ts";
import { valueOf } from "../core/seen.ts";
import type { ProcessInfo, SocketRow } from "../core/socket.ts";
import type { WhoRequest } from "../core/who-request.ts";
import { findConnections } from "./find-holders.ts";
import { listHolders, type Witnesses } from "./list-holders.ts";
import { type Environment, nameHolder } from "./name-holder.ts";
import { nameProcess } from "./name-process.ts";
import { baseName, stripInterpreter } from "./recognize/command.ts";
import { ownBranch } from "./started-by.ts";

interface Circumstances extends Witnesses {
  readonly env: Environment;
}

/** Who has what is asked for. */
export async function findWho(request: WhoRequest, circumstances: Circumstances): Promise<WhoAnswer> {
  const all = listHolders(selectRows(request, circumstances), circumstances);
  // In a table of all, what an engine or a folder tells of each would take its time.
  if (request.kind === "all") return { holders: all, notes: [] };
  const candidates = request.kind === "name" ? all : all.filter((holder) => fits(holder, request));
  const named = await Promise.all(candidates.map((each) => nameHolder(each, circumstances.env)));
  const holders = named.filter((holder) => fits(holder, request));
  const notes = request.kind === "port" && holders.length === 0 ? explainNobody(request, circumstances) : [];
  return { holders, notes };
}

function selectRows(request: WhoRequest, { os }: Witnesses): readonly SocketRow[] {
  const protocol = request.protocol && { protocol: request.protocol };
  if (request.kind === "port") return os.sockets({ port: request.port, ...protocol });
  return os
    .sockets({ ...protocol })
    .filter(({ at, state }) => at.port !== 0 && (state === "listen" || at.protocol === "udp"));
}

function fits(holder: PortHolder, request: WhoRequest): boolean {
  switch (request.kind) {
    case "port":
    case "all":
      return true;
    case "pid":
      return holder.owner.kind === "process" && isUnder(holder.owner, request.pid);
    case "name": {
      const wanted = request.name.toLowerCase();
      return namesOf(holder.owner).some((name) => name?.toLowerCase() === wanted);
    }
  }
}

/** Itself, a worker of it, or below it: `npm run dev` has what its server has. */
function isUnder({ lineage, workers }: ProcessOwner, pid: number): boolean {
  return [...ownBranch(lineage).map(({ process }) => process), ...workers].some((process) => process.pid === pid);
}

/** What a holder may be called: its process, program or script, its unit with and without `.service`, its container, its reservation. */
function namesOf(owner: Owner): readonly (string | undefined)[] {
  switch (owner.kind) {
    case "process": {
      const { startedBy, lineage, life } = owner;
      const named = startedBy.kind === "container" ? startedBy.name : undefined;
      const names = [...namesOfProcess(lineage[0].process), ...namesOfHome(valueOf(life.home))];
      return [...names, named, owner.reservation?.name];
    }
    case "hidden":
      return [...owner.among.flatMap(namesOfProcess), ...namesOfHome(owner.home), owner.published?.name];
    case "system":
      return [owner.name];
    case "dead":
      return [];
  }
}

function namesOfProcess({ name, command }: ProcessInfo): (string | undefined)[] {
  return [name, baseName(command[0]), baseName(stripInterpreter(command)[0])].filter((each) => each !== "");
}

function namesOfHome(home: Home | undefined): (string | undefined)[] {
  const [unit, id] = [home?.unit?.name, home?.container?.id];
  return [unit, unit?.replace(/\.service$/, ""), id, id?.slice(0, 12)];
}

/** Why a port that nobody has may be refused all the same, or given to nobody who does not ask for it. */
function explainNobody({ port, protocol }: Extract<WhoRequest, { kind: "port" }>, { os }: Witnesses): string[] {
  const protocols: readonly Protocol[] = protocol ? [protocol] : ["tcp", "udp"];
  const aside = os.setAside(port);
  const perProtocol = protocols.flatMap((each) => {
    const refusal = os.refusalOf(port, each);
    const connections = each === "tcp" ? findConnections(os, port, each) : [];
    const closing = connections.find((connection) => connection.closing);
    const clients = connections.flatMap(({ at, process }) => (process ? [{ at, process }] : []));
    return [
      ...(refusal ? [refusal.what] : []),
      ...(closing ? ["connections that are closing (TIME_WAIT) still keep it, a minute at most"] : []),
      ...clients.map(
        ({ at, process }) =>
          `${nameProcess(process)} has a connection from ${formatEndpoint(at)}: it serves nobody there`,
      ),
    ];
  });
  return [...perProtocol, ...(aside === undefined ? [] : [aside])];
}

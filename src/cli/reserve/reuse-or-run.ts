import { overlaps } from "../../core/endpoint.ts";
import type { Exit, Os } from "../../core/os.ts";
import { PortHeldError } from "../../core/port-held-error.ts";
import type { PortChoice, PortRequest } from "../../core/port-request.ts";
import type { ReserveRequest } from "../../core/reserve-request.ts";
import { isInPlace } from "../../holders/same-place.ts";
import { listCandidates } from "../../reserve/acquire.ts";
import { type Reused, type Unused, reuseHolder } from "./reuse-holder.ts";

/** Runs it on this port; `instead`: because of whom it is not the one that was asked for. */
type RunOn = (request: ReserveRequest, instead: PortHeldError | undefined) => Promise<Exit>;

/** Whose the ports are that somebody has, by where he runs. */
type Neighbours = ReadonlyMap<number, "ours" | "others">;

/**
 * Starts nothing where a server of this very place has the port, or one of those that would do, and answers: then that is the
 * answer. Else runs it on the first of them that is free. Throws PORT_HELD, with the reason, where none is.
 */
export async function reuseOrRun(request: ReserveRequest, os: Os, run: RunOn): Promise<Exit | Reused> {
  const [port] = request.ports;
  if (!port) throw new RangeError("a reservation without a port");
  const candidates = listCandidates(port, request);
  // What came first may have taken a later one, and the first be free again.
  let neighbours: Neighbours = candidates.length > 1 ? await look(candidates, port, os) : new Map();
  for (const [candidate] of [...neighbours].filter(([, whose]) => whose === "ours")) {
    const found = await reuseHolder(candidate, request, os);
    if (found.kind === "reused") return found;
  }
  let instead: PortHeldError | undefined;
  let last: Unused = { kind: "not-ours" };
  for (const candidate of candidates) {
    if (instead && neighbours.get(candidate) === "others") continue;
    try {
      return await run({ ...request, auto: 0, ports: [{ ...port, ports: choiceOf(candidate, instead) }] }, instead);
    } catch (error) {
      if (!(error instanceof PortHeldError)) throw error;
      instead ??= error;
    }
    neighbours = await look(candidates, port, os);
    if (candidates.length > 1 && neighbours.get(candidate) === "others") continue;
    const found = await reuseHolder(candidate, request, os);
    if (found.kind === "reused") return found;
    last = found;
  }
  return refuse(instead!, last, request);
}

/** What `pick` keeps is taken over where it was asked for, not where it would merely do. */
function choiceOf(port: number, instead: PortHeldError | undefined): PortChoice {
  return instead ? { kind: "range", from: port, to: port } : { kind: "one", port };
}

/** One look at all of them, however many have the ports. */
async function look(ports: readonly number[], { hosts }: PortRequest, os: Os): Promise<Neighbours> {
  const wanted = new Set(ports);
  const isMeant = (at: Parameters<typeof overlaps>[0]) =>
    wanted.has(at.port) &&
    (hosts === "every" || hosts.some((address) => overlaps(at, { ...at, address, dual: false })));
  const rows = os.sockets({ protocol: "tcp", states: ["listen", "bound"] }).filter(({ at }) => isMeant(at));
  const owners = os.ownersOf(rows);
  const neighbours = new Map<number, "ours" | "others">();
  for (const { id, at } of rows) {
    const folders = (owners.get(id) ?? []).map((pid) => os.process(pid)?.cwd);
    const isOurs = await Promise.all(folders.map((folder) => isInPlace(folder, process.cwd())));
    if (isOurs.some(Boolean)) neighbours.set(at.port, "ours");
    else if (!neighbours.has(at.port)) neighbours.set(at.port, "others");
  }
  return neighbours;
}

function refuse(held: PortHeldError, { kind }: Unused, { auto }: ReserveRequest): never {
  const why =
    kind === "silent"
      ? "it does not answer: `--if-held stop` stops it"
      : "it is not of this work tree: `--auto` takes the next free port";
  const hint = auto > 0 ? `so are the next ${auto}: \`--auto=${auto * 10}\` tries more` : why;
  throw new PortHeldError(held.port, held.holders, hint, held.reservation);
}

import type { PortHolder, ProcessOwner, StartedBy, Verdict } from "../core/holder.ts";
import { type Reservation, reserves } from "../core/reservation.ts";
import type { SocketRow } from "../core/socket.ts";
import { findContainer } from "./containers.ts";
import { findStop } from "./stop.ts";
import { findWorkTree } from "./work-tree.ts";

/** What is asked only where it matters: both take their time. */
export interface Records {
  /** Of this process, by which container engines are found. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is recorded of this user's reservations. */
  readonly reservations: () => readonly Reservation[];
}

/** The same with the names that container engines, portguard's records and git folders have for it. */
export async function nameHolder(holder: PortHolder, records: Records): Promise<PortHolder> {
  switch (holder.owner.kind) {
    case "process":
      return withStop({ ...holder, owner: await nameProcessOwner(holder.owner, holder.sockets, records) });
    case "hidden":
      return holder.verdict.grade === "unknown" ? nameHidden(holder, holder.owner, records) : holder;
    case "system":
    case "dead":
      return holder;
  }
}

async function nameProcessOwner(
  owner: ProcessOwner,
  sockets: readonly SocketRow[],
  { env, reservations }: Records,
): Promise<ProcessOwner> {
  const { cwd } = owner.lineage[0].process;
  const [workTree, startedBy] = await Promise.all([
    cwd === undefined ? undefined : findWorkTree(cwd),
    nameContainer(nameReservation(owner.startedBy, sockets, reservations), sockets[0], env),
  ]);
  return { ...owner, startedBy, ...(workTree && { workTree }) };
}

/** Docker's proxies are root's: whoever may ask the engine learns whose port it is, all the same. */
async function nameHidden(
  holder: PortHolder,
  owner: Extract<PortHolder["owner"], { kind: "hidden" }>,
  { env }: Records,
): Promise<PortHolder> {
  const [socket] = holder.sockets;
  const published = socket && (await findContainer(socket.at, env));
  if (!published) return holder;
  const { name, container } = published;
  const what = `${container.runtime} publishes it from container ${name}`;
  const verdict: Verdict = {
    grade: "managed",
    because: "a container's published port",
    evidence: [{ what, source: `${container.runtime}'s own answer` }],
  };
  return withStop({ ...holder, owner: { ...owner, published }, verdict });
}

function withStop(holder: PortHolder): PortHolder {
  const stop = findStop(holder);
  return { ...holder, ...(stop && { stop }) };
}

/** Portguard's record of what it holds, where these sockets are of it. */
function nameReservation(
  startedBy: StartedBy,
  sockets: readonly SocketRow[],
  reservations: () => readonly Reservation[],
): StartedBy {
  if (startedBy.kind !== "reservation") return startedBy;
  const found = reservations().find((each) => sockets.some(({ at }) => reserves(each, at)));
  return found ? { ...startedBy, name: found.name, directory: found.directory } : startedBy;
}

async function nameContainer(
  startedBy: StartedBy,
  socket: SocketRow | undefined,
  env: Records["env"],
): Promise<StartedBy> {
  if (startedBy.kind !== "container" || !socket) return startedBy;
  const { container } = startedBy;
  const found = await findContainer(container ? { id: container.id } : socket.at, env);
  return found ? { ...startedBy, ...found } : startedBy;
}

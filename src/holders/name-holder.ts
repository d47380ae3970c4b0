import type { PortHolder, ProcessOwner, StartedBy, Verdict } from "../core/holder.ts";
import type { SocketRow } from "../core/socket.ts";
import { findContainer } from "./containers.ts";
import { findStop } from "./stop.ts";
import { findWorkTree } from "./work-tree.ts";

/** Of this process: by its variables container engines are found. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The same with the names that container engines and git folders have for it, which take their time. */
export async function nameHolder(holder: PortHolder, env: Environment): Promise<PortHolder> {
  switch (holder.owner.kind) {
    case "process":
      return withStop({ ...holder, owner: await nameProcessOwner(holder.owner, holder.sockets, env) });
    case "hidden":
      return holder.verdict.grade === "unknown" ? nameHidden(holder, holder.owner, env) : holder;
    case "system":
    case "dead":
      return holder;
  }
}

async function nameProcessOwner(
  owner: ProcessOwner,
  sockets: readonly SocketRow[],
  env: Environment,
): Promise<ProcessOwner> {
  const { cwd } = owner.lineage[0].process;
  const [workTree, startedBy] = await Promise.all([
    cwd === undefined ? undefined : findWorkTree(cwd),
    nameContainer(owner.startedBy, sockets[0], env),
  ]);
  return { ...owner, startedBy, ...(workTree && { workTree }) };
}

/** Docker's proxies are root's: whoever may ask the engine learns whose port it is, all the same. */
async function nameHidden(
  holder: PortHolder,
  owner: Extract<PortHolder["owner"], { kind: "hidden" }>,
  env: Environment,
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

async function nameContainer(
  startedBy: StartedBy,
  socket: SocketRow | undefined,
  env: Environment,
): Promise<StartedBy> {
  if (startedBy.kind !== "container" || !socket) return startedBy;
  const { container } = startedBy;
  const found = await findContainer(container ? { id: container.id } : socket.at, env);
  return found ? { ...startedBy, ...found } : startedBy;
}

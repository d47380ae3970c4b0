import type { PortHolder, ProcessOwner, WhoAnswer } from "../core/holder.ts";
import type { Kin } from "../core/origin.ts";
import { valueOf } from "../core/seen.ts";
import { renderJson } from "./json.ts";
import type { JsonField } from "./json-fields.ts";

/** Every field of the object that `renderWhoJson` writes, for `who --help`. */
export const WHO_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["ok", "whether somebody holds it, and it is known who"],
  ["verdict", "held, free or unknown"],
  ["holders[].kind", "process, hidden, system or dead"],
  ["holders[].sockets[]", "its places among those that were asked for", "endpoint"],
  ["holders[].sockets[].state", "listen, open (UDP) or bound"],
  ["holders[].process?", "of a process: itself", "process"],
  ["holders[].parent?.kind", "started, adopted, either, detached, first or unseen"],
  ["holders[].parent?.by?", "the number of its parent"],
  ["holders[].parent?.strength?", "of adopted: proven or likely"],
  ["holders[].parent?.proof?", "of adopted, one line"],
  ["holders[].parent?.source?", "where that was seen"],
  ["holders[].parent?.because?", "of unseen, one line"],
  ["holders[].chain?[]", "those above it, the nearest first", "process"],
  ["holders[].chain?[].parent.kind", "and the rest as above"],
  ["holders[].chain?[].parent.by?", "a number"],
  ["holders[].chain?[].parent.strength?", "proven or likely"],
  ["holders[].chain?[].parent.proof?", "one line"],
  ["holders[].chain?[].parent.source?", "where that was seen"],
  ["holders[].chain?[].parent.because?", "one line"],
  ["holders[].workers?[]", "those below it with the same sockets", "process"],
  ["holders[].startedBy?.kind", "editor, agent, shell, unit, reservation, gone, unknown, …"],
  ["holders[].startedBy?.process?", "which of those above it", "process"],
  ["holders[].startedBy?.name?", "of a reservation, a service or a container"],
  ["holders[].startedBy?.directory?", "of a reservation: where it was started"],
  ["holders[].startedBy?.scope?", "of a reservation: port, or only its command"],
  ["holders[].startedBy?.unit?.name", "of systemd"],
  ["holders[].startedBy?.unit?.manager", "system, or"],
  ["holders[].startedBy?.unit?.manager.uid", "whose own manager"],
  ["holders[].startedBy?.stop?", "how the system is told to stop it"],
  ["holders[].startedBy?.container?.runtime", "docker, podman, …"],
  ["holders[].startedBy?.container?.id", "a text"],
  ["holders[].startedBy?.by?", "who only hands connections on: docker-proxy"],
  ["holders[].stdio?[].kind", "of each of the three: pipe, terminal, null, file, closed"],
  ["holders[].stdio?[].other?", "of a pipe: open, closed or unknown"],
  ["holders[].stdio?[].trace?.kind", "of a pipe: fifo, or pair (of sockets)"],
  ["holders[].stdio?[].trace?.made?.id", "of a fifo: tells it from others"],
  ["holders[].stdio?[].trace?.made?.madeAt", "when it was there already (ms)"],
  ["holders[].stdio?[].trace?.maker?.pid", "of a pair: who made it"],
  ["holders[].stdio?[].trace?.maker?.state", "alive or gone"],
  ["holders[].stdio?[].name?", "of a terminal: pts/3"],
  ["holders[].stdio?[].state?", "of a terminal: there or deleted"],
  ["holders[].stdio?[].path?", "of a file"],
  ["holders[].home?.container?.runtime", "where it belongs"],
  ["holders[].home?.container?.id", "a text"],
  ["holders[].home?.unit?.name", "of systemd"],
  ["holders[].home?.unit?.manager", "system, or"],
  ["holders[].home?.unit?.manager.uid", "whose own manager"],
  ["holders[].home?.service?", "a launchd job, a Windows service"],
  ["holders[].workTree?.root", "the git work tree of its folder"],
  ["holders[].workTree?.branch?", "missing where a commit is checked out"],
  ["holders[].user?", "of one that is hidden"],
  ["holders[].among?[]", "of one that is hidden: it is one of these", "process"],
  ["holders[].published?.name", "of one that is hidden: whose published port it is"],
  ["holders[].published?.container.runtime", "docker or podman"],
  ["holders[].published?.container.id", "a text"],
  ["holders[].name?", "of the system itself"],
  ["holders[].pid?", "of one that is dead"],
  ["holders[].reused?", "of one that is dead: who has its number now", "process"],
  ["holders[].connections", "established now"],
  ["holders[].grade", "certain, likely, live, managed, kept, system or unknown"],
  ["holders[].because", "one line that completes: it is …"],
  ["holders[].evidence[]", "what was seen, and where", "evidence"],
  ["holders[].stop?", "how it is stopped rightly", "remedy"],
  ["notes[]", "what else must be known, one line each"],
];

/** The whole answer as one object, as `WHO_JSON` lists it. */
export function renderWhoJson(answer: WhoAnswer, verdict: "held" | "free" | "unknown"): string {
  return renderJson({
    ok: verdict === "held",
    verdict,
    holders: answer.holders.map(describeHolder),
    notes: answer.notes,
  });
}

function describeHolder({ owner, sockets, connections, verdict, stop }: PortHolder): object {
  return {
    kind: owner.kind,
    sockets: sockets.map(({ at, state }) => ({ ...at, state })),
    ...describeOwner(owner),
    connections,
    ...verdict,
    ...(stop && { stop }),
  };
}

function describeOwner(owner: PortHolder["owner"]): object {
  if (owner.kind === "process") return describeProcess(owner);
  const { kind: _, ...told } = owner;
  return told;
}

function describeProcess({ lineage, life, startedBy, workers, workTree }: ProcessOwner): object {
  const [self, ...above] = lineage;
  const [stdio, home] = [valueOf(life.stdio), valueOf(life.home)];
  return {
    process: self.process,
    parent: self.parent,
    chain: above.map(({ process, parent }: Kin) => ({ ...process, parent })),
    workers,
    startedBy,
    ...(stdio && { stdio }),
    ...(home && { home }),
    ...(workTree && { workTree }),
  };
}

import type { PortHolder, ProcessOwner, WhoAnswer } from "../core/holder.ts";
import type { Kin } from "../core/origin.ts";
import { valueOf } from "../core/seen.ts";
import { renderJson } from "./json.ts";

/** Every field of the object that `renderWhoJson` writes, for `who --help`; `[]` is each item of a list, `?` may be missing. */
export const WHO_JSON: readonly (readonly [field: string, what: string])[] = [
  ["schema", "1"],
  ["ok", "whether somebody holds it, and it is known who"],
  ["verdict", "held, free or unknown"],
  ["holders[].kind", "process, hidden, system or dead"],
  ["holders[].sockets[]", "address, port, protocol, state and dual"],
  ["holders[].process?", "pid, name, command[], program, user, startedAt (ms), cwd"],
  ["holders[].chain[]?", "those above it: the same, and parent: started, adopted, …"],
  ["holders[].workers[]?", "those below it with the same sockets"],
  ["holders[].startedBy?", "kind, and process, unit, container or name"],
  ["holders[].stdio[]?", "kind; of a pipe, other: open, closed or unknown, and trace"],
  ["holders[].home?", "container, unit or service"],
  ["holders[].workTree?", "root and branch"],
  ["holders[].among[]?", "of one that is hidden: the processes of which it is one"],
  ["holders[].connections", "established now"],
  ["holders[].grade", "certain, likely, live, managed, kept, system or unknown"],
  ["holders[].because", "one line"],
  ["holders[].evidence[]", "what and source"],
  ["holders[].stop?", "what, and commands[][] as words"],
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

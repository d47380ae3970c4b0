import type { PortHolder } from "../../core/holder.ts";
import type { LeftAlone, Stopped, StopPlan, StopTarget } from "../../core/stop.ts";
import { nameProcess } from "../name-process.ts";
import { carryOutStop, type StopTools } from "./carry-out.ts";
import { type Asker, planStop } from "./plan-stop.ts";

/** Whoever inherits a socket while its holder is being stopped is found the next time; more rounds than that is a fight. */
const MOST_ROUNDS = 5;

export interface StopAllTools extends StopTools {
  readonly asker: Asker;
  /** Who has the ports in question now. */
  readonly look: () => readonly PortHolder[];
  /** Whom of those who get their sockets meanwhile: anybody, where that was agreed to, or orphans for certain alone. */
  readonly heirs: "all" | "certain";
}

export interface StoppedAll {
  readonly stopped: readonly Stopped[];
  /** Who was not to be stopped, or could not be. */
  readonly left: readonly LeftAlone[];
}

/** Stops whom the plan names, and then those who have their sockets by then: a child that was forked meanwhile. */
export async function stopAll(plan: StopPlan, tools: StopAllTools): Promise<StoppedAll> {
  const stopped: Stopped[] = [];
  const left = new Map(plan.left.map((each) => [keyOf(each.holder), each]));
  for (let round = 0, { targets } = plan; targets.length > 0 && round < MOST_ROUNDS; round++) {
    const done = await carryOutStop(targets, tools);
    stopped.push(...done);
    for (const each of done.flatMap(describeFailure)) left.set(keyOf(each.holder), each);
    const next = planStop(heirsOf(targets, tools.look()), tools.asker);
    for (const each of [...next.left, ...refuseHeirs(next, tools)]) left.set(keyOf(each.holder), each);
    targets = next.targets.filter(({ holder }) => !left.has(keyOf(holder)));
  }
  return { stopped, left: [...left.values()] };
}

/** A socket may be handed to whoever is wanted (SCM_RIGHTS): nobody has agreed to that one's end. */
function refuseHeirs({ targets }: StopPlan, { heirs }: StopAllTools): LeftAlone[] {
  if (heirs === "all") return [];
  return targets.flatMap(({ holder, consent }): LeftAlone[] =>
    consent.kind === "ask"
      ? [{ holder, kind: "refused", because: `it has got the socket since, and is ${consent.because}` }]
      : [],
  );
}

function describeFailure({ target: { holder }, outcome, doomed }: Stopped): LeftAlone[] {
  const who = nameProcess(doomed.process);
  if (outcome === "denied") return [{ holder, kind: "refused", because: `the system does not let us stop ${who}` }];
  return outcome === "stuck" ? [{ holder, kind: "refused", because: `${who} does not end, not even by SIGKILL` }] : [];
}

/** Those who have a socket of a target still. */
function heirsOf(targets: readonly StopTarget[], now: readonly PortHolder[]): PortHolder[] {
  const ids = new Set(targets.flatMap(({ holder }) => holder.sockets.map(({ id }) => id)));
  return now.filter(({ sockets }) => sockets.some(({ id }) => ids.has(id)));
}

/** Tells one holder from the others, as long as it has the same sockets. */
function keyOf({ owner, sockets }: PortHolder): string {
  const who = owner.kind === "process" ? owner.lineage[0].process.pid : owner.kind;
  return `${who} ${sockets.map(({ id }) => id).join(" ")}`;
}

import type { HoldRequest, OsName } from "../core/os.ts";
import { formatHostPort } from "../core/address.ts";
import { joinWords } from "../core/port-held-error.ts";
import type { Freed, Newcomer, Proof, Stopped } from "../core/stop.ts";
import { nameOwner, nameProcess } from "./who-text.ts";
import type { SpanLine } from "./spans.ts";
import { describeLeft, placesOf } from "./stop-plan.ts";
import type { Style } from "./style.ts";

/** `free`: it was tried. `unknown`: who has it, or whether anybody has, can't be seen. */
export type FreeState = "free" | "not-free" | "unknown";

export interface ShownFreed {
  readonly request: HoldRequest;
  readonly freed: Freed;
  readonly state: FreeState;
}

/** `8000`, `127.0.0.1:8000`, `8000/udp`. */
export function describePort({ protocol, port, hosts }: HoldRequest): string {
  const tail = protocol === "udp" ? "/udp" : "";
  return hosts === "every" ? `${port}${tail}` : joinWords(hosts.map((host) => `${formatHostPort(host, port)}${tail}`));
}

/** `tcp 8000 on every address`. */
export function describeProof({ protocol, port, hosts }: HoldRequest): string {
  return `${protocol} ${hosts === "every" ? `${port} on every address` : joinWords(hosts.map((host) => formatHostPort(host, port)))}`;
}

/** The answer in its first line; below it who has the port still, and what can be done. */
export function renderFreed({ request, freed, state }: ShownFreed, system: OsName, style: Style): readonly SpanLine[] {
  const tone = state === "free" ? "good" : state === "unknown" ? "warn" : "bad";
  const port = describePort(request);
  const head =
    state === "free"
      ? `${port} is free${describeHow(freed, system)}`
      : `${port} is not free${describeWhy(freed.proof)}`;
  return [
    [{ text: style.marks[tone], tone }, ` ${head}`],
    ...[
      ...(state === "free" ? [] : freed.stopped.flatMap((each) => describeStopped(each, system) ?? [])),
      ...freed.left.map((each) => describeLeft(each, system)),
      ...freed.newcomers.map(describeNewcomer),
      ...freed.clients.map(
        ({ process, at }) =>
          `${process ? nameProcess(process) : "a process"} is a client on ${formatHostPort(at.address, at.port)}, and left alone`,
      ),
    ].map((line): SpanLine => [`  ${line}`]),
  ];
}

function describeHow({ stopped, proof }: Freed, system: OsName): string {
  const told = stopped.flatMap((each) => describeStopped(each, system) ?? []);
  const how = told.length === 0 ? ": nobody has it" : `: ${told.join(", ")}`;
  return proof.kind === "unused" ? `${how} (not bound: ${proof.refusal.what})` : how;
}

/** Nothing where nothing was done to it. */
export function describeStopped({ doomed, outcome, tookMs }: Stopped, system: OsName): string | undefined {
  const who = nameProcess(doomed.process);
  const took = `${Math.round(tookMs)} ms`;
  switch (outcome) {
    case "ended":
      return system === "windows" ? `${who} was ended` : `${who} ended on SIGTERM in ${took}`;
    case "killed":
      return `${who} was killed after ${took}, its grace`;
    case "gone":
      if (doomed.role === "reservation") return `${who}, which held it, had ended`;
      return doomed.role === "holder" ? `${who} had ended by itself` : undefined;
    case "let-go":
      return `${who} had let go of it and was left alone`;
    case "denied":
    case "stuck":
      return undefined;
  }
}

function describeWhy(proof: Proof): string {
  switch (proof.kind) {
    case "bound":
    case "unused":
    case "held":
      return "";
    case "closing":
      return ": connections on it are closing, which takes a minute at most";
    case "refused":
      return `: ${proof.refusal.what}`;
    case "not-local":
      return `: ${proof.at.address.text} is not an address of this machine`;
  }
}

function describeNewcomer({ holder, revivedBy }: Newcomer): string {
  const who = `${nameOwner(holder.owner)} has got ${placesOf(holder)} since`;
  return revivedBy ? `${who}: ${nameProcess(revivedBy)} has started it again; stop that first` : who;
}

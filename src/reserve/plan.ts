import type { Os } from "../core/os.ts";
import { formatHostPort } from "../core/address.ts";
import { joinWords } from "../core/port-held-error.ts";
import type { PortRequest } from "../core/port-request.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { showCommand } from "../core/show-command.ts";
import { listCandidates } from "./acquire.ts";
import { chooseWays } from "./handoff/choose.ts";
import { dialectFor } from "./handoff/dialects.ts";
import { type GenerationStep, planGenerations } from "./plan-generations.ts";
import { checkPlaceholders } from "./placeholders.ts";

export interface ReservationPlan {
  readonly steps: readonly PlanStep[];
}

/** `do` names the kind of step, `what` its values. */
export interface PlanStep {
  readonly do:
    | "hold"
    | "adopt"
    | "wait"
    | "clear"
    | "reuse"
    | "refuse"
    | "hand-over"
    | "overrule"
    | "start"
    | "guard"
    | GenerationStep["do"];
  readonly what: string;
}

/** What `reserve` would do, from the request and what the system shows without being changed. */
export function planReservation(request: ReserveRequest, os: Os): ReservationPlan {
  const from = request.adopt ? `, from the reservation ${request.adopt.name}` : "";
  const hold = request.ports.map((port): PlanStep => ({
    do: request.adopt ? "adopt" : "hold",
    what: describePort(port, request) + from,
  }));
  const wait: PlanStep[] =
    request.waitMs > 0 ? [{ do: "wait", what: `up to ${request.waitMs / 1000} s for a port that is held` }] : [];
  return {
    steps: [...planIfHeld(request), ...wait, ...hold, ...(request.command.length > 0 ? planCommand(request, os) : [])],
  };
}

function planIfHeld({ ifHeld }: ReserveRequest): PlanStep[] {
  switch (ifHeld?.kind) {
    case undefined:
      return [];
    case "stop-orphan":
      return [{ do: "clear", what: "stop whoever holds it, where that is an orphan for certain" }];
    case "stop":
      return [{ do: "clear", what: `stop whoever holds it${ifHeld.yes ? "" : ", having asked"}` }];
    case "reuse":
      return [{ do: "reuse", what: "start nothing where a server of this work tree holds it, and answers" }];
  }
}

function planCommand(request: ReserveRequest, os: Os): PlanStep[] {
  checkPlaceholders(request.command, request.ports);
  const found = os.findCommand(request.command[0]!);
  if (found.kind !== "found")
    return [
      { do: "refuse", what: `${request.command[0]}: ${found.kind === "not-found" ? "not found" : found.because}` },
    ];
  const { ways, refused } = chooseWays(request, os.name, found);
  return [
    ...refused.map(({ way, because }): PlanStep => ({ do: "refuse", what: `${way}: ${because}` })),
    ...ways.map((way, index): PlanStep => ({
      do: "hand-over",
      what: `by ${describeWay(way, request.command)}${index > 0 ? " if that is refused" : ""}`,
    })),
    ...planOverrule(request),
    {
      do: "start",
      what: `${showCommand(request.command)}${request.envName === undefined ? "" : `, with ${request.envName} set`}`,
    },
    ...planGenerations(request, ways[0]),
    {
      do: "guard",
      what: `SIGTERM, ${request.graceMs / 1000} s, SIGKILL; ${request.killAll ? "daemons too" : "daemons without the port are left"}`,
    },
  ];
}

function planOverrule({ bind, ports }: ReserveRequest): PlanStep[] {
  const addresses = joinWords(bind.map(({ text }) => text));
  const moved = ports.filter(({ as }) => as !== undefined);
  return [
    ...(bind.length > 0 ? [`whatever address it asks for becomes ${addresses}`] : []),
    ...moved.map(
      ({ as, ports: choice }) => `port ${as} becomes ${choice.kind === "one" ? choice.port : "the one that is held"}`,
    ),
  ].map((what) => ({ do: "overrule", what }));
}

function describeWay(way: string, command: readonly string[]): string {
  return way === "inherit" ? `inherit (${dialectFor(command).name})` : way;
}

function describePort(port: PortRequest, request: ReserveRequest): string {
  const [first, ...more] = listCandidates(port, request);
  const label = port.name === undefined ? "" : `${port.name}=`;
  const number = first === 0 ? "any port" : String(first);
  const places =
    port.hosts === "every"
      ? `${number} on every address`
      : port.hosts.map((host) => formatHostPort(host, first ?? 0)).join(" and ");
  return `${label}${port.protocol} ${places}${more.length > 0 ? `, or the first free one up to ${more.at(-1)}` : ""}`;
}

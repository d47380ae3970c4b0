import { browsersRefuse } from "../core/browser-ports.ts";
import { formatEndpoint } from "../core/endpoint.ts";
import { fail } from "../core/error.ts";
import type { Hold, Os } from "../core/os.ts";
import { type PortHeldError, summarizeHolders } from "../core/port-held-error.ts";
import type { PortRequest } from "../core/port-request.ts";
import type { HeldPort } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { Clearing } from "./clearing.ts";
import type { ReserveContext } from "./context.ts";
import { Inheritance, MaybeOurs } from "./inheritance.ts";
import { explainHeld, StillHeld } from "./still-held.ts";

const WAIT_STEP_MS = 50;
/** A port without a visible holder may be in the hands of another portguard for a moment: look again this often. */
const UNSEEN_RETRIES = 5;
const LAST_PORT = 65_535;
/** Who was stopped has let go of the port by then, whatever the machine has to do. */
const AFTER_CLEARING_MS = 2000;

/** A port that is ours, and what it was asked as. */
export interface HeldRequest {
  readonly request: PortRequest;
  readonly hold: Hold;
}

/** What is held, as it is told. */
export function describeHeld(held: readonly HeldRequest[]): HeldPort[] {
  return held.map(({ request: { name }, hold }) => ({
    ...(name !== undefined && { name }),
    port: hold.port,
    members: hold.members,
  }));
}

interface AcquireContext extends Pick<ReserveContext, "os" | "emit" | "clear"> {
  /** Ends the waiting early: what the request waited for is not wanted any more. */
  readonly cancelled: () => boolean;
}

/**
 * Holds every port of the request, or none. Throws PORT_HELD, PORT_DENIED, NOT_LOCAL; answers nothing when it was
 * cancelled while waiting.
 */
export async function acquirePorts(
  request: ReserveRequest,
  context: AcquireContext,
): Promise<HeldRequest[] | undefined> {
  const { os, emit, cancelled } = context;
  const clearing = new Clearing(request, context);
  using inheritance = new Inheritance(os);
  let deadline = performance.now() + request.waitMs;
  let told = false;
  for (let attempt = 1; ; attempt++) {
    try {
      const held = tellMoved(holdAll(request, os, inheritance), request, context);
      await inheritance.settle(emit);
      return held;
    } catch (error) {
      if (error instanceof MaybeOurs) {
        await inheritance.take(error);
        continue;
      }
      if (!(error instanceof StillHeld)) throw error;
      if (await clearing.tryFor(error)) {
        deadline = Math.max(deadline, performance.now() + AFTER_CLEARING_MS);
        continue;
      }
      const isLast = performance.now() >= deadline;
      // Who holds it takes a look at every process: in the long run of waiting nobody asks.
      const held: PortHeldError | undefined = isLast || !told ? explainHeld(error, request, os) : undefined;
      const unseen: boolean = held?.holders.length === 0 && attempt <= UNSEEN_RETRIES;
      if (isLast && held && !unseen) throw held;
      if (held && !unseen && !told)
        emit({ kind: "waiting", port: held.port, holders: held.holders, forMs: request.waitMs });
      told ||= held !== undefined && !unseen;
    }
    await Bun.sleep(WAIT_STEP_MS);
    if (cancelled()) return undefined;
  }
}

/** A hold, and the first port that was tried for it and could not be had. */
interface Acquired extends HeldRequest {
  readonly instead: StillHeld | undefined;
}

/** Fixed ports first: a range or any port gives way to them. */
function holdAll(request: ReserveRequest, os: Os, inheritance: Inheritance): Acquired[] {
  const held = new Map<PortRequest, Acquired>();
  try {
    for (const port of [...request.ports.filter(isFixed), ...request.ports.filter((each) => !isFixed(each))]) {
      held.set(port, holdOne(port, request, os, inheritance));
    }
    return request.ports.map((port) => held.get(port)!);
  } catch (error) {
    for (const { hold } of held.values()) if (inheritance.get(hold.port) !== hold) hold.release();
    throw error;
  }
}

function isFixed({ ports }: PortRequest): boolean {
  return ports.kind === "one";
}

function holdOne(port: PortRequest, request: ReserveRequest, os: Os, inheritance: Inheritance): Acquired {
  let instead: StillHeld | undefined;
  for (const candidate of listCandidates(port, request)) {
    const inherited = port.protocol === "tcp" ? inheritance.get(candidate) : undefined;
    if (inherited) return { request: port, hold: inherited, instead };
    const outcome = os.hold({ protocol: port.protocol, port: candidate, hosts: port.hosts });
    if (outcome.kind === "held") return { request: port, hold: outcome.hold, instead };
    if (outcome.kind === "denied") fail("PORT_DENIED", outcome.refusal.what, outcome.refusal.hint);
    if (outcome.kind === "not-local") {
      const at = formatEndpoint(outcome.at);
      fail("NOT_LOCAL", `${at} is not an address of this machine`, "`--host 0.0.0.0` stands for all of its own");
    }
    inheritance.claim(port, candidate);
    instead ??= new StillHeld(port, candidate, outcome);
  }
  throw instead ?? new Error("a port request without a port");
}

function tellMoved(
  acquired: readonly Acquired[],
  request: ReserveRequest,
  { os, emit }: AcquireContext,
): HeldRequest[] {
  for (const { instead, hold, request: asked } of acquired) {
    // Of a list of equals none was promised.
    if (!instead || asked.ports.kind === "first-of") continue;
    const { holders } = explainHeld(instead, request, os);
    const because = `${instead.port} is held ${summarizeHolders(holders)}`;
    emit({ kind: "moved", from: instead.port, to: hold.port, because });
  }
  return [...acquired];
}

/** The ports to try, in order. Ports that the same request names elsewhere are left to those. */
export function listCandidates(port: PortRequest, { ports, auto }: Pick<ReserveRequest, "ports" | "auto">): number[] {
  const named = new Set(ports.flatMap((each) => (each.ports.kind === "one" ? [each.ports.port] : [])));
  switch (port.ports.kind) {
    case "any":
      return [0];
    case "range":
      return numbersFrom(port.ports.from, port.ports.to).filter((each) => !named.has(each));
    case "first-of":
      return [...port.ports.among];
    case "one": {
      const { port: asked } = port.ports;
      const next = numbersFrom(asked + 1, LAST_PORT).filter((each) => !browsersRefuse(each) && !named.has(each));
      return [asked, ...next.slice(0, auto)];
    }
  }
}

function numbersFrom(from: number, to: number): number[] {
  return Array.from({ length: Math.max(to - from + 1, 0) }, (_, index) => from + index);
}

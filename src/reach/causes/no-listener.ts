import { ANY6, formatHostPort, isAny, LOOPBACK4, LOOPBACK6 } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Evidence, Remedy } from "../../core/finding.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeListening, describeOwner, describePlace } from "../words/describe.ts";
import { showBound, showListener, showTries } from "../words/evidence.ts";
import type { Facts, Listener } from "../facts.ts";
import { listenElsewhere } from "../remedies/listen-elsewhere.ts";
import { startServer, useOtherPort, waitForServer } from "../remedies/start-server.ts";
import { hostText, reachInstead, retarget } from "../words/target-text.ts";
import { listSentOn } from "../reading/sent-on.ts";
import { findMeantTries, findServing, findServingAt, type Try } from "../reading/tries.ts";

/** Ports this near are likely to be a server that found its own port taken, or a slip of the finger. */
const NEAR = 10;
const MOST_NEIGHBOURS = 3;

export const noListener: Cause = {
  code: "NO_LISTENER",
  stage: "socket",
  summary: "nobody listens on the port, or not on this address of it",
  explain: [
    "No process has a listening socket for this address and port, so the system refuses the connection. The server was not",
    "started, has ended, is still starting, or took another port.",
    "Start it; `portguard reserve PORT -- COMMAND` keeps the port for it and says when it serves.",
  ],
  symptoms: ["refused"],
  needs: ["neighbours"],
  dependsOn: [
    "PUBLISHED_ON_LOOPBACK",
    "LOOPBACK_ONLY",
    "IPV6_LOOPBACK_ONLY",
    "IPV6_ONLY_SOCKET",
    "NAME_HAS_IPV6",
    "LOCALHOST_IPV6_FIRST",
    "OTHER_NAMESPACE",
    "OTHER_PROTOCOL",
    "UNIX_SOCKET_ONLY",
    "PORTPROXY_STOPPED",
    "EXCLUDED_PORT_RANGE",
    "REDIRECT_FROM_OUTSIDE_ONLY",
  ],
  judge(facts) {
    // What our own connections met says nothing of what others send, which ends on another port, or in a container.
    if (!facts.isLocal || listSentOn(facts).length > 0) return undefined;
    const tries = findMeantTries(facts);
    const refused = tries.find(({ met }) => met === "refused");
    if (!refused || tries.some(({ met }) => met === "answer")) return undefined;
    // Somebody does listen there: then a rule refuses in its place, or it is gone by now.
    if (tries.some(({ to }) => findServingAt(facts, to).length > 0)) return undefined;
    const serving = findServing(facts);
    const [other] = serving;
    const bound = facts.listeners.find(({ row }) => row.state === "bound");
    const near = serving.length > 0 ? [] : findNear(facts, bound);
    return {
      severity: "blocks",
      title: tellNobody(facts, refused, serving, bound),
      evidence: [
        ...showTries(tries, "refused"),
        ...(serving.length > 0 ? serving.slice(0, MOST_NEIGHBOURS).map(showListener) : [showNothing(facts)]),
        ...(bound ? [showBound(bound)] : []),
        ...near.map(showListener),
      ],
      remedies: other ? useItsAddress(facts, other, refused) : findRemedies(facts, bound, near),
    };
  },
};

function tellNobody(
  { request: { target } }: Facts,
  refused: Try,
  serving: readonly Listener[],
  bound?: Listener,
): string {
  const [other] = serving;
  if (other) return `nobody listens on ${formatEndpoint(refused.to)}: ${describeListening(other)}`;
  const port = `${target.protocol === "udp" ? "UDP " : ""}port ${target.port}`;
  return bound
    ? `${describeOwner(bound)} has ${describePlace(bound.row)} and does not listen yet`
    : `nobody listens on ${port}`;
}

function showNothing({ request: { target } }: Facts): Evidence {
  const { protocol, port } = target;
  return { what: `no ${protocol.toUpperCase()} socket serves on port ${port}`, source: "socket table" };
}

function isNear({ row: { at } }: Listener, port: number): boolean {
  return at.port >= 1024 && Math.abs(at.port - port) <= NEAR;
}

/** Listeners on ports nearby, then those of the process or folder that is meant. */
function findNear({ more, cwd, request: { target } }: Facts, bound: Listener | undefined): readonly Listener[] {
  const all = target.protocol === "tcp" ? (valueOf(more.neighbours) ?? []) : [];
  const pids = new Set(bound?.owners.map(({ process }) => process.pid));
  const folder = cwd === "/" ? undefined : cwd;
  const isMeant = ({ owners }: Listener) =>
    owners.some(({ process }) => pids.has(process.pid) || (folder !== undefined && process.cwd === folder));
  const rank = (each: Listener) => Number(isNear(each, target.port)) * 2 + Number(isMeant(each));
  const byDistance = all
    .filter((each) => rank(each) > 0)
    .toSorted(
      (a, b) => rank(b) - rank(a) || Math.abs(a.row.at.port - target.port) - Math.abs(b.row.at.port - target.port),
    );
  // One server often has the same port on several addresses.
  const isFirst = (each: Listener, index: number) =>
    byDistance.findIndex(({ row }) => row.at.port === each.row.at.port) === index;
  return byDistance.filter(isFirst).slice(0, MOST_NEIGHBOURS);
}

/** Somebody has the port on another address. */
function useItsAddress(facts: Facts, other: Listener, { to }: Try): readonly Remedy[] {
  const { address, port } = other.row.at;
  const own = isAny(address) ? (address.family === 4 ? LOOPBACK4 : LOOPBACK6) : address;
  const it = retarget(facts.request.target, { host: hostText({ kind: "address", address: own }) });
  return [
    reachInstead(`use ${formatHostPort(own, port)}, where it listens`, it),
    listenElsewhere(facts, other, { address: to.address.family === 6 && isAny(address) ? ANY6 : to.address }),
  ];
}

function findRemedies(facts: Facts, bound: Listener | undefined, near: readonly Listener[]): readonly Remedy[] {
  const [neighbour] = near;
  const other = neighbour ? [useOtherPort(facts, neighbour)] : [];
  if (bound) return [waitForServer(facts, bound), ...other];
  // A server that only has the same folder may be quite another one.
  const isLikely = neighbour !== undefined && isNear(neighbour, facts.request.target.port);
  return isLikely ? [...other, startServer(facts)] : [startServer(facts), ...other];
}

import { type Address, addressBytes, ANY4, isAny, isLoopback } from "../../core/address.ts";
import type { Remedy } from "../../core/finding.ts";
import { valueOf } from "../../core/seen.ts";
import type { Namespace } from "../reading/behind-forwarder.ts";
import type { Cause } from "../cause.ts";
import { describeOwner } from "../words/describe.ts";
import { describeInner, describeNamespace, showInner } from "../words/describe-namespace.ts";
import { showTries } from "../words/evidence.ts";
import type { Facts, Listener } from "../facts.ts";
import { recognizeServer } from "../recognize/server.ts";
import { listenElsewhereAs } from "../remedies/listen-elsewhere.ts";
import { publishPort, reachDirectly } from "../remedies/publish.ts";
import { useOtherPort } from "../remedies/start-server.ts";
import { listSentOn } from "../reading/sent-on.ts";
import { findMeantTries, findServing } from "../reading/tries.ts";

export const otherNamespace: Cause = {
  code: "OTHER_NAMESPACE",
  stage: "socket",
  summary: "the server listens in a container or another network namespace, and its port is not published",
  explain: [
    "A container has a network of its own: its port 8000 is not this machine's port 8000 unless it is published",
    "(`-p 8000:8000`), and this machine refuses the connection, since nobody listens here.",
    "Publish the port; from this machine the container's own address works, too.",
  ],
  symptoms: ["refused"],
  needs: ["namespaces", "neighbours"],
  dependsOn: ["REDIRECT_FROM_OUTSIDE_ONLY"],
  judge(facts) {
    if (!facts.isLocal || findServing(facts).length > 0 || listSentOn(facts).length > 0) return undefined;
    const tries = findMeantTries(facts);
    if (tries.length === 0 || !tries.every(({ met }) => met === "refused")) return undefined;
    const places = findPlaces(facts);
    const [place] = places;
    if (!place) return undefined;
    const { namespace, inner } = place;
    const { port } = facts.request.target;
    const ways = findRemedies(facts, place);
    const published = findPublished(facts, namespace);
    const elsewhere = published ? `; its port is published as ${published.row.at.port}` : "";
    return {
      severity: "blocks",
      title: `nobody listens on port ${port} of this machine; ${describeInner(inner)} does in ${describeNamespace(namespace)}${elsewhere}`,
      evidence: [
        ...places.slice(0, 3).map((each) => showInner(each.namespace, each.inner)),
        ...(published ? [{ what: `${describeOwner(published)} hands on to it`, source: "its command line" }] : []),
        ...showTries(tries, "refused"),
      ],
      remedies: published ? [useOtherPort(facts, published), ...ways] : ways.length > 0 ? ways : [enter(facts, place)],
    };
  },
};

interface Place {
  readonly namespace: Namespace;
  readonly inner: Namespace["listeners"][number];
}

function findPlaces({ more, request: { target } }: Facts): readonly Place[] {
  return (valueOf(more.namespaces) ?? []).flatMap((namespace) => {
    const inner = namespace.listeners.find(
      ({ row: { at } }) => at.port === target.port && at.protocol === target.protocol,
    );
    return inner ? [{ namespace, inner }] : [];
  });
}

/** A listener of this machine on another port that hands on to this one. */
function findPublished({ more, request: { target } }: Facts, { addresses }: Namespace): Listener | undefined {
  return valueOf(more.neighbours)?.find(({ owners }) =>
    owners.some(
      ({ forwarder }) =>
        forwarder?.to?.port === target.port && addresses.some(({ text }) => text === forwarder.to?.host),
    ),
  );
}

function findRemedies(facts: Facts, { namespace, inner }: Place): readonly Remedy[] {
  const { port } = facts.request.target;
  const { address } = inner.row.at;
  const publish = namespace.container ? [publishPort(namespace.container, { port, inner: port })] : [];
  if (isLoopback(address)) return [...publish, ...openInner(inner, port)];
  const own = isAny(address) ? namespace.addresses : [address];
  const near = own.find((each) => each.family === 4 && isOnOwnSubnet(each, facts));
  return [...publish, ...(near ? [reachDirectly(near, port)] : [])];
}

/** A namespace that nothing leads to: what is in there is asked from in there. */
function enter({ request: { target } }: Facts, { namespace: { leader } }: Place): Remedy {
  const command = [
    "sudo",
    "nsenter",
    "--target",
    String(leader.pid),
    "--net",
    "portguard",
    "reach",
    String(target.port),
  ];
  const what = "ask for it from in there, or start the server out here";
  return { what, commands: [target.protocol === "udp" ? [...command, "--udp"] : command], risk: "none" };
}

function openInner({ process }: Place["inner"], port: number): readonly Remedy[] {
  if (!process) return [];
  const owner = { process, server: recognizeServer(process) };
  const remedy = listenElsewhereAs(owner, { address: ANY4, port });
  return [{ ...remedy, what: `in there, ${remedy.what}` }];
}

/** Whether an interface of ours is on the same network, as the bridge of a container is. */
function isOnOwnSubnet(address: Address, { interfaces }: Facts): boolean {
  return interfaces.some(({ loopback, addresses }) =>
    addresses.some(({ address: own, prefix }) => {
      return !loopback && own.family === address.family && bits(own).startsWith(bits(address).slice(0, prefix));
    }),
  );
}

function bits(address: Address): string {
  return [...addressBytes(address)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
}

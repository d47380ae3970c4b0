import { type Address, ANY6, isLoopback, LOOPBACK6 } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import { describeListening, mainOwner } from "../words/describe.ts";
import { showListener, showTries } from "../words/evidence.ts";
import type { Facts, Listener } from "../facts.ts";
import { listenElsewhere } from "../remedies/listen-elsewhere.ts";
import { findMeantTries, findServing, type Try } from "../reading/tries.ts";

export const nameHasIpv6: Cause = {
  code: "NAME_HAS_IPV6",
  stage: "socket",
  summary: "the name has IPv6 addresses, and the server listens on IPv4 only",
  explain: [
    "A name with AAAA records (or an IPv6 line in the hosts file) sends clients to IPv6, most of them first. A server that",
    "listens on IPv4 only refuses them there; clients that do not try the next address fail.",
    "Let the server listen on `::` too, or take the IPv6 address from the name.",
  ],
  symptoms: ["refused"],
  needs: [],
  dependsOn: ["LOCALHOST_IPV6_FIRST"],
  judge(facts) {
    const { host } = facts.request.target;
    if (host.kind !== "name") return undefined;
    const tries = findMeantTries(facts);
    const refused = tries.find(({ to, met }) => to.address.family === 6 && met === "refused");
    if (!refused || !servesIPv4Only(facts, tries)) return undefined;
    const got = tries.find(({ met }) => met === "answer");
    const [listener] = findServing(facts);
    const who = listener ? `${describeListening(listener)}, IPv4 only` : `IPv4 answers`;
    const stands = `${host.name} is ${refused.to.address.text}${got ? ", too" : ""}`;
    return {
      severity: got ? "warning" : "blocks",
      title: `${who}, and ${stands}: ${formatEndpoint(refused.to)} is refused`,
      evidence: [
        ...findServing(facts).map(showListener),
        ...showTries(tries, "refused"),
        ...(got ? [got.evidence] : []),
        ...showName(facts),
      ],
      remedies: [
        ...(listener ? [listenToo(facts, listener, isLoopback(refused.to.address) ? LOOPBACK6 : ANY6)] : []),
        {
          what: `take ${refused.to.address.text} from ${host.name} (its AAAA record, or its line in the hosts file)`,
          commands: [],
          risk: "none",
        },
      ],
    };
  },
};

/** redis takes a list of addresses: those that it has must stay in it. */
function listenToo(facts: Facts, listener: Listener, address: Address): Remedy {
  const elsewhere = listenElsewhere(facts, listener, { address });
  if (mainOwner(listener.owners)?.server !== "redis") return elsewhere;
  const own = findServing(facts).map(({ row }) => row.at.address.text);
  const all = [...new Set([...own, address.text])].join(" ");
  const what = `let redis listen on ${address.text} too: \`bind ${all}\` in redis.conf, then restart it`;
  return { what, commands: [], risk: elsewhere.risk };
}

/** Of this machine the sockets tell; of another one, that IPv4 answers where IPv6 is refused. */
function servesIPv4Only(facts: Facts, tries: readonly Try[]): boolean {
  const got = tries.some(({ met }) => met === "answer");
  if (tries.some(({ to, met }) => to.address.family === 6 && met !== "refused")) return false;
  const has4 = tries.some(({ to }) => to.address.family === 4);
  if (has4 && !got) return false;
  if (!facts.isLocal) return got;
  const serving = findServing(facts);
  return serving.length > 0 && serving.every(({ row }) => row.at.address.family === 4);
}

function showName({ name }: Facts) {
  if (name?.kind !== "addresses") return [];
  const { addresses, hostsLines } = name;
  return [
    { what: `${name.name} is ${addresses.map(({ text }) => text).join(", ")}`, source: "resolver" },
    ...hostsLines.map((line) => ({ what: line, source: "hosts file" })),
  ];
}

import { ANY4, ANY6 } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Evidence, Remedy } from "../../core/finding.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeListening, mainOwner } from "../words/describe.ts";
import { showListener, showStart, showTries } from "../words/evidence.ts";
import { listenElsewhere } from "../remedies/listen-elsewhere.ts";
import { findMeantTries, findRefusedIPv4, findServing } from "../reading/tries.ts";

export const ipv6OnlySocket: Cause = {
  code: "IPV6_ONLY_SOCKET",
  stage: "socket",
  summary: "the server listens on `::` for IPv6 only, and IPv4 is refused",
  explain: [
    "A socket on `::` takes IPv4 too, unless it is marked IPV6_V6ONLY: by the program itself (asyncio does so), or because",
    "net.ipv6.bindv6only is 1. Then clients that come by IPv4 are refused.",
    "Have the server listen on 0.0.0.0 as well, or without IPV6_V6ONLY.",
  ],
  symptoms: ["refused"],
  needs: ["kernel"],
  dependsOn: [],
  judge(facts) {
    const serving = findServing(facts);
    if (serving.some(({ row }) => row.at.address.family === 4 || row.at.dual)) return undefined;
    const listener = serving.find(({ row }) => row.at.address.text === "::");
    const found = listener && findRefusedIPv4(facts);
    if (!found) return undefined;
    const owner = mainOwner(listener.owners);
    const isDefault = valueOf(facts.more.kernel)?.bindV6Only === true;
    const isUvicorn = owner?.server === "uvicorn";
    const elsewhere = listenElsewhere(facts, listener, { address: isUvicorn ? ANY6 : ANY4 });
    return {
      severity: found.severity,
      title: `${describeListening(listener)} for IPv6 only: ${formatEndpoint(found.refused.to)} is refused`,
      evidence: [
        ...serving.map(showListener),
        ...(isDefault ? [SYSCTL] : []),
        ...showTries(findMeantTries(facts), "refused"),
        ...(owner ? showStart(owner) : []),
      ],
      remedies: [
        ...(isDefault ? [TAKE_BOTH] : isUvicorn ? [] : [MAKE_DUAL]),
        // uvicorn alone is known to have a way to ask for both families.
        isUvicorn ? { ...elsewhere, risk: "restart" } : loseIPv6(elsewhere),
      ],
    };
  },
};

const SYSCTL: Evidence = {
  what: "net.ipv6.bindv6only is 1: every socket on `::` is for IPv6 only unless its program says otherwise",
  source: "sysctl",
};

const MAKE_DUAL: Remedy = {
  what: "have it switch IPV6_V6ONLY off for its socket on `::`, which takes IPv4 too then (Node: `ipv6Only: false`)",
  commands: [],
  risk: "restart",
};

/** Other machines get in already, by IPv6. */
function loseIPv6(remedy: Remedy): Remedy {
  const what = remedy.what.replace("every address", "every IPv4 address (IPv6 is refused then)");
  return { ...remedy, what, risk: "restart" };
}

const TAKE_BOTH: Remedy = {
  what: "let sockets on `::` take IPv4 too, then restart the server",
  commands: [["sudo", "sysctl", "-w", "net.ipv6.bindv6only=0"]],
  risk: "exposes",
  undo: "`sudo sysctl -w net.ipv6.bindv6only=1`",
};

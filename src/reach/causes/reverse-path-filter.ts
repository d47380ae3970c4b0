import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeSilence, findDropped, severityFor } from "../reading/failures.ts";
import type { Facts } from "../facts.ts";
import { routeTo, showRoute } from "../reading/ways.ts";

const STRICT = 1;

export const reversePathFilter: Cause = {
  code: "REVERSE_PATH_FILTER",
  stage: "route",
  summary: "answers come in by another interface than they would be sent to, and the kernel drops them (rp_filter)",
  explain: [
    "With a strict reverse path filter (rp_filter=1) Linux drops every IPv4 packet whose sender would be answered by another",
    "interface than the packet came in by. With two uplinks, a VPN or a second network card, answers get lost without a word.",
    "Make the routes of both ways agree, or make the filter loose (rp_filter=2).",
  ],
  symptoms: ["timeout"],
  needs: ["moved", "kernel", "routes"],
  dependsOn: [],
  judge(facts) {
    const count = valueOf(facts.more.moved)?.get("IPReversePathFilter") ?? 0;
    const [dropped] = findDropped(facts).filter(({ each }) => each.to.address.family === 4);
    if (count <= 0 || !dropped) return undefined;
    const route = routeTo(facts, dropped.each.to.address);
    const strict = findStrict(facts).filter((name) => name !== route?.interface);
    if (strict.length === 0) return undefined;
    const packets = count === 1 ? "a packet" : `${count} packets`;
    const by = route?.interface === undefined ? "" : `, not by ${route.interface}`;
    return {
      severity: severityFor(facts),
      title: `the reverse path filter dropped ${packets} while ${formatEndpoint(dropped.each.to)} was tried: its answers come in by ${strict.join(" or ")}${by}`,
      evidence: [
        { what: `IPReversePathFilter went up by ${count} while it was tried`, source: "/proc/net/netstat" },
        { what: `rp_filter is 1 (strict) on ${strict.join(", ")}`, source: "sysctl" },
        ...(route ? [showRoute(route)] : []),
        { what: describeSilence(dropped), source: "connect" },
      ],
      remedies: [makeLoose(strict), SAME_WAY],
    };
  },
};

/** Interfaces that are up, others than the loopback, and filter strictly. */
function findStrict({ interfaces, more }: Facts): readonly string[] {
  const filters = valueOf(more.kernel)?.reversePathFilter;
  return interfaces
    .filter(({ name, up, loopback }) => up && !loopback && filters?.get(name) === STRICT)
    .map(({ name }) => name);
}

/** The larger of `all` and the interface's own value counts. */
function makeLoose(names: readonly string[]): Remedy {
  const settings = names.map((name) => `net.ipv4.conf.${name}.rp_filter`);
  return {
    what: `make the filter loose on ${names.join(", ")}: any interface that leads to the sender will do`,
    commands: [["sudo", "sysctl", "-w", ...settings.map((setting) => `${setting}=2`)]],
    risk: "weakens",
    undo: `\`sudo sysctl -w ${settings.map((setting) => `${setting}=1`).join(" ")}\``,
  };
}

const SAME_WAY: Remedy = {
  what: "have both ways use the same interface: a route to the other side by the interface that its answers come in by",
  commands: [],
  risk: "none",
};

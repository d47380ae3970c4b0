import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import { findFailed, severityFor } from "../reading/failures.ts";
import { spaceOf } from "../reading/address-space.ts";
import { neighbourAt, routeTo, showRoute } from "../reading/ways.ts";

const FIRST_VERSION = 15;

export const macosLocalNetwork: Cause = {
  code: "MACOS_LOCAL_NETWORK",
  stage: "client",
  summary: "macOS keeps this program from the local network (Privacy & Security, Local Network)",
  explain: [
    "Since macOS 15 a program needs the user's consent to reach the local network. Without it connect() fails with",
    "EHOSTUNREACH, `no route to host`, while the route is fine and Terminal gets there: Terminal and root are exempt.",
    "Allow the program (often the terminal or editor that started it) under Privacy & Security, Local Network.",
  ],
  symptoms: ["unreachable"],
  needs: ["routes", "neighbourStates"],
  dependsOn: [],
  judge(facts) {
    const version = facts.machine.macos?.version ?? 0;
    if (facts.isLocal || version < FIRST_VERSION) return undefined;
    const found = findFailed(facts, "host-unreachable").flatMap((failed) => {
      const { address } = failed.each.to;
      const route = routeTo(facts, address);
      const isNear = route?.kind === "unicast" && route.gateway === undefined && spaceOf(address) === "local";
      const state = neighbourAt(facts, address);
      return isNear && (state === "reachable" || state === "stale") ? [{ ...failed, route, state }] : [];
    })[0];
    if (!found) return undefined;
    const { each, route, state, shown } = found;
    return {
      severity: severityFor(facts),
      title: `${formatEndpoint(each.to)} is on this network and answers ARP, yet connect() says ${shown}: macOS ${version} keeps this program from the local network`,
      evidence: [
        each.evidence,
        showRoute(route),
        { what: `${each.to.address.text} is ${state}`, source: "neighbour table" },
      ],
      remedies: [
        {
          what: "allow the program that starts this one (terminal, editor) under Privacy & Security, Local Network; the same command in Terminal tells whether that is it",
          commands: [["open", "x-apple.systempreferences:com.apple.preference.security?Privacy_LocalNetwork"]],
          risk: "none",
        },
      ],
    };
  },
};

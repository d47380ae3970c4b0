import { isLoopback } from "../../core/address.ts";
import type { Evidence, Remedy } from "../../core/finding.ts";
import type { Cause, Judged } from "../cause.ts";
import { describeListening } from "../words/describe.ts";
import { describeVantage } from "../words/describe-vantage.ts";
import { showListener } from "../words/evidence.ts";
import type { Facts } from "../facts.ts";
import { allowInHyperV, forwardToWsl, MIRROR_NETWORK } from "../remedies/windows.ts";
import { findServing } from "../reading/tries.ts";
import { wantsOutside } from "../reading/wants.ts";

export const wslNat: Cause = {
  code: "WSL_NAT",
  stage: "route",
  summary: "the server runs in the Windows Subsystem for Linux, whose network stands behind Windows",
  explain: [
    "WSL 2 is a virtual machine behind Windows' NAT: Windows hands its own localhost on to it, and other machines don't get",
    "there. In mirrored mode they do, once the Hyper-V firewall lets them in.",
    "Forward the port on Windows (netsh portproxy), or mirror the network (.wslconfig) and allow the port.",
  ],
  symptoms: ["connected", "refused"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    if (!wantsOutside(facts)) return undefined;
    return facts.system === "windows" ? judgeWindows(facts) : judgeInside(facts);
  },
};

/** We are in there: what Windows forwards can't be seen. */
function judgeInside(facts: Facts): Judged | undefined {
  const { wsl } = facts.machine;
  const { from, target } = facts.request;
  if (wsl?.version !== 2 || from.kind === "here" || from.kind === "container") return undefined;
  const outside = findServing(facts).filter(({ row }) => !isLoopback(row.at.address));
  if (outside.length === 0) return undefined;
  const own = facts.candidates.find(({ address }) => address.family === 4 && !isLoopback(address))?.address.text;
  const who = describeVantage(from);
  const evidence: Evidence = { what: `WSL 2, its network is ${wsl.networking}`, source: "kernel and interfaces" };
  switch (wsl.networking) {
    case "unknown":
      return undefined;
    case "mirrored":
      return {
        severity: "warning",
        title: `WSL mirrors Windows' network: the Hyper-V firewall must let ${who} in to port ${target.port}, and mostly does not`,
        evidence: [evidence],
        remedies: [allowInHyperV(target.port)],
      };
    case "nat":
      return {
        severity: "warning",
        title: `WSL is behind Windows' NAT: ${who} gets to ${own ?? "this machine"} port ${target.port} only where Windows forwards it`,
        evidence: [evidence],
        remedies: [forwardToWsl(target.port, own), MIRROR_NETWORK],
      };
  }
}

/** We are on Windows: its relay to WSL listens on localhost only. */
function judgeWindows(facts: Facts): Judged | undefined {
  const serving = findServing(facts);
  const relay = serving.find(({ owners }) => owners.some(({ forwarder }) => forwarder?.by === "wslrelay"));
  if (!relay || !serving.every(({ row }) => isLoopback(row.at.address))) return undefined;
  const { port } = facts.request.target;
  const remedies: readonly Remedy[] = [forwardToWsl(port, undefined), MIRROR_NETWORK];
  return {
    severity: "blocks",
    title: `the server is in WSL, and ${describeListening(relay)} only: no other machine gets there`,
    evidence: serving.map(showListener),
    remedies,
  };
}

import type { Remedy } from "../../core/finding.ts";

/** The id by which Windows knows WSL's machines: Microsoft Learn, "Hyper-V firewall". */
const WSL_CREATOR = "{40E0AC32-46A5-438A-A0B2-2B479E8F2E90}";

/** Lets a port in to WSL in its mirrored mode. */
export function allowInHyperV(port: number): Remedy {
  const name = `portguard-${port}`;
  const rule = `New-NetFirewallHyperVRule -Name ${name} -DisplayName ${name} -Direction Inbound -VMCreatorId '${WSL_CREATOR}' -Protocol TCP -LocalPorts ${port}`;
  return {
    what: "on Windows, as administrator, let the port in to WSL",
    commands: [["powershell.exe", "-Command", rule]],
    risk: "exposes",
    undo: `\`Remove-NetFirewallHyperVRule -Name ${name}\``,
  };
}

/** Has Windows hand its port on to WSL. `own`: WSL's address, which changes with each of its starts. */
export function forwardToWsl(port: number, own: string | undefined): Remedy {
  const place = ["listenaddress=0.0.0.0", `listenport=${port}`];
  const add = ["netsh.exe", "interface", "portproxy", "add", "v4tov4", ...place, `connectport=${port}`];
  const where =
    own === undefined
      ? "to the address that `wsl hostname -I` shows"
      : `to ${own}, which changes when WSL starts again`;
  return {
    what: `on Windows, as administrator, forward port ${port} ${where}`,
    commands: own === undefined ? [] : [[...add, `connectaddress=${own}`]],
    risk: "exposes",
    undo: `\`netsh interface portproxy delete v4tov4 ${place.join(" ")}\``,
  };
}

export const MIRROR_NETWORK: Remedy = {
  what: "give WSL Windows' own network: `networkingMode=mirrored` under [wsl2] in %UserProfile%\\.wslconfig, then `wsl --shutdown`",
  commands: [],
  risk: "exposes",
  undo: "take the line out again",
};

export const START_IPHLPSVC: Remedy = {
  what: "as administrator, start the service that forwards (IP Helper)",
  commands: [
    ["sc.exe", "config", "iphlpsvc", "start=", "auto"],
    ["net", "start", "iphlpsvc"],
  ],
  risk: "exposes",
  undo: "`net stop iphlpsvc`",
};

import type { Address } from "../../core/address.ts";
import type { Remedy } from "../../core/finding.ts";
import type { Route } from "../../core/network.ts";
import type { Facts } from "../facts.ts";

/** Shows the routes, so that the missing one can be told: which gateway leads there is not known here. */
export function lookAtRoutes({ system }: Pick<Facts, "system">, to: Address): readonly Remedy[] {
  return [
    {
      what: `see which interface or VPN leads to ${to.text}, and bring it up or add its route`,
      commands: [commandFor(system, to)],
      risk: "none",
    },
  ];
}

function commandFor(system: Facts["system"], { family, text }: Address): readonly string[] {
  switch (system) {
    case "linux":
      return family === 6 ? ["ip", "-6", "route", "show", "table", "all"] : ["ip", "route", "show", "table", "all"];
    case "macos":
      return ["route", "-n", "get", ...(family === 6 ? ["-inet6"] : []), text];
    case "windows":
      return ["route", "print", family === 6 ? "-6" : "-4"];
  }
}

/** Takes away a route of this machine that refuses, as `ip` shows it. */
export function deleteRoute(
  { system }: Pick<Facts, "system">,
  { text }: Route,
  { family }: Address,
): readonly Remedy[] {
  if (system !== "linux") return [];
  const ip = family === 6 ? ["ip", "-6", "route"] : ["ip", "route"];
  const words = text.split(" ").filter((word) => word !== "");
  return [
    {
      what: `take the route away, where nobody wants it (a VPN or a container network may have set it)`,
      commands: [["sudo", ...ip, "del", ...words]],
      risk: "weakens",
      undo: `\`sudo ${[...ip, "add", ...words].join(" ")}\``,
    },
  ];
}

/** Adds the way back to a network by a gateway that only the reader knows. */
export function addReturnRoute(network: string, device: string | undefined): Remedy {
  const example = `sudo ip route add ${network} via GATEWAY${device === undefined ? "" : ` dev ${device}`}`;
  return {
    what: `add the way back: \`${example}\`, where GATEWAY is the router to ${network}`,
    commands: [],
    risk: "none",
    undo: `\`sudo ip route del ${network}\``,
  };
}

import { describe, expect, test } from "bun:test";
import { connected, factsOf, listenerOf, ownerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const lan = requestOf("8000", { from: { kind: "lan" } });
const wsl = (networking: "nat" | "mirrored" | "unknown") => ({ wsl: { version: 2, networking } as const });

describe("WSL_NAT", () => {
  test("warns others of Windows' NAT, and says how Windows forwards", () => {
    const finding = onlyFinding(factsOf({ machine: wsl("nat"), request: lan }));
    expect(finding).toMatchObject({
      code: "WSL_NAT",
      severity: "warning",
      title: "WSL is behind Windows' NAT: this LAN gets to 192.168.1.20 port 8000 only where Windows forwards it",
    });
    expect(finding.remedies[0]?.commands[0]).toContain("connectaddress=192.168.1.20");
  });

  test("names the Hyper-V firewall in mirrored mode", () => {
    const finding = onlyFinding(factsOf({ machine: wsl("mirrored"), request: lan }));
    expect(finding.title).toContain("the Hyper-V firewall must let this LAN in to port 8000");
    expect(finding.remedies[0]?.commands[0]?.at(-1)).toContain("-LocalPorts 8000");
  });

  test("blocks on Windows, where the relay to WSL listens on localhost only", () => {
    const owner = ownerOf({
      server: "other",
      process: { name: "wslrelay.exe", command: [] },
      forwarder: { by: "wslrelay" },
    });
    const listeners = [listenerOf("127.0.0.1", { owners: [owner] })];
    const attempts = [connected("127.0.0.1"), refused("192.168.1.20")];
    const first = onlyFinding(factsOf({ system: "windows", request: lan, listeners, attempts }));
    expect(first).toMatchObject({ code: "WSL_NAT", severity: "blocks" });
    expect(first.title).toStartWith("the server is in WSL, and wslrelay");
  });

  test("is silent for this machine's own clients, in a mode that is not known, and outside of WSL", () => {
    expect(codesOf(factsOf({ machine: wsl("nat") }))).toEqual([]);
    expect(codesOf(factsOf({ machine: wsl("unknown"), request: lan }))).toEqual([]);
    expect(codesOf(factsOf({ request: lan }))).toEqual([]);
  });
});

import type { Ran, RunCommand } from "../../../src/firewall/run-command.ts";

/** What pfctl prints on a macOS whose VPN keeps others out, in an anchor of its own; by its arguments. */
const VPN: Readonly<Record<string, string>> = {
  "-s info": [
    "Status: Enabled for 3 days 02:11:40              Debug: Urgent",
    "",
    "State Table                          Total             Rate",
    "  current entries                       57               ",
    "",
  ].join("\n"),
  "-s rules": [
    'scrub-anchor "com.apple/*" all fragment reassemble',
    'anchor "com.apple/*" all',
    'anchor "com.vpn/*" all',
    "",
  ].join("\n"),
  "-s nat": ['nat-anchor "com.apple/*" all', 'rdr-anchor "com.apple/*" all', ""].join("\n"),
  "-v -s Anchors": ["  com.apple", "  com.apple/250.ApplicationFirewall", "  com.vpn", "  com.vpn/kill", ""].join("\n"),
  "-v -s Interfaces": ["lo0 (skip)", "\tCleared:     Thu Nov 26 09:00:00 2026", "en0", ""].join("\n"),
  "-a com.apple -s rules": ['anchor "200.AirDrop/*" all', 'anchor "250.ApplicationFirewall/*" all', ""].join("\n"),
  "-a com.vpn/kill -s rules": [
    "block drop in quick inet proto tcp from any to any port = 8000",
    "pass in quick on lo0 all flags S/SA keep state",
    "block drop in on ! lo0 inet6 all",
    "",
  ].join("\n"),
};

/** A pfctl that prints this, and nothing for what is not among it; `change` overrides it. */
export function pfctlOf(change: Readonly<Record<string, string>> = {}): RunCommand {
  return ({ argv: [, ...args] }): Promise<Ran> => {
    const stdout = { ...VPN, ...change }[args.join(" ")] ?? "";
    return Promise.resolve({ kind: "ended", code: 0, stdout, stderr: "No ALTQ support in kernel\n" });
  };
}

/** One that may not be asked. */
export const refusedPfctl: RunCommand = () =>
  Promise.resolve({ kind: "ended", code: 1, stdout: "", stderr: "pfctl: /dev/pf: Permission denied\n" });

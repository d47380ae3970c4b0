import { describe, expect, test } from "bun:test";
import type { ProcessInfo } from "../../../src/core/socket.ts";
import { parseWindowsRule } from "../../../src/firewall/windows/parse.ts";
import type { StoredRule, WindowsFirewall } from "../../../src/firewall/windows/model.ts";
import { readWindowsFirewall } from "../../../src/firewall/windows/registry.ts";
import { describeServers } from "../../../src/firewall/windows/servers.ts";

const NODE = String.raw`C:\Users\Ada\nvm\v22\node.exe`;
const LINK = String.raw`%ProgramFiles%\nodejs\node.exe`;

function firewallOf(...programs: readonly string[]): WindowsFirewall {
  const rules = programs.map((program, index): StoredRule => {
    const text = `v2.30|Action=Allow|Active=TRUE|Dir=In|App=${program}|`;
    return { id: `r${index}`, store: "local", text, rule: parseWindowsRule(text) };
  });
  return { ...readWindowsFirewall([]), rules };
}

/** A process below these, the nearest first, each started a second before the one that it started. */
function processBelow(...names: readonly string[]): {
  process: ProcessInfo;
  find: (pid: number) => ProcessInfo | undefined;
} {
  const all = ["node", ...names].map((name, index): ProcessInfo => ({
    pid: 100 + index,
    ppid: 101 + index,
    name,
    command: [],
    startedAt: 100_000 - 1000 * index,
    ...(index === 0 && { program: NODE }),
  }));
  return { process: all[0]!, find: (pid) => all.find((each) => each.pid === pid) };
}

function describeOne(
  process: ProcessInfo | undefined,
  find: (pid: number) => ProcessInfo | undefined,
  firewall = firewallOf(),
) {
  const paths = new Map([
    [NODE, NODE],
    [String.raw`C:\Program Files\nodejs\node.exe`, NODE.toLowerCase()],
    [String.raw`C:\Users\Ada\nvm\v22\NODE~1.EXE`, NODE],
    [String.raw`C:\old\node.exe`, String.raw`C:\old\node.exe`],
  ]);
  const environment = { ProgramFiles: String.raw`C:\Program Files` };
  return describeServers([process], firewall, { process: find, realPath: (path) => paths.get(path), environment })[0];
}

describe("who takes a connection, as the Windows firewall knows it", () => {
  test("is no service where it comes from the desktop; of all others that is not known", () => {
    const service = ({ process, find }: ReturnType<typeof processBelow>) => describeOne(process, find)?.service;
    expect(service(processBelow("cmd", "explorer"))).toEqual({ kind: "none" });
    expect(service(processBelow("nssm", "services"))).toBeUndefined();
    expect(service(processBelow("cmd"))).toBeUndefined();
    // a parent that is younger is somebody else with its number
    const { process, find } = processBelow("explorer");
    const younger = (pid: number) => ({ ...find(pid)!, startedAt: 200_000 });
    expect(describeOne(process, younger)?.service).toBeUndefined();
  });

  test("has the paths that rules spell otherwise, and not those of other files or names", () => {
    const { process, find } = processBelow("cmd");
    const short = String.raw`C:\Users\Ada\nvm\v22\NODE~1.EXE`;
    const firewall = firewallOf(LINK, short, String.raw`C:\old\node.exe`, NODE, String.raw`%NVM_HOME%\node.exe`);
    expect(describeOne(process, find, firewall)?.aliases).toEqual([
      String.raw`C:\Program Files\nodejs\node.exe`,
      short,
    ]);
  });

  test("is the kernel under the name that rules have for it, and anybody where it may not be seen", () => {
    const find = () => undefined;
    expect(describeOne({ pid: 4, name: "System", command: [] }, find)).toEqual({ program: "System", aliases: [] });
    expect(describeOne(undefined, find)).toEqual({});
    expect(describeOne({ pid: 7, command: [] }, find)).toEqual({});
    const look = { process: find, realPath: find, environment: {} };
    expect(describeServers([], firewallOf(), look)).toEqual([{}]);
  });
});

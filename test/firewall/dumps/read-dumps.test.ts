import { describe, expect, test } from "bun:test";
import { PortguardError } from "../../../src/core/error.ts";
import { readDumps } from "../../../src/firewall/dumps/read-dumps.ts";
import { saved } from "../ask.ts";

const REGISTRY = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules
    {A}    REG_SZ    v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8000|
`;

function kindOf(...texts: readonly string[]): string {
  return readDumps(texts.map((text, index) => ({ name: `dump ${index}`, text }))).kind;
}

/** What it fails with, and what is then to be done. */
function failureOf(...texts: readonly string[]): string {
  try {
    return kindOf(...texts);
  } catch (error) {
    if (error instanceof PortguardError) return `${error.code} ${error.what}; ${error.hint}`;
    throw error;
  }
}

describe("a dump is known by its content", () => {
  test.each([
    ["linux", saved("-A INPUT -j DROP")],
    ["linux", `{"nftables":[]}`],
    ["pf", "block in all\npass in quick on en0 proto tcp from any to any port 22\n"],
    ["windows", REGISTRY],
    [
      "windows",
      `\uFEFFWindows Registry Editor Version 5.00\n\n[${REGISTRY.split("\n")[0]}]\n"A"="v2.30|Action=Allow|Active=TRUE|Dir=In|"\n`,
    ],
  ])("as %s", (kind, text) => {
    expect(kindOf(text)).toBe(kind);
  });

  test.each([
    ["what nft shows to people", "table inet filter {\n\tchain input {\n\t}\n}\n", "nft -j list ruleset"],
    [
      "what `iptables -L` shows",
      "Chain INPUT (policy ACCEPT)\ntarget     prot opt source   destination\n",
      "iptables-save",
    ],
    ["no dump of rules", "hello\nworld\n", "iptables-save"],
    ["no dump of rules", "block the road\nand walk\n", "iptables-save"],
    ["no dump of rules", "\u0003\u0001\u0002\uFFFD".repeat(2000), "iptables-save"],
    ["has NUL bytes in it", "\u0000\u0001\u0002\uFFFD".repeat(2000), "the text that the tool itself prints"],
    [
      "no firewall rules in it",
      "Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE]\n",
      "export HKLM",
    ],
    ["cut off", `{"nftables":[{"table"`, "the whole"],
    ["what `iptables -S` shows", "-P INPUT DROP\n-A INPUT -j ACCEPT\n", "iptables-save"],
    ["is empty", "", "as root"],
    ["is empty", " \n\n", "as root"],
    ["cut off", "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DR", "the whole"],
  ])("%s is told, with what to give instead", (what, text, hint) => {
    const told = failureOf(text);
    expect(told).toStartWith("BAD_RULES ");
    expect(told).toContain(what);
    expect(told).toContain(hint);
  });

  test("an empty one beside others is said to be so, and those of nothing else are none", () => {
    expect(failureOf("", "\n")).toContain("dump 0, dump 1 are empty");
    const read = readDumps([saved(), ""].map((text, index) => ({ name: `dump ${index}`, text })));
    expect(read.kind === "linux" && read.rules.notes).toContain("dump 1 is empty");
  });

  test("and those of two systems are not one machine's", () => {
    expect(failureOf(saved(), REGISTRY)).toContain("dump 0 is of Linux, and dump 1 of Windows");
  });
});

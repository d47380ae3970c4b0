import { describe, expect, test } from "bun:test";
import { parseExcludedRanges } from "../../src/os/windows/excluded-ranges.ts";
import { describeExclusion } from "../../src/os/windows/refusal.ts";

const ENGLISH = `
Protocol tcp Port Exclusion Ranges

Start Port    End Port
----------    --------
      5357        5357
     50000       50059     *
     57205       57304

* - Administered port exclusions.

`;

const GERMAN = ENGLISH.replace("Protocol tcp Port Exclusion Ranges", 'Portausschlussbereiche für das Protokoll "tcp"')
  .replace("Start Port    End Port", "Startport     Endport")
  .replace("Administered port exclusions", "Verwaltete Portausschlüsse")
  .replaceAll("\n", "\r\n");

const RANGES = [
  { from: 5357, to: 5357, administered: false },
  { from: 50_000, to: 50_059, administered: true },
  { from: 57_205, to: 57_304, administered: false },
];

describe("netsh's excluded port ranges", () => {
  test("are read in English and in German", () => {
    expect(parseExcludedRanges(ENGLISH)).toEqual(RANGES);
    expect(parseExcludedRanges(GERMAN)).toEqual(RANGES);
  });

  test("are none where it prints none", () => {
    expect(parseExcludedRanges("")).toEqual([]);
    expect(parseExcludedRanges("Protocol tcp Port Exclusion Ranges\n\n10 of 20 shown\n")).toEqual([]);
  });

  test("an administered one is removed by the very command, another one by the service that took it", () => {
    const [dynamic, administered] = [RANGES[2]!, RANGES[1]!].map((range) =>
      describeExclusion(range.from, "tcp", "ipv4", range),
    );
    expect(administered?.hint).toContain(
      "netsh int ipv4 delete excludedportrange protocol=tcp startport=50000 numberofports=60",
    );
    expect(dynamic?.what).toContain("57205-57304");
    expect(dynamic?.hint).toContain("net stop winnat");
  });
});

import type { Protocol } from "../../core/endpoint.ts";
import type { Refusal } from "../../core/os.ts";
import { type ExcludedRange, parseExcludedRanges } from "./excluded-ranges.ts";

/** Why Windows refuses a port that nobody has: an excluded range of either family; nothing where there is none. */
export function explainRefusal(port: number, protocol: Protocol): Refusal | undefined {
  for (const family of ["ipv4", "ipv6"] as const) {
    const range = readExcludedRanges(family, protocol)?.find(({ from, to }) => from <= port && port <= to);
    if (range) return describeExclusion(port, protocol, family, range);
  }
  return undefined;
}

/** Nothing where netsh can't be asked. */
export function readExcludedRanges(family: "ipv4" | "ipv6", protocol: Protocol): ExcludedRange[] | undefined {
  const command = ["netsh", "int", family, "show", "excludedportrange", `protocol=${protocol}`];
  try {
    const { stdout } = Bun.spawnSync(command, { stdin: "ignore", stderr: "ignore", windowsHide: true });
    // In whatever code page it is: the digits are the same in all of them.
    return parseExcludedRanges(stdout.toString("latin1"));
  } catch {
    // A Nano Server has no netsh.
    return undefined;
  }
}

export function describeExclusion(port: number, protocol: Protocol, family: string, range: ExcludedRange): Refusal {
  const { from, to, administered } = range;
  const remove = `netsh int ${family} delete excludedportrange protocol=${protocol} startport=${from} numberofports=${to - from + 1}`;
  return {
    because: "excluded-range",
    what: `port ${port} is in the range ${from}-${to} that Windows keeps from programs (${family})`,
    hint: administered
      ? `as administrator: \`${remove}\`, or take another port`
      : "as administrator: `net stop winnat`, start this again, then `net start winnat`, or take another port",
  };
}

import { expect } from "bun:test";
import type { OwnNamespace } from "../../os/own-namespace.ts";
import { binary } from "../../drive.ts";

/** The parts of a finding that the tests look at. */
export interface ShownFinding {
  readonly code: string;
  readonly severity: "blocks" | "warning";
  readonly title: string;
  readonly evidence: readonly { readonly what: string; readonly source: string }[];
  readonly remedies: readonly { readonly what: string; readonly commands: readonly (readonly string[])[] }[];
}

/** What `portguard reach … --json` answered. */
export interface Reached {
  readonly exit: number;
  readonly verdict: "reachable" | "unreachable" | "unknown";
  readonly findings: readonly ShownFinding[];
  readonly notMade: readonly { readonly what: string; readonly because: string }[];
  readonly notes: readonly string[];
}

export interface ReachOptions {
  /** Asked from in there; nothing: from where the tests run. */
  readonly within?: Pick<OwnNamespace, "name">;
  /** Put before the executable: `setpriv …`, `unshare -m …`. */
  readonly before?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the built binary to its end. Throws where it did not answer with one JSON object. */
export async function reach(
  args: readonly string[],
  { within, before = [], env }: ReachOptions = {},
): Promise<Reached> {
  const enter = within ? ["ip", "netns", "exec", within.name] : [];
  const argv = [...enter, ...before, binary(), "reach", ...args, "--json"];
  const run = Bun.spawn(argv, { env: { ...withoutProxies(), ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([run.stdout.text(), run.stderr.text()]);
  const exit = await run.exited;
  try {
    return { ...(JSON.parse(stdout) as Omit<Reached, "exit">), exit };
  } catch (cause) {
    throw new Error(`\`${argv.join(" ")}\` ended with ${exit}: ${stdout}${stderr}`, { cause });
  }
}

/** The only finding is this one, it blocks, and one of its pieces of evidence reads like this. */
export function expectBlocked(reached: Reached, code: string, evidence: RegExp): void {
  expect(reached.findings.map((finding) => finding.code)).toEqual([code]);
  expect(reached.findings[0]?.severity).toBe("blocks");
  expect({ verdict: reached.verdict, exit: reached.exit }).toEqual({ verdict: "unreachable", exit: 1 });
  expectEvidence(reached, evidence);
}

/** It is reached, and the only finding is this warning. */
export function expectWarned(reached: Reached, code: string, evidence: RegExp): void {
  expect(reached.findings.map((finding) => finding.code)).toEqual([code]);
  expect(reached.findings[0]?.severity).toBe("warning");
  expect({ verdict: reached.verdict, exit: reached.exit }).toEqual({ verdict: "reachable", exit: 0 });
  expectEvidence(reached, evidence);
}

/** It is reached, and there is nothing to say about it. */
export function expectHealthy(reached: Reached): void {
  expect(reached.findings).toEqual([]);
  expect({ verdict: reached.verdict, exit: reached.exit }).toEqual({ verdict: "reachable", exit: 0 });
}

function expectEvidence({ findings }: Reached, evidence: RegExp): void {
  const lines = findings.flatMap((finding) => finding.evidence.map(({ what, source }) => `${what} (${source})`));
  expect(
    lines.filter((line) => evidence.test(line)),
    `${evidence} is none of:\n${lines.join("\n")}`,
  ).not.toEqual([]);
}

/** The environment of the tests, without the variables that would send clients through a proxy. */
function withoutProxies(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
}

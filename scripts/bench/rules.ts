import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireAddress } from "../../src/core/address.ts";
import { evaluate } from "../../src/firewall/evaluate.ts";
import { readRules } from "../../src/firewall/read.ts";
import { readOutput } from "./programs.ts";
import { compete, type Finding, type Omission, type Row } from "./row.ts";
import { type BenchDump, CLIENT, PORT, RULES, SERVER, iptablesDump, nftDump } from "./rule-dumps.ts";

const GOALS = { read: 300, evaluate: 20 } as const;
type What = keyof typeof GOALS;

/** How long 10,000 rules take to be read, and a packet to be followed through them, by a process that has just started. */
export async function measureRules(): Promise<readonly Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), "portguard-bench-"));
  try {
    const findings: Finding[] = [];
    for (const dump of [iptablesDump(), nftDump()]) findings.push(...(await measureDump(folder, dump)));
    return findings;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureDump(folder: string, { kind, text }: BenchDump): Promise<Finding[]> {
  const path = join(folder, kind);
  writeFileSync(path, text);
  const peers = peersFor(kind, folder, path);
  const able = peers.filter((peer): peer is Peer => "measure" in peer);
  const own = (["read", "evaluate"] as const).map((what) => () => readTime([process.execPath, SELF, what, path]));
  const [read = NaN, evaluated = NaN, ...others] = await compete([...own, ...able.map(({ measure }) => measure)]);
  return [
    rowOf("read", `reading ${RULES} rules of ${kind}`, read),
    ...able.map(({ what }, index): Row => ({ what, median: others[index] ?? NaN, unit: "ms" })),
    rowOf("evaluate", `a packet through ${RULES} rules of ${kind}`, evaluated),
    ...peers.filter((peer): peer is Omission => "because" in peer),
  ];
}

function rowOf(goal: What, what: string, median: number): Row {
  return { what, median, unit: "ms", goal: { text: `under ${GOALS[goal]} ms`, met: median < GOALS[goal] } };
}

interface Peer {
  readonly what: string;
  readonly measure: () => Promise<number>;
}

/** The tools themselves, which check a dump without loading it, and a simulator of firewalls (PyPI: firewall-test). */
function peersFor(kind: BenchDump["kind"], folder: string, path: string): (Peer | Omission)[] {
  const check = kind === "nft" ? ["nft", "-c", "-j", "-f", path] : ["iptables-nft-restore", "--test", path];
  const what = `${check[0]} checking the same`;
  const isRoot = process.getuid?.() === 0;
  const isThere = isRoot && Bun.which(check[0]!) && Bun.which("unshare");
  const tool: Peer | Omission = isThere
    ? { what, measure: () => timeOf(["unshare", "-n", ...check]) }
    : { what, because: isRoot ? `\`${check[0]}\` or \`unshare\` is not installed` : "it takes root" };
  return kind === "nft" ? [tool, ...simulators(folder, path)] : [tool];
}

function simulators(folder: string, path: string): (Peer | Omission)[] {
  const whats = ["firewall-test reading the same", "firewall-test, the same packet"];
  const script = Bun.which("ftf-cli");
  if (!script) {
    return whats.map((what) => ({ what, because: "`ftf-cli` is not installed: `pip install firewall-test==0.0.6`" }));
  }
  const [interfaces, routes, policies] = ["interfaces", "routes", "policies"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const address = { family: "inet", local: SERVER, prefixlen: 24 };
  writeFileSync(interfaces, JSON.stringify([{ ifname: "eth0", operstate: "UP", flags: ["UP"], addr_info: [address] }]));
  const link = { dst: "192.168.1.0/24", dev: "eth0", scope: "link", prefsrc: SERVER, flags: [] };
  writeFileSync(routes, JSON.stringify([{ dst: "default", gateway: "192.168.1.1", dev: "eth0", flags: [] }, link]));
  writeFileSync(policies, JSON.stringify([{ priority: 0, src: "all", table: "main" }]));
  const files = [interfaces, routes, policies, path];
  return whats.map((what, index) => ({
    what,
    measure: async () => {
      const python = (await Bun.file(script).text()).split("\n", 1)[0]!.slice(2).trim();
      return readTime([python, "-c", SIMULATE, String(index), ...files, CLIENT, SERVER, String(PORT)]);
    },
  }));
}

/** Prints how many milliseconds it took to read the rules (0) or to simulate the packet (1). */
const SIMULATE = `
import os, sys, time
os.environ["VERBOSITY"] = "silent"
import importlib.util
sys.path.insert(0, os.path.dirname(importlib.util.find_spec("firewall_test").origin))
from simulator.loader import load
from simulator.main import Simulator
from simulator.packet import PacketTCPUDP
which, interfaces, routes, policies, path, client, server, port = sys.argv[1:]
started = time.perf_counter()
loaded = load(system="linux_netfilter", file_interfaces=interfaces, file_routes=routes, file_route_rules=policies, file_ruleset=path)
read = time.perf_counter()
stdout, sys.stdout = sys.stdout, open(os.devnull, "w")
run = Simulator(**loaded).run(PacketTCPUDP(src=client, dst=server, proto_l4="tcp", dport=int(port)))
sys.stdout = stdout
ended = time.perf_counter()
if not run.passed: sys.exit("the packet did not pass")
print(1000 * (read - started if which == "0" else ended - read))
`;

async function readTime(command: readonly string[]): Promise<number> {
  return Number((await readOutput(command)).trim().split("\n").at(-1));
}

/** @returns milliseconds */
async function timeOf(command: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  await readOutput(command);
  return performance.now() - startedAt;
}

const SELF = import.meta.path;

/** As a program, `read|evaluate FILE`: prints the milliseconds that one of the two took. */
async function once(what: string, path: string): Promise<void> {
  const text = await Bun.file(path).text();
  const startedAt = performance.now();
  const rules = readRules([{ name: path, text }]);
  const readAt = performance.now();
  const verdict = evaluate(rules, {
    protocol: "tcp",
    source: requireAddress(CLIENT),
    destination: requireAddress(SERVER),
    port: PORT,
    way: { kind: "in", interface: "eth0" },
    host: {},
  });
  const endedAt = performance.now();
  if (verdict.kind !== "accept") throw new Error(`the verdict is ${verdict.kind}: ${verdict.because}`);
  console.log(what === "read" ? readAt - startedAt : endedAt - readAt);
}

if (import.meta.main) await once(process.argv[2]!, process.argv[3]!);

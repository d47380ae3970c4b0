import { join } from "node:path";
import { Crowd } from "./crowd.ts";
import { installPeers } from "./peers.ts";
import { PORTGUARD } from "./programs.ts";
import { compete, type Finding } from "./row.ts";

interface Contestant {
  readonly name: string;
  /** What must be on the PATH; nothing where it comes from npm. */
  readonly tool?: string;
  readonly command: (crowd: Crowd, peers: string) => readonly string[];
}

const pidPort = (call: string) => `import("pid-port").then(async (it) => console.log(await ${call}))`;

/** Peers answer less: a pid. Those that would kill are asked about a port that nobody has. */
const ONE_PORT: readonly Contestant[] = [
  { name: "ss -ltnp", tool: "ss", command: ({ port }) => ["ss", "-Hltnp", `sport = :${port}`] },
  { name: "lsof", tool: "lsof", command: ({ port }) => ["lsof", "-nP", `-iTCP:${port}`, "-sTCP:LISTEN"] },
  { name: "fuser", tool: "fuser", command: ({ port }) => ["fuser", `${port}/tcp`] },
  { name: "pid-port", command: ({ port }) => ["node", "-e", pidPort(`it.portToPid(${port})`)] },
  {
    name: "kill-port",
    command: ({ freePort }, peers) => ["node", join(peers, "node_modules/.bin/kill-port"), String(freePort)],
  },
  {
    name: "fkill",
    command: ({ freePort }, peers) => ["node", join(peers, "node_modules/.bin/fkill"), "--silent", `:${freePort}`],
  },
];

const EVERY_PORT: readonly Contestant[] = [
  { name: "ss -ltnp", tool: "ss", command: () => ["ss", "-Hltnp"] },
  { name: "lsof", tool: "lsof", command: () => ["lsof", "-nP", "-iTCP", "-sTCP:LISTEN"] },
  { name: "pid-port", command: () => ["node", "-e", pidPort("it.allPortsWithPid()")] },
];

function ask(...words: readonly string[]): Contestant {
  return { name: "portguard", command: () => [PORTGUARD, ...words] };
}

/** Who holds a port, on a machine with 1,000 listeners, 300 other processes and 20,000 open files. */
export async function measureWho(): Promise<readonly Finding[]> {
  if (process.platform !== "linux") return [{ what: "who", because: "its crowd is made of Linux's processes" }];
  const peers = await installPeers();
  await using crowd = await Crowd.gather();
  return [
    ...(await race("who has one port", [ask("who", String(crowd.port)), ...ONE_PORT], crowd, peers)),
    ...(await race("who has one port of many", [ask("who", String(crowd.crowdedPort))], crowd, peers)),
    ...(await race("who has each port", [ask("who"), ...EVERY_PORT], crowd, peers)),
  ];
}

async function race(
  what: string,
  all: readonly Contestant[],
  crowd: Crowd,
  peers: string,
): Promise<readonly Finding[]> {
  const here = all.filter(({ tool }) => tool === undefined || Bun.which(tool));
  const run = async ({ command }: Contestant) => timeOf(crowd.among(command(crowd, peers)), peers);
  const medians = await compete(here.map((each) => () => run(each)));
  const [ours = NaN, ...others] = medians;
  const fastest = Math.min(...others);
  return [
    ...here.map(({ name }, index): Finding => {
      const row = { what: `${what}, ${name}`, median: medians[index] ?? NaN, unit: "ms" as const };
      const goal = { text: `under the fastest peer's ${Math.round(fastest)} ms`, met: ours < fastest };
      return index === 0 && others.length > 0 ? { ...row, goal } : row;
    }),
    ...all.flatMap(({ name, tool }): Finding[] =>
      tool === undefined || Bun.which(tool)
        ? []
        : [{ what: `${what}, ${name}`, because: `\`${tool}\` is not installed` }],
    ),
  ];
}

/** A peer that finds nobody ends with 1: how long it took to know counts. @returns milliseconds */
async function timeOf(command: readonly string[], cwd: string): Promise<number> {
  const startedAt = performance.now();
  const child = Bun.spawn([...command], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const [, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const exitCode = await child.exited;
  if (exitCode > 1) throw new Error(`\`${command.join(" ")}\` ended with ${exitCode}: ${stderr.trim()}`);
  return performance.now() - startedAt;
}

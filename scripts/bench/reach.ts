import { pickPort, readOutput, Server, PORTGUARD } from "./programs.ts";
import { compete, type Finding, type Row } from "./row.ts";

const GOAL_MS = 100;

/** A whole `portguard reach` of a server that answers, beside the tools that people ask instead. */
export async function measureReach(): Promise<readonly Finding[]> {
  const port = await pickPort();
  const source = `Bun.serve({ port: ${port}, hostname: "127.0.0.1", fetch: () => new Response("ok") })`;
  await using _server = await Server.start([process.execPath, "-e", source], port);
  const peers = PEERS.filter(({ command }) => Bun.which(command(port)[0] ?? ""));
  const [ours = NaN, ...others] = await compete([
    () => timeOf([PORTGUARD, "reach", String(port)]),
    ...peers.map(
      ({ command }) =>
        () =>
          timeOf(command(port)),
    ),
  ]);
  const goal = { text: `under ${GOAL_MS} ms`, met: ours < GOAL_MS };
  return [
    { what: "reach of a healthy port", median: ours, unit: "ms", goal },
    ...peers.map(({ what }, index): Row => ({ what, median: others[index] ?? NaN, unit: "ms" })),
  ];
}

/** Each answers a part of the question: does it connect, who listens. */
const PEERS = [
  {
    what: "curl of the same",
    command: (port: number) => ["curl", "-s", "-o", "/dev/null", `http://127.0.0.1:${port}/`],
  },
  { what: "ss -ltnp of the same", command: (port: number) => ["ss", "-Hltnp", `sport = :${port}`] },
];

/** @returns milliseconds */
async function timeOf(command: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  await readOutput(command);
  return performance.now() - startedAt;
}

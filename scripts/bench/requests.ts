import { compete, type Finding } from "./row.ts";
import { guarded, pickPort, readOutput, Server } from "./programs.ts";

const GOAL = 0.99;

/** A server that does as little as possible a request, so that whatever portguard costs would show. */
const serve = (port: number) => [
  process.execPath,
  "-e",
  `Bun.serve({ port: ${port}, hostname: "127.0.0.1", fetch: () => new Response("ok") })`,
];

/** Requests a second of the same server, under portguard and without. */
export async function measureRequests(): Promise<readonly Finding[]> {
  if (!Bun.which("wrk")) return [{ what: "requests a second", because: "`wrk` is not installed" }];
  const [bareOn, oursOn] = [await pickPort(), await pickPort()];
  await using _bare = await Server.start(serve(bareOn), bareOn);
  await using _ours = await Server.start(guarded(oursOn, serve(oursOn)), oursOn);
  const [bare = NaN, ours = NaN] = await compete([() => load(bareOn), () => load(oursOn)]);
  const goal = { text: `at least ${GOAL} of bare`, met: ours / bare >= GOAL };
  return [
    { what: "requests a second, bare", median: bare, unit: "requests/s" },
    { what: "requests a second, portguard", median: ours, unit: "requests/s", bare, goal },
  ];
}

async function load(port: number): Promise<number> {
  const output = await readOutput(["wrk", "-t1", "-c16", "-d1s", `http://127.0.0.1:${port}/`]);
  const found = /^Requests\/sec:\s+([\d.]+)/m.exec(output)?.[1];
  if (found === undefined) throw new Error(`wrk did not say how many requests: ${output}`);
  return Number(found);
}

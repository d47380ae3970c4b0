import { compete, type Finding } from "./row.ts";
import { guarded, pickPort, readOutput } from "./programs.ts";

const GOAL_MS = 0.3;

/** Measures its own bind() and prints the nanoseconds; then it listens, so that the start counts as one that worked. */
const PROGRAM = `
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
address = ("127.0.0.1", int(sys.argv[1]))
started = time.perf_counter_ns()
s.bind(address)
ended = time.perf_counter_ns()
s.listen()
print(ended - started)
`;

/** How long bind() takes for a command whose port is taken over. */
export async function measureBind(): Promise<readonly Finding[]> {
  if (!Bun.which("python3")) return [{ what: "bind()", because: "`python3` is not installed" }];
  const [bare = NaN, ours = NaN] = await compete([
    () => timeBind((_port, command) => [...command]),
    () => timeBind((port, command) => guarded(port, command, ["--handoff", "takeover"])),
  ]);
  const goal = { text: `at most ${GOAL_MS} ms`, met: ours <= GOAL_MS };
  return [
    { what: "bind(), bare", median: bare, unit: "ms" },
    { what: "bind(), taken over", median: ours, unit: "ms", bare, goal },
  ];
}

async function timeBind(wrap: (port: number, command: readonly string[]) => string[]): Promise<number> {
  const port = await pickPort();
  return Number(await readOutput(wrap(port, ["python3", "-c", PROGRAM, String(port)]))) / 1e6;
}

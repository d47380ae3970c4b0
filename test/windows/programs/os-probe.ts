/** Windows' side of the Os contract, one question a run: `os-probe.exe hold 8000`. Each answer is a line of JSON. */
import { readSync } from "node:fs";
import { parseAddress } from "../../../src/core/address.ts";
import type { SignalName, Tree, TreeEvent } from "../../../src/core/os.ts";
import { openWindows } from "../../../src/os/windows/index.ts";

const windows = openWindows();
const [verb = "", ...args] = process.argv.slice(2);

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Blocks until whoever started us closes our stdin. (wine gives Bun no stream for a pipe that it inherited.) */
function waitForStdinEnd(): void {
  while (readSync(0, Buffer.alloc(64)) > 0);
}

/** Keeps what it could hold until stdin ends. */
function hold(port: string, protocol: string, hosts: readonly string[]): void {
  const outcome = windows.hold({
    protocol: protocol === "udp" ? "udp" : "tcp",
    port: Number(port),
    hosts: hosts.length > 0 ? hosts.map((host) => parseAddress(host)!) : "every",
  });
  if (outcome.kind !== "held") return say(outcome);
  using held = outcome.hold;
  say({ kind: "held", port: held.port, members: held.members });
  waitForStdinEnd();
}

/** Runs a command to its end; `act` is done to its tree once stdin ends. */
async function run(argv: readonly string[], act?: (tree: Tree) => unknown): Promise<void> {
  const exited = Promise.withResolvers<Extract<TreeEvent, { kind: "exited" }>>();
  const onEvent = (event: TreeEvent) => {
    say(event);
    if (event.kind === "exited") exited.resolve(event);
  };
  await using nursery = windows.openNursery({ watchParent: false, start: "early", onEvent });
  const env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? ""]));
  const outcome = await nursery.launch({
    generation: 1,
    argv,
    env,
    way: { kind: "release" },
    ports: [],
    killAll: false,
  });
  if (outcome.kind !== "running") return say(outcome);
  const { tree } = outcome;
  say({ kind: "running", pid: tree.pid });
  if (act) {
    waitForStdinEnd();
    say({ kind: "members", names: tree.members().map(({ name }) => name) });
    await act(tree);
    say({ kind: "left", names: tree.members().map(({ name }) => name) });
  }
  const { exit } = await exited.promise;
  if (exit.kind === "code") process.exit(exit.code);
  windows.raise(exit.signal);
}

/** `network connect '[{…},{…}]'`: a method of the Network, its arguments as JSON. Bytes are said as text. */
async function askNetwork(method: string, json: string): Promise<void> {
  const network = (await windows.network()) as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  const told = await network[method]!(...(JSON.parse(json) as unknown[]));
  const plain = (_: string, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value);
  process.stdout.write(`${JSON.stringify([told], plain)}\n`);
}

function answer(): unknown {
  switch (verb) {
    case "hold":
      return hold(args[0] ?? "0", args[1] ?? "tcp", args.slice(2));
    case "sockets":
      return say(windows.sockets({ port: Number(args[0]) }));
    case "process":
      return say(windows.process(Number(args[0])) ?? { gone: Number(args[0]) });
    case "network":
      return askNetwork(args[0] ?? "", args[1] ?? "[]");
    case "terminal":
      return say(windows.terminal());
    case "raise":
      return windows.raise(args[0] as SignalName);
    case "run":
      return run(args);
    case "end":
      return run(args, (tree) => tree.end());
    case "signal":
      return run(args.slice(1), (tree) => tree.signal(args[0] as SignalName));
    default:
      throw new Error(`there is no \`${verb}\` here`);
  }
}

await answer();

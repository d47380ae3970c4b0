import { compete, type Finding, type Row } from "./row.ts";
import { guarded, knock, pickPort } from "./programs.ts";

/** Prints the wall clock in nanoseconds as the first thing it does; a small native program, so its own start is short. */
const CLOCK = ["date", "+%s%N"];

const GOAL_MS = 12;

/** From the moment the command line is started to the moment the command itself runs. */
export async function measureStart(): Promise<readonly Finding[]> {
  const rivals = RIVALS.filter(({ name }) => Bun.which(name));
  const contestants = [
    () => timeToExec(CLOCK),
    async () => timeToExec(guarded(await pickPort(), CLOCK)),
    ...rivals.map(({ measure }) => measure),
  ];
  const [bare = NaN, ours = NaN, ...others] = await compete(contestants);
  const goal = { text: `at most ${GOAL_MS} ms over bare`, met: ours - bare <= GOAL_MS };
  return [
    { what: "start to exec, bare", median: bare, unit: "ms" },
    { what: "start to exec, portguard", median: ours, unit: "ms", bare, goal },
    ...rivals.map(({ name }, index): Row => describe(name, others[index] ?? NaN, bare)),
    ...RIVALS.filter(({ name }) => !Bun.which(name)).map(({ name }) => ({
      what: `start to exec, ${name}`,
      because: `\`${name}\` is not installed`,
    })),
  ];
}

function describe(name: string, measured: number, bare: number): Row {
  return { what: `start to exec, ${name}`, median: measured, unit: "ms", bare };
}

const RIVALS = [
  {
    name: "systemd-socket-activate",
    // It starts the command when the first client comes, so one is knocking from the start on.
    measure: async () => {
      const port = await pickPort();
      return timeToExec(["systemd-socket-activate", "-l", `127.0.0.1:${port}`, ...CLOCK], port);
    },
  },
  {
    name: "systemfd",
    measure: async () => timeToExec(["systemfd", "--no-pid", "-q", "-s", `tcp::${await pickPort()}`, "--", ...CLOCK]),
  },
];

/** @returns milliseconds */
async function timeToExec(command: readonly string[], knockOn?: number): Promise<number> {
  const started = performance.timeOrigin + performance.now();
  const child = Bun.spawn([...command], { stdio: ["ignore", "pipe", "ignore"] });
  if (knockOn !== undefined) while (child.exitCode === null && !(await knock(knockOn)));
  const printed = Number(await child.stdout.text());
  if ((await child.exited) !== 0 || !(printed > 0)) throw new Error(`\`${command.join(" ")}\` failed`);
  return printed / 1e6 - started;
}

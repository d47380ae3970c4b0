import type { Subprocess } from "bun";

/** As the goal is put: so many listeners and other processes, with so many open files in all. */
const LISTENERS = 1000;
const PROCESSES = 300;
const FILES = 20_000;
const FILES_EACH = Math.ceil((FILES - LISTENERS) / PROCESSES);
const READY_MS = 60_000;

/** Each opens its share of files; then some wait for a timer, some for input, and some for events, as servers do. */
const OPEN_FILES = `for i in $(seq ${FILES_EACH}); do exec {fd}</dev/null; done; echo up`;
const AWAIT_EVENTS = [
  "import select",
  `files = [open("/dev/null") for _ in range(${FILES_EACH})]`,
  'print("up", flush=True)',
  "select.epoll().poll(3600)",
].join("\n");
const MEMBERS: readonly (readonly string[])[] = [
  ["bash", "-c", `${OPEN_FILES}; exec sleep 3600`],
  ["bash", "-c", `${OPEN_FILES}; exec {pipe}<> <(:); read -r -t 3600 -u "$pipe"`],
  ...(Bun.which("python3") ? [["python3", "-S", "-c", AWAIT_EVENTS]] : []),
];

const LISTENER = `
const [count, port] = process.argv.slice(1).map(Number);
for (let at = 0; at < count; at++) Bun.listen({ hostname: "127.0.0.1", port: port + at, socket: { data: () => {} } });
process.stdout.write("up\\n");
setInterval(() => {}, 60_000);
`;

/** A machine full of processes, in a network namespace of its own where we may make one: then nobody else's listeners count. */
export class Crowd implements AsyncDisposable {
  /** The port of one server among them, which was started when half of the others were there. */
  readonly port = 19_999;
  readonly freePort = 19_998;
  /** A port of the process that has all the others. */
  readonly crowdedPort = 20_500;
  readonly #children: Subprocess[] = [];
  readonly #enter: readonly string[];

  private constructor(keeper: Subprocess | undefined) {
    if (keeper) this.#children.push(keeper);
    this.#enter = keeper ? ["nsenter", `--net=/proc/${keeper.pid}/ns/net`] : [];
  }

  static async gather(): Promise<Crowd> {
    const crowd = new Crowd(await openNamespace());
    try {
      await crowd.#listen(LISTENERS, 20_000);
      await crowd.#join(PROCESSES / 2);
      await crowd.#listen(1, crowd.port);
      await crowd.#join(PROCESSES / 2);
      return crowd;
    } catch (error) {
      await crowd[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The command, run where the crowd is. */
  among(command: readonly string[]): string[] {
    return [...this.#enter, ...command];
  }

  async #listen(count: number, port: number): Promise<void> {
    await this.#start([this.among([process.execPath, "-e", LISTENER, String(count), String(port)])]);
  }

  async #join(count: number): Promise<void> {
    await this.#start(Array.from({ length: count }, (_, index) => MEMBERS[index % MEMBERS.length]!));
  }

  /** Each in a session of its own, as strangers to each other. */
  async #start(commands: readonly (readonly string[])[]): Promise<void> {
    const started = commands.map((command) =>
      Bun.spawn(["setsid", ...command], { stdio: ["ignore", "pipe", "ignore"] }),
    );
    this.#children.push(...started);
    await Promise.all(started.map(({ stdout }) => untilUp(stdout)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all(this.#children.map(({ exited }) => exited));
  }
}

async function untilUp(stdout: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stdout.getReader();
  const late = Bun.sleep(READY_MS).then(() => Promise.reject(new Error("the crowd did not come up in time")));
  const { done } = await Promise.race([reader.read(), late]);
  if (done) throw new Error("one of the crowd ended at once");
  reader.releaseLock();
}

async function openNamespace(): Promise<Subprocess | undefined> {
  if (process.getuid?.() !== 0 || !Bun.which("unshare") || !Bun.which("nsenter")) return undefined;
  const script = "ip link set lo up && echo up && exec sleep 3600";
  const keeper = Bun.spawn(["unshare", "--net", "sh", "-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  await untilUp(keeper.stdout);
  return keeper;
}

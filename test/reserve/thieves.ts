import { join } from "node:path";
import { until } from "../drive/until.ts";

/** Every kind of socket that a program may try with. */
const KINDS = ["plain", "reuseaddr", "reuseport"] as const;

/** What a thief is told: a port to go for, or (without one) to stop. */
export interface Order {
  readonly port?: number;
  readonly protocol?: "tcp" | "udp";
  /** How long it keeps what it got, or until it is told to stop; otherwise it closes it again at once. */
  readonly keepMs?: number;
  /** Whether it lets go of a port that was free, and takes one that has just been refused. */
  readonly sneaks?: boolean;
}

/** A bind() that succeeded. */
export interface Win {
  readonly kind: (typeof KINDS)[number];
  readonly address: string;
  /** Whether listen() succeeded, too. */
  readonly listens: boolean;
  /** When it had listened, in milliseconds since the epoch. */
  readonly ms: number;
}

/** What a thief says. */
export type Message =
  | { readonly win: Win }
  | { readonly tries: number }
  | { readonly stopped: true }
  | { readonly ready: true };

/** What came of one attack. */
export interface Loot {
  readonly wins: readonly (Win & { readonly pid: number })[];
  /** How often each of them tried. */
  readonly tries: readonly number[];
}

/** Six processes that want a port, two of each kind. */
export class Thieves implements AsyncDisposable {
  readonly #gang: readonly Thief[];

  constructor(kinds: readonly Win["kind"][] = [...KINDS, ...KINDS]) {
    this.#gang = kinds.map((kind) => new Thief(kind));
  }

  /** What they got since the last attack began. */
  get wins(): readonly (Win & { readonly pid: number })[] {
    return this.#gang.flatMap(({ pid, wins }) => wins.map((win) => ({ ...win, pid })));
  }

  /** How often each of them has tried since, as far as they have told. */
  get tries(): readonly number[] {
    return this.#gang.map(({ tries }) => tries);
  }

  /** All of them go for this port from now on. */
  async attack(order: Order & { readonly port: number }): Promise<void> {
    await until("the thieves", () => this.#gang.every(({ isReady }) => isReady));
    for (const thief of this.#gang) thief.begin(order);
  }

  /** Has each of them try once more all round, then stop. */
  async stop(): Promise<Loot> {
    for (const thief of this.#gang) thief.tell({});
    await until("the end of the attack", () => this.#gang.every(({ hasStopped }) => hasStopped));
    return { tries: this.tries, wins: this.wins };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#gang.map((thief) => thief.end()));
  }
}

class Thief {
  wins: readonly Win[] = [];
  readonly #process: Bun.Subprocess<"pipe", "pipe", "inherit">;
  tries = 0;
  hasStopped = false;
  isReady = false;

  constructor(kind: Win["kind"]) {
    const program = join(import.meta.dir, "programs", "thief.ts");
    this.#process = Bun.spawn([process.execPath, program, kind], { stdio: ["pipe", "pipe", "inherit"] });
    void this.#hear();
  }

  get pid(): number {
    return this.#process.pid;
  }

  begin(order: Order): void {
    this.wins = [];
    this.tries = 0;
    this.hasStopped = false;
    this.tell(order);
  }

  tell(order: Order): void {
    void this.#process.stdin.write(`${JSON.stringify(order)}\n`);
    void this.#process.stdin.flush();
  }

  async end(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
  }

  async #hear(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of this.#process.stdout) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#note(JSON.parse(line) as Message);
    }
  }

  #note(message: Message): void {
    if ("win" in message) this.wins = [...this.wins, message.win];
    else if ("tries" in message) this.tries = message.tries;
    else if ("stopped" in message) this.hasStopped = true;
    else this.isReady = true;
  }
}

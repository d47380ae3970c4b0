import type { Hold, HoldOutcome, Os } from "../core/os.ts";
import type { PickAnswer, PickTerm, PortPick } from "../core/port-pick.ts";
import { isSameProcess } from "../core/process-mark.ts";

const LOOK_MS = 100;
/** A socket that listens for so long serves; one that goes before was a probe, as Vite makes several. */
const SETTLED_MS = 400;

/** A port, and until when whoever picked it wants it kept: the last of these counts. */
interface Kept {
  readonly hold: Hold;
  readonly terms: Term[];
}

interface Term extends Pick<PickTerm, "process"> {
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
}

/** What became of one candidate. */
type Got = { readonly kind: "kept" | "taken" } | Extract<HoldOutcome, { kind: "held" | "denied" }>;

/** Picked ports: each is kept until somebody serves on it, somebody takes it over, or its terms are over. */
export class PortKeeper {
  readonly #kept = new Map<number, Kept>();
  /** When each socket was first seen to listen. */
  readonly #since = new Map<string, number>();

  constructor(
    private readonly os: Os,
    /** Told what is kept whenever it is something else. */
    private readonly onChange: (holds: readonly Hold[]) => void,
  ) {}

  /**
   * Holds the first candidates that are free, exclusively and on every address, then lets those get them who ask for the
   * very number; one that is kept already is kept on. All or none.
   */
  pick({ candidates, count }: PortPick, term: PickTerm): PickAnswer {
    const chosen: number[] = [];
    const fresh: Hold[] = [];
    let refusal: Extract<PickAnswer, { kind: "none" }>["refusal"];
    for (const port of candidates) {
      if (chosen.length === count) break;
      const got = this.#kept.has(port) ? this.#keepOn(port) : this.#hold(port);
      if (got.kind === "denied") refusal ??= got.refusal;
      if (got.kind === "held") fresh.push(got.hold);
      if (got.kind === "held" || got.kind === "kept") chosen.push(port);
    }
    if (chosen.length < count) {
      for (const hold of fresh) hold.release();
      return { kind: "none", free: chosen.length, ...(refusal && { refusal }) };
    }
    for (const hold of fresh) this.#kept.set(hold.port, { hold, terms: [] });
    const { forMs = Number.POSITIVE_INFINITY, process } = term;
    const until: Term = { deadline: performance.now() + forMs, ...(process && { process }) };
    for (const port of chosen) this.#kept.get(port)?.terms.push(until);
    this.#tell();
    return { kind: "held", ports: chosen };
  }

  find(port: number): Hold | undefined {
    return this.#kept.get(port)?.hold;
  }

  letGo(port: number): void {
    this.#drop([port]);
  }

  letGoOfAll(): void {
    this.#drop([...this.#kept.keys()]);
  }

  /** Ends when nothing is kept any more. */
  async keep(): Promise<void> {
    for (;;) {
      this.#look();
      if (this.#kept.size === 0) return;
      const ends = [...this.#kept.values()].flatMap(({ terms }) => terms.map(({ deadline }) => deadline));
      const left = ends.map((deadline) => deadline - performance.now()).filter((ms) => ms > 0);
      await Bun.sleep(Math.min(LOOK_MS, ...left));
    }
  }

  /** Whoever listens there already has it: it is about to be let go of. */
  #keepOn(port: number): Got {
    const isServed = this.os.sockets({ port, protocol: "tcp", states: ["listen"] }).length > 0;
    return { kind: isServed ? "taken" : "kept" };
  }

  #hold(port: number): Got {
    const outcome = this.os.hold({ protocol: "tcp", port, hosts: "every" });
    if (outcome.kind === "denied") return outcome;
    if (outcome.kind !== "held") return { kind: "taken" };
    if (outcome.hold.giveWay()) return outcome;
    outcome.hold.release();
    return { kind: "taken" };
  }

  #look(): void {
    const now = performance.now();
    const rows = this.os.sockets({ protocol: "tcp", states: ["listen"] });
    const listening = new Set(rows.map(({ id }) => id));
    for (const id of listening) this.#since.set(id, this.#since.get(id) ?? now);
    for (const id of this.#since.keys()) if (!listening.has(id)) this.#since.delete(id);
    const served = new Set(rows.filter(({ id }) => now - this.#since.get(id)! >= SETTLED_MS).map(({ at }) => at.port));
    const isOver = ({ terms }: Kept) => terms.every((term) => now >= term.deadline || !this.#isThere(term));
    const over = [...this.#kept].filter(([port, kept]) => served.has(port) || isOver(kept));
    this.#drop(over.map(([port]) => port));
  }

  #isThere({ process: wanted }: Term): boolean {
    return !wanted || isSameProcess(wanted, this.os.process(wanted.pid));
  }

  #drop(ports: readonly number[]): void {
    const kept = ports.flatMap((port) => this.#kept.get(port) ?? []);
    if (kept.length === 0) return;
    for (const { hold } of kept) {
      this.#kept.delete(hold.port);
      hold.release();
    }
    this.#tell();
  }

  #tell(): void {
    this.onChange([...this.#kept.values()].map(({ hold }) => hold));
  }
}

import { join } from "node:path";
import { expect } from "bun:test";
import type { Run } from "../drive.ts";
import type { LoadFigures } from "./programs/load.ts";

/** A client may hear of the end of its connection this much later, on a machine that has other work. */
const SLACK_MS = 1000;

/** Clients that ask a server again and again until they are told to end, in a process of their own. */
export class Load implements Disposable {
  readonly #client;

  constructor(port: number, atOnce: number, atLeast = 0) {
    const program = join(import.meta.dir, "programs/load.ts");
    this.#client = Bun.spawn([process.execPath, program, `${port}`, `${atOnce}`, `${atLeast}`], {
      stdio: ["pipe", "pipe", "inherit"],
    });
  }

  async end(): Promise<LoadFigures> {
    void this.#client.stdin.end();
    return (await new Response(this.#client.stdout).json()) as LoadFigures;
  }

  [Symbol.dispose](): void {
    this.#client.kill("SIGKILL");
  }
}

/** Nobody was turned away at the door, and every request got its answer or is one of the lost ones. */
export function expectNobodyRefused(figures: LoadFigures): void {
  expect({ refused: figures.refused, failedConnects: figures.failedConnects }).toEqual({
    refused: 0,
    failedConnects: {},
  });
  expect(figures.answered + figures.lost.length).toBe(figures.asked);
}

/** A time in which a generation ends, and may cut what it has accepted. */
interface Ending {
  readonly from: number;
  readonly to: number;
}

/** From the moment that an old one was told to stop until it was gone. */
export function retirements(run: Run): Ending[] {
  const told = run.events.filter(({ event }) => event === "ready" || event === "restarting");
  return run.events
    .filter(({ event }) => event === "retired")
    .map(({ time, generation }) => {
      const begin = told.find((each) => Number(each["generation"]) === Number(generation) + 1)!;
      return { from: Date.parse(begin.time), to: Date.parse(time) };
    });
}

/** Every answer that was lost was lost while a server was being stopped, which had accepted its connection. */
export function expectLostOnlyAt(endings: readonly Ending[], { lost }: LoadFigures): void {
  const isCut = (at: number) => endings.some(({ from, to }) => at >= from && at <= to + SLACK_MS);
  expect(lost.filter(({ at }) => !isCut(at))).toEqual([]);
}

/** The requests that the server's own log says it answered: each one that got an answer is there, once. */
export function expectLogged(log: string, { asked, lost }: LoadFigures): void {
  const logged = [...log.matchAll(/"?GET \/(\d+) HTTP/g)].map(([, id]) => Number(id));
  expect(logged.length).toBe(new Set(logged).size);
  const cut = new Set(lost.map(({ id }) => id));
  const all = new Set(logged);
  const missing = Array.from({ length: asked }, (_, index) => index + 1).filter((id) => !all.has(id) && !cut.has(id));
  expect(missing).toEqual([]);
}

export function tellFigures(
  what: string,
  { asked, answered, refused, failedConnects, lost, slowestMs }: LoadFigures,
): void {
  const resets = Object.values(failedConnects).reduce((sum, count) => sum + count, 0);
  const slowest = Math.round(slowestMs);
  console.log(
    `${what}: ${asked} requests on new connections, ${answered} answered, ${refused} refused, ${resets} reset connects, ${lost.length} answers cut by a server that ended, slowest ${slowest} ms`,
  );
}

import { expect, test } from "bun:test";
import { bindsPlainly } from "../drive/plain-bind.ts";
import { binary } from "../drive.ts";
import { freeRun } from "./held.ts";
import { leaveTimeWait } from "./time-wait.ts";

const STARTS = 50;
/** Rounds of each of the two tests. */
const ROUNDS = Number(process.env["PORTGUARD_TEST_COLLISIONS"] ?? 10);
/** So many ports, from the first on, have a closing connection. */
const CLOSING = 11;
const PATIENCE_MS = 30_000 + ROUNDS * 30_000;

test("50 starts at once get 50 different ports", () => collide(() => {}), PATIENCE_MS);

test(
  "50 starts at once get 50 different ports where some have connections in TIME_WAIT",
  () =>
    collide((ports) => {
      for (const port of ports) leaveTimeWait(port);
      expect(ports.filter((port) => bindsPlainly("127.0.0.1", port))).toEqual([]);
    }),
  PATIENCE_MS,
);

async function collide(prepare: (ports: readonly number[]) => void): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const first = freeRun(CLOSING);
    prepare(Array.from({ length: CLOSING }, (_, index) => first + index));
    await using crowd = new Crowd(first);
    const ports = await crowd.ports();
    expect(new Set(ports).size).toBe(STARTS);
    expect(ports.filter((port) => port < first || port > first + 100)).toEqual([]);
    // they are held, each of them, at the same time
    expect(ports.filter((port) => bindsPlainly("127.0.0.1", port))).toEqual([]);
    expect(new Set(await crowd.ends())).toEqual(new Set(["SIGTERM"]));
  }
}

/** Many portguards that want one port, or one of the next hundred. */
class Crowd implements AsyncDisposable {
  readonly #members: readonly Bun.Subprocess<"ignore", "pipe", "inherit">[];

  constructor(port: number) {
    const argv = [binary(), "reserve", `${port}`, "--auto=100", "--quiet", "--events", "fd:1"];
    const stdio = ["ignore", "pipe", "inherit"] as const;
    this.#members = Array.from({ length: STARTS }, () => Bun.spawn(argv, { stdio: [...stdio] }));
  }

  /** The port that each of them says it holds. */
  ports(): Promise<number[]> {
    return Promise.all(this.#members.map(({ stdout }) => readPort(stdout)));
  }

  async ends(): Promise<unknown[]> {
    for (const member of this.#members) member.kill("SIGTERM");
    return Promise.all(this.#members.map(async (member) => (await member.exited, member.signalCode)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.#members) member.kill("SIGKILL");
    await Promise.all(this.#members.map(({ exited }) => exited));
  }
}

async function readPort(events: ReadableStream<Uint8Array>): Promise<number> {
  let heard = "";
  for await (const bytes of events) {
    heard += new TextDecoder().decode(bytes);
    const held = heard.split("\n").find((line) => line.includes('"event":"held"') && line.endsWith("}"));
    if (held) return (JSON.parse(held) as { ports: [{ port: number }] }).ports[0].port;
  }
  throw new Error(`no port is held: ${heard}`);
}

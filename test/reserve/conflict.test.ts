import { describe, expect, test } from "bun:test";
import { addressesHere, bindsPlainly } from "../drive/plain-bind.ts";
import { freePort } from "../drive/free-port.ts";
import { drive, driveBare, type Run } from "../drive.ts";
import { openForms } from "./forms.ts";
import { bindingChild, childsWord } from "./hand-over.ts";
import { US } from "../drive/us.ts";
import { freeRun, hold } from "./held.ts";
import { TestSocket } from "./test-socket.ts";
import { connectFrom } from "./time-wait.ts";

/** A process that listens on this address. */
async function startHolder(address: string, port: number): Promise<Run> {
  const run = driveBare(bindingChild(address, port));
  expect(await childsWord(run)).toBe("listening");
  return run;
}

describe("a port that is held by others", () => {
  const [ipv6] = addressesHere(["::1"]);
  if (ipv6)
    test("is refused with exit 125, naming who holds it on IPv4 and who on IPv6", async () => {
      const port = freePort();
      await using four = await startHolder("127.0.0.1", port);
      await using six = await startHolder("::1", port);
      await using run = drive({ args: ["reserve", `${port}`] });
      expect(await run.ended()).toBe(125);
      const [what, ...rest] = run.voice;
      const who = (pid: number) => `by \\S+ \\(pid ${pid}\\) on `;
      const both = `${who(four.pid)}127.0.0.1:${port} and ${who(six.pid)}\\[::1\\]:${port}`;
      expect(what).toMatch(new RegExp(`^port ${port} is held ${both}$`));
      const facts = (pid: number) => `\\S+ \\(pid ${pid}, user \\S+, since .*\\d\\d:\\d\\d, /.*\\): \\S`;
      expect(rest).toEqual([
        expect.stringMatching(new RegExp(`^  127.0.0.1:${port} \\(IPv4\\) ${facts(four.pid)}`)),
        expect.stringMatching(new RegExp(`^  \\[::1\\]:${port} \\(IPv6\\) ${facts(six.pid)}`)),
        "hint: `--auto` takes the next free port, `--if-held wait` waits for this one",
      ]);
      const holders = [
        { at: { address: "127.0.0.1" }, process: { pid: four.pid } },
        { at: { address: "::1" }, process: { pid: six.pid } },
      ];
      expect(run.events).toMatchObject([{ event: "error", error: { code: "PORT_HELD", holders } }]);
    });

  test("is passed over with --auto, which is said", async () => {
    const port = freePort();
    using _holder = new TestSocket({ port, listens: true });
    await using held = await hold([`${port}`, "--auto"]);
    const [{ port: got } = { port: 0 }] = held.ports;
    expect(got).toBeGreaterThan(port);
    expect(openForms(got)).toEqual([]);
    expect(held.run.voice[0]).toBe(`took ${got} instead of ${port}: ${port} is held by ${US} on 127.0.0.1:${port}`);
    expect(held.run.events[0]).toMatchObject({ event: "moved", from: port, to: got });
  });

  test("is still refused where --auto finds none either", async () => {
    const first = freeRun(2);
    using _a = new TestSocket({ port: first });
    using _b = new TestSocket({ port: first + 1, options: ["reuseaddr"] });
    await using run = drive({ args: ["reserve", `${first}`, "--auto=1"] });
    expect(await run.ended()).toBe(125);
    expect(run.voice[0]).toStartWith(`port ${first} is held by `);
  });

  test("is waited for with --if-held, and held as soon as it comes free", async () => {
    const port = freePort();
    await using holder = await startHolder("127.0.0.1", port);
    await using run = drive({ args: ["reserve", `${port}`, "--if-held", "wait"], ports: [port] });
    expect(await run.event("waiting")).toMatchObject({
      port,
      forMs: 30_000,
      holders: [{ process: { pid: holder.pid } }],
    });
    await holder.stop("SIGKILL");
    await run.event("held");
    expect(openForms(port)).toEqual([]);
    expect(run.voice[0]).toMatch(
      new RegExp(`^port ${port} is held by \\S+ \\(pid ${holder.pid}\\) on .*; waiting up to 30s$`),
    );
    expect(await run.stop()).toBe("SIGTERM");
    await run.expectNothingLeft();
  });

  test("is given up when the wait is over", async () => {
    using holder = new TestSocket({ listens: true });
    await using run = drive({ args: ["reserve", `${holder.port}`, "--if-held", "wait=200ms"] });
    expect(await run.ended()).toBe(125);
    expect(run.events.map(({ event }) => event)).toEqual(["waiting", "error"]);
  });

  test("is not waited for any longer after a signal", async () => {
    using holder = new TestSocket({ listens: true });
    await using run = drive({ args: ["reserve", `${holder.port}`, "--if-held", "wait"] });
    await run.event("waiting");
    expect(await run.stop()).toBe("SIGTERM");
  });

  test("by a connection that a program opened from it names that program", async () => {
    using server = new TestSocket({ listens: true });
    using client = connectFrom(freePort(), server.port);
    await using run = drive({ args: ["reserve", `${client.port}`] });
    expect(await run.ended()).toBe(125);
    expect(run.voice[0]).toBe(`port ${client.port} is held by ${US} on 127.0.0.1:${client.port}`);
  });
});

/** [what is asked for, the first one that browsers open] with nothing but refused ones between. */
const BROWSER_GAPS = [
  [6664, 6670],
  [5059, 5062],
  [4044, 4046],
  [4189, 4191],
] as const;

test("--auto passes over ports that browsers refuse to open", async () => {
  const gap = BROWSER_GAPS.find((ports) =>
    ports.every((port) => openForms(port).length > 0 && bindsPlainly("::", port)),
  );
  if (!gap) throw new Error("no gap is free on this machine");
  const [asked, next] = gap;
  using _holder = new TestSocket({ port: asked });
  await using held = await hold([`${asked}`, "--auto=1"]);
  expect(held.ports).toMatchObject([{ port: next }]);
});

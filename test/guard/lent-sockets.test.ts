import { connect } from "node:net";
import { expect, test } from "bun:test";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { drive } from "../drive.ts";
import { need } from "../need.ts";
import { driveBelow, program, reserve, serverFor } from "./guarded.ts";

const probes = (port: number, what: string) => ["node", program("probes.mjs"), `${port}`, what];

/** Sends a word over a new connection, later than the accept, and answers what comes back before the end. */
function echo(port: number, word: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = "";
    const socket = connect({ host: "127.0.0.1", port }, () => setTimeout(() => socket.write(word), 50));
    socket.setEncoding("utf8").on("error", reject);
    socket.on("data", (text) => ((heard += text), heard === word && socket.end()));
    socket.on("close", () => resolve(heard));
  });
}

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port }, () => (socket.destroy(), resolve(false)));
    socket.on("error", () => resolve(true));
  });
}

if (need("python3"))
  test("a program that only bound first still gets what its clients send (SHUT_RD stayed)", async () => {
    const port = freePort();
    await using run = drive({ args: reserve("takeover", port, [], probes(port, "bind-first")), ports: [port] });
    await run.event("ready");
    expect(await echo(port, "hello")).toBe("hello");
  });

test("a listener that the program closed refuses connections again, and the port stays held", async () => {
  const port = freePort();
  await using run = drive({ args: reserve("takeover", port, [], probes(port, "reopen")), ports: [port] });
  await run.event("ready");
  expect(await isRefused(port)).toBe(false);
  const server = run.processes().find(({ command }) => command.includes("probes.mjs") && command.startsWith("node"))!;
  process.kill(server.pid, "SIGUSR2");
  await until("the close", () => run.stdout.includes("closed"));
  const deadline = performance.now() + 10_000;
  while (!(await isRefused(port)) && performance.now() < deadline) await Bun.sleep(50);
  expect(await isRefused(port)).toBe(true);
  expect(await drive({ args: ["reserve", `${port}`, "--", "true"] }).ended()).toBe(125);
});

test("a hard limit of few open files leaves no socket with the command and no orphan (poll() refused)", async () => {
  const port = freePort();
  const args = reserve("takeover", port, [], serverFor("takeover", port));
  await using run = driveBelow('ulimit -n 256; exec "$@"', { args, ports: [port] });
  await run.event("ready");
  process.kill(run.pid, "SIGKILL");
  await run.expectNothingLeft(5000);
});

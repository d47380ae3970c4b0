import { describe, expect, test } from "bun:test";
import { driveBare } from "../drive.ts";
import { freePort } from "./free-port.ts";
import { until } from "./until.ts";

const sh = (script: string) => ["sh", "-c", script];
const QUICKLY = 100;

/** What it says when it fails; nothing when it doesn't. */
function failureOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => "", String);
}

describe("what a test believes of a run", () => {
  test("a process that stays behind is found, and killed with the run", async () => {
    const run = driveBare(sh("sleep 600 > /dev/null 2>&1 & echo $!"));
    expect(await run.ended()).toBe(0);
    const pid = Number(run.stdout);
    expect(await failureOf(run.expectNothingLeft(QUICKLY))).toContain(`${pid} sleep 600`);
    await run[Symbol.asyncDispose]();
    expect(run.processes()).toEqual([]);
  });

  test("a daemon without our environment is found by its folder", async () => {
    await using run = driveBare(sh("env -i setsid sleep 600 > /dev/null 2>&1 &"));
    await run.ended();
    expect(run.processes().map(({ command }) => command)).toEqual(["sleep 600"]);
  });

  test("a port that stays taken is found", async () => {
    const port = freePort();
    await using run = driveBare(["true"], { ports: [port] });
    await run.ended();
    await run.expectNothingLeft();
    const holder = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
    expect(await failureOf(run.expectNothingLeft(QUICKLY))).toContain("127.0.0.1");
    holder.stop();
  });

  test("a temporary file that stays is found", async () => {
    await using run = driveBare(sh("touch $TMPDIR/forgotten"));
    await run.ended();
    expect(await failureOf(run.expectNothingLeft(QUICKLY))).toContain("forgotten");
  });

  test("an event that never comes is an error with all that was said", async () => {
    await using run = driveBare(sh("echo to stdout; echo to stderr >&2; exit 7"));
    expect(await failureOf(run.event("ready"))).toContain(
      "no event `ready`; 7; events: \n--- stdout\nto stdout\n--- stderr\nto stderr",
    );
    expect(await run.ended()).toBe(7);
  });
});

describe("a driven terminal", () => {
  test("is the controlling one, and its Ctrl-C reaches the foreground", async () => {
    await using run = driveBare(sh("trap 'exit 3' INT; tty; while :; do sleep 1; done"), { terminal: true });
    await until("its name", () => run.screen.includes("/dev/"));
    run.write("\u0003");
    expect(await run.ended()).toBe(3);
  });

  test("hangs up when it is closed", async () => {
    await using run = driveBare(sh("tty; exec sleep 600"), { terminal: true });
    await until("its name", () => run.screen.includes("/dev/"));
    run.closeInput();
    expect(await run.ended()).toBe("SIGHUP");
  });
});

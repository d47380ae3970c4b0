import { describe, expect, test } from "bun:test";
import { LOOPBACK4 } from "../../src/core/address.ts";
import { chooseWays } from "../../src/reserve/handoff/choose.ts";
import { binary, drive, type Run } from "../drive.ts";
import { exchange } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { need } from "../need.ts";
import { program } from "./guarded.ts";

const BINDS = program("binds.py");

/** A program that has its address and port written into it, under portguard. */
function start(port: number, flags: readonly string[], ...asks: readonly string[]): Run {
  const args = ["reserve", `${port}`, "--ready-timeout", "60s", ...flags, "--", "python3", BINDS, ...asks];
  return drive({ args, ports: [port] });
}

/** Where the kernel itself says that somebody listens on this port. */
function listening(port: number, protocol: "t" | "u" = "t"): string[] {
  const { stdout } = Bun.spawnSync(["ss", `-${protocol}lnH`, "sport", "=", `:${port}`]);
  return stdout
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.trim().split(/\s+/)[3]!);
}

async function expectEnds(run: Run): Promise<void> {
  expect(await run.stop("SIGTERM")).toBe("SIGTERM");
  await run.expectNothingLeft();
}

if (need("python3", "ss"))
  describe("a program with its port and address written into it", () => {
    test("runs twice side by side on two ports, while somebody else has its own", async () => {
      const [own, first, second] = [freePort(), freePort(), freePort()];
      using _else = Bun.listen({ hostname: "0.0.0.0", port: own, socket: { data() {} } });
      await using one = start(first, ["--as", `${own}`], "0.0.0.0", `${own}`);
      await using other = start(second, ["--as", `${own}`], "0.0.0.0", `${own}`);
      for (const [run, port] of [
        [one, first],
        [other, second],
      ] as const) {
        expect(await run.event("ready")).toMatchObject({ way: "takeover", bound: [{ at: { port } }] });
        expect(run.stdout).toBe(`bound 0.0.0.0 ${port}\n`);
        expect(listening(port)).toEqual([`0.0.0.0:${port}`]);
        expect(await exchange("127.0.0.1", port, "")).toBe("hello");
      }
      for (const run of [one, other]) await expectEnds(run);
    });

    test("is kept to loopback though it insists on 0.0.0.0", async () => {
      const port = freePort();
      await using run = start(port, ["--bind", "127.0.0.1"], "0.0.0.0", `${port}`);
      expect(await run.event("ready")).toMatchObject({ bound: [{ at: { address: "127.0.0.1", port } }] });
      expect(run.stdout).toBe(`bound 127.0.0.1 ${port}\n`);
      expect(listening(port)).toEqual([`127.0.0.1:${port}`]);
      expect(run.voice).toHaveLength(1);
      expect(run.voice[0]).toContain("(bound 127.0.0.1 only: unreachable from other machines)");
      await expectEnds(run);
    });

    test("is kept to IPv4 loopback though its IPv6 socket takes both, and still knows its clients' addresses", async () => {
      const port = freePort();
      await using run = start(port, ["--bind", "127.0.0.1"], "::", `${port}`);
      await run.event("ready");
      expect(listening(port)).toEqual([`[::ffff:127.0.0.1]:${port}`]);
      expect(await exchange("127.0.0.1", port, "")).toBe("hello");
      await until("the client", () => run.stdout.endsWith("client ::ffff:127.0.0.1\n"));
      expect(run.stdout).toStartWith(`bound ::ffff:127.0.0.1 ${port}\n`);
      expect(run.voice[0]).toContain("(bound 127.0.0.1 only: unreachable from other machines)");
      const elsewhere = await exchange("::1", port, "").catch((error: NodeJS.ErrnoException) => error.code);
      expect(elsewhere).toBe("ECONNREFUSED");
      await expectEnds(run);
    });

    test("is opened to every address though it insists on loopback", async () => {
      const port = freePort();
      await using run = start(port, ["--bind", "0.0.0.0"], "127.0.0.1", `${port}`);
      await run.event("ready");
      expect(listening(port)).toEqual([`0.0.0.0:${port}`]);
      await expectEnds(run);
    });

    test.each<[string, string, string, string, ...string[]]>([
      ["::1", "::1", "::", "[::1]"],
      ["::", "::", "::1", "[::]"],
      ["both loopbacks, of which its IPv6-only socket gets that one", "localhost", "::", "[::1]", "only"],
    ])("over IPv6 is kept to %s", async (_, bind, asked, place, ...words) => {
      const port = freePort();
      await using run = start(port, ["--bind", bind], asked, `${port}`, ...words);
      await run.event("ready");
      expect(listening(port)).toEqual([`${place}:${port}`]);
      await expectEnds(run);
    });

    test("gets both: another port, and another address", async () => {
      const [own, port] = [freePort(), freePort()];
      await using run = start(port, ["--as", `${own}`, "--bind", "127.0.0.1"], "0.0.0.0", `${own}`);
      await run.event("ready");
      expect(listening(port)).toEqual([`127.0.0.1:${port}`]);
      expect(listening(own)).toEqual([]);
      await expectEnds(run);
    });

    test("is kept there in every generation", async () => {
      const [own, port] = [freePort(), freePort()];
      await using run = start(port, ["--as", `${own}`, "--bind", "127.0.0.1"], "::", `${own}`);
      await run.event("ready");
      run.signal("SIGHUP");
      await run.event("retired");
      expect(run.stdout).toBe(`bound ::ffff:127.0.0.1 ${port}\n`.repeat(2));
      expect(listening(port)).toEqual([`[::ffff:127.0.0.1]:${port}`]);
      expect(await exchange("127.0.0.1", port, "")).toBe("hello");
      await expectEnds(run);
    });

    test("that is told its port after all gets it, too", async () => {
      const [own, port] = [freePort(), freePort()];
      await using run = start(port, ["--as", `${own}`], "127.0.0.1", "{port}");
      await run.event("ready");
      expect(listening(port)).toEqual([`127.0.0.1:${port}`]);
      await expectEnds(run);
    });

    test("over UDP likewise", async () => {
      const [own, port] = [freePort(), freePort()];
      const flags = ["--as", `${own}`, "--bind", "127.0.0.1"];
      const args = ["reserve", `${port}/udp`, ...flags, "--", "python3", BINDS, "0.0.0.0", `${own}`, "udp"];
      await using run = drive({ args });
      await run.event("ready");
      expect(listening(port, "u")).toEqual([`127.0.0.1:${port}`]);
      await expectEnds(run);
    });

    test("is refused a socket that could not be kept where it should be, and both are told", async () => {
      const port = freePort();
      await using run = start(port, ["--bind", "127.0.0.1"], "::", `${port}`, "only");
      expect(await run.ended()).toBe(1);
      expect(run.stdout).toBe("EADDRNOTAVAIL\n");
      expect(run.events.find(({ event }) => event === "warning")).toMatchObject({
        code: "BIND_REFUSED",
        what: expect.stringMatching(
          /^process \d+ asked for \[::\]:\d+ with a socket for IPv6 only, which can't be bound to 127\.0\.0\.1: refused$/,
        ) as string,
        hint: "`--bind ::1` beside it would give that socket a place",
      });
      await run.expectNothingLeft();
    });
  });

describe("where takeover can't be had, nothing is overruled", () => {
  const request = { handoff: "auto", command: ["app"], bind: [LOOPBACK4], ports: [] } as const;
  const choose = (os: "linux" | "windows", setuid: boolean) => () =>
    chooseWays(request, os, { kind: "found", path: "/app", setuid });

  test("and that is said before anything is started", () => {
    expect(choose("linux", false)()).toEqual({ ways: ["takeover"], refused: [] });
    expect(choose("windows", false)).toThrow("--bind and --as are had by takeover only: it needs Linux 5.9 or later");
    expect(choose("linux", true)).toThrow("--bind and --as are had by takeover only: app changes its privileges");
  });

  test("below another portguard the start is refused", async () => {
    const [outer, port] = [freePort(), freePort()];
    const inner = [binary(), "reserve", `${port}`, "--bind", "127.0.0.1", "--", "true"];
    await using run = drive({ args: ["reserve", `${outer}`, "--", ...inner], ports: [outer, port] });
    expect(await run.ended()).toBe(125);
    expect(run.voice[0]).toStartWith("no takeover here: another seccomp listener is in force here");
    expect(run.voice[1]).toBe("hint: tell the command itself: `{port}` and `{host}` in it stand for what was reserved");
  });

  test("the plan shows it", async () => {
    const flags = ["--bind", "127.0.0.1", "--as", "3000"];
    await using run = drive({ args: ["reserve", "3001", ...flags, "--dry-run", "--", "true"] });
    expect(await run.ended()).toBe(0);
    expect(run.stdout).toContain("overrule   whatever address it asks for becomes 127.0.0.1\n");
    expect(run.stdout).toContain("overrule   port 3000 becomes 3001\n");
  });
});

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { freePort } from "../drive/free-port.ts";
import { binary, Run } from "../drive.ts";
import { need, needThat } from "../need.ts";
import { bindingChild, childsWord } from "./hand-over.ts";
import { openForms } from "./forms.ts";

const PROGRAMS = join(import.meta.dir, "programs");
/** A network of its own, with the loopback interface, on which IPv6 is switched off. */
const SWITCHED_OFF = 'ip link set lo up && echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 && exec "$@"';

/** Where there is no IPv6: how to run a command there, and how to ask there on which addresses a port is open. */
interface World {
  readonly enter: readonly string[];
  readonly openForms: (run: Run, port: number) => unknown;
}

const worlds: [string, World][] = [];
if (need("unshare", "nsenter", "ip") && needThat("root", process.getuid?.() === 0))
  worlds.push([
    "IPv6 is switched off",
    { enter: ["unshare", "-n", "sh", "-c", SWITCHED_OFF, "sh"], openForms: askInside },
  ]);
worlds.push([
  "the kernel has no IPv6",
  {
    enter: [process.execPath, join(PROGRAMS, "no-inet6.ts")],
    openForms: (_, port) => openForms(port, "tcp", ["127.0.0.1", "0.0.0.0", "127.0.0.2"]),
  },
]);

/** Asks within the network of a run. */
function askInside(run: Run, port: number): unknown {
  const argv = [
    "nsenter",
    `--net=/proc/${run.pid}/ns/net`,
    process.execPath,
    join(PROGRAMS, "open-forms.ts"),
    `${port}`,
  ];
  const { stdout, stderr } = Bun.spawnSync(argv);
  return stderr.length > 0 ? stderr.toString() : JSON.parse(stdout.toString());
}

describe.each(worlds)("where %s", (_, world) => {
  const reserve = (...args: readonly string[]) =>
    new Run((events) => [...world.enter, binary(), "reserve", "--events", events, ...args], {});

  test.each(["", "0.0.0.0:"])("%s8000 is held on every IPv4 address", async (host) => {
    const port = freePort();
    await using run = reserve(`${host}${port}`);
    await run.event("held");
    expect(world.openForms(run, port)).toEqual([]);
    expect(await run.stop()).toBe("SIGTERM");
  });

  test.each(["127.0.0.1", "0.0.0.0"])("a child gets %s", async (address) => {
    const port = freePort();
    await using run = reserve(`${port}`, "--", ...bindingChild(address, port));
    expect(await childsWord(run)).toBe("listening");
    expect(await run.event("ready")).toMatchObject({ way: "takeover", bound: [{ at: { address, port } }] });
    expect(await run.stop()).toBe("SIGTERM");
  });

  test("localhost is 127.0.0.1", async () => {
    const port = freePort();
    await using run = reserve(`localhost:${port}`);
    expect(await run.event("held")).toMatchObject({ ports: [{ port, members: [{ address: "127.0.0.1" }] }] });
    expect(await run.stop()).toBe("SIGTERM");
  });

  test("an IPv6 address that is asked for is refused", async () => {
    await using run = reserve(`[::1]:${freePort()}`);
    expect(await run.ended()).toBe(125);
    expect(run.voice[0]).toMatch(/^\[::1\]:\d+ is not an address of this machine$/);
  });
});

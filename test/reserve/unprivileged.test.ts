import { describe, expect, test } from "bun:test";
import { basename, join } from "node:path";
import { freePort } from "../drive/free-port.ts";
import { binary, drive, driveBare } from "../drive.ts";
import { Unprivileged } from "../guard/unprivileged.ts";
import { need, needThat } from "../need.ts";
import { openForms } from "./forms.ts";
import { US } from "../drive/us.ts";
import { TestSocket } from "./test-socket.ts";

if (needThat("root", process.getuid?.() === 0) && need("setpriv", "unshare"))
  describe("for a user without privileges", () => {
    test("another user's server is there but can't be seen, and the hint's ways out work", async () => {
      using nobody = new Unprivileged();
      using holder = new TestSocket({ port: freePort(), listens: true });
      await using run = nobody.drive({ args: ["reserve", `${holder.port}`] });
      expect(await run.ended()).toBe(125);
      const at = `127.0.0.1:${holder.port}`;
      expect(run.voice).toEqual([
        `port ${holder.port} is held by a process that can't be seen on ${at}`,
        `  ${at} (IPv4) held, by whom can't be seen (another user, a container or the system)`,
        "hint: run with `sudo` to see who holds it, or take the next free port with `--auto`",
      ]);
      await using asRoot = drive({ args: ["reserve", `${holder.port}`] });
      expect(await asRoot.ended()).toBe(125);
      expect(asRoot.voice[0]).toBe(`port ${holder.port} is held by ${US} on ${at}`);
      await using next = nobody.drive({ args: ["reserve", `${holder.port}`, "--auto"] });
      const { ports } = await next.event("held");
      expect(openForms((ports as { port: number }[])[0]!.port)).toEqual([]);
    });

    test("a privileged port is refused with exit 125, and the hint's ways out work", async () => {
      using nobody = new Unprivileged();
      const reserve = (port: number, first: number) => driveBare(inOwnNetwork(nobody, port, first));
      await using refused = reserve(80, 1024);
      expect(await refused.ended()).toBe(125);
      expect(refused.voice).toEqual([
        "port 80 is privileged: below 1024 only root may bind",
        "hint: take a port from 1024 up, or run `sudo sysctl net.ipv4.ip_unprivileged_port_start=80`",
      ]);
      await using higher = reserve(1024, 1024);
      expect(await higher.ended()).toBe(0);
      await using allowed = reserve(80, 80);
      expect(await allowed.ended()).toBe(0);
    });
  });

/** Holds a port for a moment as nobody, in a network of its own in which the ports below `first` are root's. */
function inOwnNetwork(nobody: Unprivileged, port: number, first: number): string[] {
  const script = 'echo "$1" > /proc/sys/net/ipv4/ip_unprivileged_port_start; shift; exec setpriv "$@"';
  const asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
  const portguard = join(nobody.folder, basename(binary()));
  return [
    "unshare",
    "-n",
    "sh",
    "-c",
    script,
    "sh",
    `${first}`,
    ...asNobody,
    portguard,
    "reserve",
    `${port}`,
    "--for",
    "1ms",
  ];
}

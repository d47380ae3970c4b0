import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../drive/free-port.ts";
import { OwnNamespace } from "../../os/own-namespace.ts";
import { addInterface, joinNamespaces, needOwnServers, startServer } from "./own-server.ts";
import { expectBlocked, expectHealthy, expectWarned, reach } from "./reach.ts";

const LAN = "192.168.77.20";
const LAN6 = "2001:db8:77::20";

/** A machine with a LAN interface, in a namespace of its own. */
function machine(): OwnNamespace {
  const within = new OwnNamespace();
  try {
    addInterface(within, "lan0", `${LAN}/24`, `${LAN6}/64`);
    return within;
  } catch (error) {
    within[Symbol.dispose]();
    throw error;
  }
}

function showsBound(): boolean {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 8);
}

/** Runs `reach` with this text as the hosts file. */
async function withHosts<T>(text: string, run: (before: readonly string[]) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "portguard-hosts-"));
  try {
    writeFileSync(join(folder, "hosts"), text);
    const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
    return await run(["unshare", "--mount", "sh", "-c", script, join(folder, "hosts")]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function groupTests(): void {
  test("a healthy server yields nothing, whichever of the usual addresses it has", async () => {
    using within = machine();
    for (const address of ["0.0.0.0", "127.0.0.1", "::"]) {
      const port = freePort();
      await startServer(within, address, port);
      expectHealthy(await reach([`${port}`], { within }));
      expectHealthy(await reach([`127.0.0.1:${port}`], { within }));
    }
  });

  describe("NO_LISTENER", () => {
    test("is named where nobody has the port, with the server on the next one", async () => {
      using within = machine();
      const port = freePort();
      await startServer(within, "127.0.0.1", port + 1);
      const reached = await reach([`${port}`], { within });
      expectBlocked(reached, "NO_LISTENER", new RegExp(`listens on 127.0.0.1:${port + 1}`));
      expect(reached.findings[0]?.title).toBe(`nobody listens on port ${port}`);
    });

    test("is named where the server has another address of the machine", async () => {
      using within = machine();
      const port = freePort();
      await startServer(within, LAN, port);
      expectBlocked(await reach([`${port}`], { within }), "NO_LISTENER", new RegExp(`listens on ${LAN}:${port}`));
      expectHealthy(await reach([`${LAN}:${port}`], { within }));
    });

    test("is named where the server has the port and does not listen yet", async () => {
      using within = machine();
      const port = freePort();
      const { pid } = await startServer(within, "127.0.0.1", port, "bound");
      const reached = await reach([`${port}`], { within });
      // Before Linux 6.8 the table does not show such a socket.
      expectBlocked(
        reached,
        "NO_LISTENER",
        showsBound() ? new RegExp(`pid ${pid}\\).* has bound it`) : /no TCP socket/,
      );
    });

    test("is named for UDP", async () => {
      using within = machine();
      const port = freePort();
      expectBlocked(await reach([`${port}`, "--udp"], { within }), "NO_LISTENER", /ECONNREFUSED|no UDP socket/);
    });
  });

  describe("LOOPBACK_ONLY", () => {
    test("is named where the LAN address is asked for, and not where this machine asks for itself", async () => {
      using within = machine();
      const port = freePort();
      const { pid } = await startServer(within, "127.0.0.1", port);
      const reached = await reach([`${LAN}:${port}`], { within });
      expectBlocked(reached, "LOOPBACK_ONLY", new RegExp(`\\(pid ${pid}\\) listens on 127.0.0.1:${port}`));
      expect(reached.findings[0]?.title).toEndWith(`listens on 127.0.0.1:${port} only: ${LAN}:${port} is refused`);
      expectBlocked(await reach([`${port}`, "--from", "lan"], { within }), "LOOPBACK_ONLY", /ECONNREFUSED \(111\)/);
      expectHealthy(await reach([`${port}`], { within }));
    });

    test("is named where a name stands for the LAN address", async () => {
      using within = machine();
      const port = freePort();
      await startServer(within, "127.0.0.1", port);
      await withHosts(`${LAN} dev.test\n127.0.1.1 self.test\n127.0.0.1 localhost\n`, async (before) => {
        const reached = await reach([`http://dev.test:${port}/`], { within, before });
        expectBlocked(reached, "LOOPBACK_ONLY", new RegExp(`${LAN}:${port}: ECONNREFUSED`));
      });
    });
  });

  describe("IPV6_LOOPBACK_ONLY", () => {
    test("is named where the server has ::1 and 127.0.0.1 is refused", async () => {
      using within = machine();
      const port = freePort();
      await startServer(within, "::1", port);
      const evidence = new RegExp(`127.0.0.1:${port}: ECONNREFUSED`);
      expectBlocked(await reach([`${port}`], { within }), "IPV6_LOOPBACK_ONLY", evidence);
      expectBlocked(await reach([`127.0.0.1:${port}`], { within }), "IPV6_LOOPBACK_ONLY", evidence);
      expectHealthy(await reach([`[::1]:${port}`], { within }));
    });

    test("is named where `localhost` is 127.0.0.1 alone, and not where it is ::1", async () => {
      using within = machine();
      const port = freePort();
      await startServer(within, "::1", port);
      await withHosts("127.0.0.1 localhost\n", async (before) => {
        expectBlocked(
          await reach([`localhost:${port}`], { within, before }),
          "IPV6_LOOPBACK_ONLY",
          /listens on \[::1\]/,
        );
      });
      await withHosts("::1 localhost\n127.0.0.1 localhost\n", async (before) => {
        expectHealthy(await reach([`localhost:${port}`], { within, before }));
      });
    });
  });

  describe("IPV6_ONLY_SOCKET", () => {
    test("is named where the program itself wants IPv6 only", async () => {
      using within = machine();
      const port = freePort();
      await startServer(within, "::", port, "v6only");
      expectBlocked(await reach([`${port}`], { within }), "IPV6_ONLY_SOCKET", /127\.0\.0\.1:\d+: ECONNREFUSED/);
      expectHealthy(await reach([`[::1]:${port}`], { within }));
    });

    test("names the sysctl where that is why", async () => {
      using within = machine();
      within.run("sysctl", "-q", "-w", "net.ipv6.bindv6only=1");
      const port = freePort();
      await startServer(within, "::", port);
      expectBlocked(await reach([`${port}`], { within }), "IPV6_ONLY_SOCKET", /bindv6only is 1/);
    });
  });

  describe("NAME_HAS_IPV6", () => {
    test("warns of a name whose IPv6 address is refused, and blocks where it has no other", async () => {
      using within = machine();
      const port = freePort();
      await startServer(within, "0.0.0.0", port);
      await withHosts(`${LAN6} dev.test\n${LAN} dev.test\n${LAN6} six.test\n${LAN} four.test\n`, async (before) => {
        const evidence = /2001:db8:77::20\]:\d+: ECONNREFUSED/;
        expectWarned(await reach([`dev.test:${port}`], { within, before }), "NAME_HAS_IPV6", evidence);
        expectBlocked(await reach([`six.test:${port}`], { within, before }), "NAME_HAS_IPV6", evidence);
        expectHealthy(await reach([`four.test:${port}`], { within, before }));
        expectHealthy(await reach([`dev.test:${port}`, "-4"], { within, before }));
      });
    });
  });

  describe("TWO_SERVERS", () => {
    test("warns where 127.0.0.1 and ::1 are different programs, and not where one has both", async () => {
      using within = machine();
      const port = freePort();
      await startServer(within, "127.0.0.1", port);
      const other = await startServer(within, "::1", port);
      expectWarned(
        await reach([`${port}`], { within }),
        "TWO_SERVERS",
        new RegExp(`pid ${other.pid}\\) listens on \\[::1\\]`),
      );
      expectHealthy(await reach([`127.0.0.1:${port}`], { within }));
    });
  });

  describe("BOUND_TO_DEVICE", () => {
    test("is named where the socket is bound to an interface that we don't come by", async () => {
      using within = machine();
      const port = freePort();
      await startServer(within, "0.0.0.0", port, "device=lan0");
      expectBlocked(await reach([`${port}`], { within }), "BOUND_TO_DEVICE", /0\.0\.0\.0%lan0:\d+/);
    });

    test("is named for others where it is bound to lo, and not for this machine", async () => {
      using within = machine();
      const port = freePort();
      await startServer(within, "0.0.0.0", port, "device=lo");
      expectBlocked(await reach([`${port}`, "--from", "lan"], { within }), "BOUND_TO_DEVICE", /0\.0\.0\.0%lo:\d+/);
      expectHealthy(await reach([`${port}`], { within }));
    });
  });

  describe("OTHER_PROTOCOL", () => {
    test("is named for TCP where UDP has the port, and the other way round", async () => {
      using within = machine();
      const [udp, tcp] = [freePort(), freePort()];
      await startServer(within, "0.0.0.0", udp, "udp");
      await startServer(within, "0.0.0.0", tcp);
      expectBlocked(await reach([`${udp}`], { within }), "OTHER_PROTOCOL", /has 0\.0\.0\.0:\d+\/udp \(UDP\)/);
      expectBlocked(await reach([`${tcp}`, "--udp"], { within }), "OTHER_PROTOCOL", /has 0\.0\.0\.0:\d+ \(TCP\)/);
    });
  });

  describe("UNIX_SOCKET_ONLY", () => {
    test("is named where the socket's name has the port, and not for another port", async () => {
      using within = machine();
      const folder = mkdtempSync(join(tmpdir(), "portguard-unix-"));
      const port = freePort();
      await startServer(within, "-", 0, `unix=${join(folder, `app-${port}.sock`)}`);
      const reached = await reach([`${port}`], { within });
      expectBlocked(reached, "UNIX_SOCKET_ONLY", new RegExp(`listens on .*/app-${port}\\.sock`));
      expectBlocked(await reach([`${freePort()}`], { within }), "NO_LISTENER", /no TCP socket serves/);
      rmSync(folder, { recursive: true });
    });
  });

  describe("REFUSED_REMOTELY", () => {
    test("is named where the machine on the other end of the cable refuses, and not where it answers", async () => {
      using within = new OwnNamespace();
      using other = new OwnNamespace();
      joinNamespaces([within, "192.168.78.1/24", "lan0"], [other, "192.168.78.2/24", "lan0"]);
      const [port, deaf] = [freePort(), freePort()];
      await startServer(other, "0.0.0.0", port);
      expectBlocked(await reach([`192.168.78.2:${deaf}`], { within }), "REFUSED_REMOTELY", /ECONNREFUSED \(111\)/);
      expectHealthy(await reach([`192.168.78.2:${port}`], { within }));
    });
  });
}

if (needOwnServers()) describe("where the server listens:", groupTests);

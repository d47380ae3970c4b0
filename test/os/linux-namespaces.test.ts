import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatEndpoint } from "../../src/core/endpoint.ts";
import type { NamespaceFacts } from "../../src/core/network.ts";
import { orderLocalhost, parseFibTrie, parseIfInet6 } from "../../src/os/linux/network/namespace-files.ts";
import { listOtherNamespaces } from "../../src/os/linux/network/namespaces.ts";
import { LOOPBACK4, LOOPBACK6, parseAddress } from "../../src/core/address.ts";
import { anybodyCanRun } from "../guard/unprivileged.ts";
import { until } from "../drive/until.ts";
import { need, needThat } from "../need.ts";
import { OwnNamespace, program, run } from "./own-namespace.ts";

const folder = mkdtempSync(join(tmpdir(), "portguard-hosts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function namespaces(): readonly NamespaceFacts[] {
  const answer = listOtherNamespaces();
  if (answer.kind === "unseen") throw new Error(answer.because);
  return answer.value;
}

const namespaceOf = (pid: number) => namespaces().find(({ leader }) => leader.pid === pid);
const LISTEN = [process.execPath, program("listen.ts")];
/** `sh -c WITH_HOSTS FILE COMMAND…`: the command sees FILE as its hosts file; `ip netns exec` has made its mounts private. */
const WITH_HOSTS = 'mount --bind "$0" /etc/hosts && exec "$@"';

if (need("ip", "mount") && needThat("root", process.getuid?.() === 0)) {
  describe("another network namespace", () => {
    test("shows its listeners with their processes, and is gone with the last of these", async () => {
      using namespace = new OwnNamespace();
      namespace.ip("addr", "add", "10.77.0.1/24", "dev", "lo");
      namespace.ip("addr", "add", "fd77::1/64", "dev", "lo", "nodad");
      const server = await namespace.start(
        ...LISTEN,
        "tcp",
        "127.0.0.1",
        "8000",
        "tcp",
        "::",
        "8001",
        "udp",
        "0.0.0.0",
        "53",
      );
      const found = namespaceOf(server.pid)!;
      expect(found.id).toMatch(/^net:\[\d+\]$/);
      expect(found.leader.command).toEqual([
        ...LISTEN,
        "tcp",
        "127.0.0.1",
        "8000",
        "tcp",
        "::",
        "8001",
        "udp",
        "0.0.0.0",
        "53",
      ]);
      expect(found.listeners.map(({ row }) => formatEndpoint(row.at)).toSorted()).toEqual([
        "0.0.0.0:53/udp",
        "127.0.0.1:8000",
        "[::]:8001",
      ]);
      expect(found.listeners.map(({ process: owner }) => owner?.pid)).toEqual([server.pid, server.pid, server.pid]);
      expect(found.addresses.map(({ text }) => text).toSorted()).toEqual(["10.77.0.1", "127.0.0.1", "::1", "fd77::1"]);
      process.kill(server.pid, "SIGKILL");
      await until("its end", () => server.hasEnded);
      expect(namespaceOf(server.pid)).toBeUndefined();
    });

    test("is one, however many live in it, and who came first leads it", async () => {
      using namespace = new OwnNamespace();
      const first = await namespace.start(...LISTEN, "tcp", "127.0.0.1", "8000");
      const second = await namespace.start(...LISTEN, "tcp", "127.0.0.1", "8001");
      expect(namespaceOf(second.pid)).toBeUndefined();
      const owners = namespaceOf(first.pid)?.listeners.map(({ row, process: owner }) => [row.at.port, owner?.pid]);
      expect(new Map(owners as [number, number][])).toEqual(
        new Map([
          [8000, first.pid],
          [8001, second.pid],
        ]),
      );
    });

    test("is not our own", () => {
      const mine = run("readlink", "/proc/self/ns/net").trim();
      expect(namespaces().map(({ id }) => id)).not.toContain(mine);
    });

    test("has its own hosts file, in the order in which clients try", async () => {
      const hosts = join(folder, "hosts");
      writeFileSync(hosts, "127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.0.0.5 db\n");
      using namespace = new OwnNamespace();
      const server = await namespace.start("sh", "-c", WITH_HOSTS, hosts, ...LISTEN, "tcp", "127.0.0.1", "8000");
      expect(namespaceOf(server.pid)?.localhost).toEqual([LOOPBACK6, LOOPBACK4]);
    });

    test("holds nobody up with a pipe in the place of its hosts file", async () => {
      const pipe = join(folder, "pipe");
      run("mkfifo", pipe);
      using namespace = new OwnNamespace();
      const server = await namespace.start("sh", "-c", WITH_HOSTS, pipe, ...LISTEN, "tcp", "127.0.0.1", "8000");
      const found = namespaceOf(server.pid)!;
      expect(found.listeners).toHaveLength(1);
      expect(found.localhost).toBeUndefined();
    });

    if (needThat("a checkout that anybody may run", anybodyCanRun(process.execPath, program("ask-network.ts")))) {
      test("shows a plain user its listeners, though not whose they are", async () => {
        using namespace = new OwnNamespace();
        const server = await namespace.start(...LISTEN, "tcp", "127.0.0.1", "8000");
        const ask = [process.execPath, program("ask-network.ts"), '[["otherNamespaces"]]'];
        const [answer] = JSON.parse(run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...ask));
        const found = answer.value.find(({ leader }: NamespaceFacts) => leader.pid === server.pid) as NamespaceFacts;
        expect(found.listeners.map(({ row }) => formatEndpoint(row.at))).toEqual(["127.0.0.1:8000"]);
        expect(found.listeners[0]?.process).toBeUndefined();
        expect(found.localhost).toBeUndefined();
      });
    }

    if (need("unshare")) {
      test("is not to be seen from within a container", () => {
        const ask = [process.execPath, program("ask-network.ts"), '[["otherNamespaces"]]'];
        const [answer] = JSON.parse(run("unshare", "--pid", "--fork", "--mount-proc", ...ask));
        expect(answer).toEqual({
          kind: "unseen",
          because: "from within a container only its own processes are seen",
          hint: "run it on the machine around it",
        });
      });

      test("is not to be seen where processes are hidden", () => {
        const script =
          'mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"';
        const ask = [process.execPath, program("ask-network.ts"), '[["otherNamespaces"]]'];
        const [answer] = JSON.parse(run("unshare", "--mount", "sh", "-c", script, "sh", ...ask));
        expect(answer).toMatchObject({ kind: "unseen", hint: "run it with sudo" });
      });
    }
  });
}

test("localhost is ::1 first where the namespace has it, and last where it does not", () => {
  const hosts = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n127.0.0.1 localhost\n# 10.0.0.1 localhost\n";
  expect(orderLocalhost(hosts, [LOOPBACK4, LOOPBACK6])).toEqual([LOOPBACK6, LOOPBACK4]);
  expect(orderLocalhost(hosts, [LOOPBACK4])).toEqual([LOOPBACK4, LOOPBACK6]);
  expect(orderLocalhost("127.0.0.1 web # localhost\n", [LOOPBACK4])).toBeUndefined();
});

test("fib_trie names an address once, and neither networks nor broadcasts", () => {
  const table = [
    "  +-- 0.0.0.0/0 3 0 5",
    "     |-- 0.0.0.0",
    "        /0 universe UNICAST",
    "     +-- 127.0.0.0/8 2 0 2",
    "        |-- 127.0.0.0",
    "           /8 host LOCAL",
    "        |-- 127.0.0.1",
    "           /32 host LOCAL",
    "        |-- 127.255.255.255",
    "           /32 link BROADCAST",
    "     +-- 172.17.0.0/16 2 0 2",
    "        |-- 172.17.0.0",
    "           /16 link UNICAST",
    "           /32 link BROADCAST",
    "        |-- 172.17.0.2",
    "           /16 link UNICAST",
    "           /32 host LOCAL",
  ].join("\n");
  expect(parseFibTrie(`Main:\n${table}\nLocal:\n${table}\n`).map(({ text }) => text)).toEqual([
    "127.0.0.1",
    "172.17.0.2",
  ]);
});

test("if_inet6 gives a link-local address its interface", () => {
  const text = [
    "fe80000000000000902ebcfffe15cac5 1f 40 20 80     eth0",
    "00000000000000000000000000000001 01 80 10 80       lo",
    "fd770000000000000000000000000001 1f 40 00 82     eth0",
  ].join("\n");
  expect(parseIfInet6(`${text}\n`)).toEqual(
    ["fe80::902e:bcff:fe15:cac5%31", "::1", "fd77::1"].map((each) => parseAddress(each)!),
  );
});

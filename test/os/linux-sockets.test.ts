import { afterAll, afterEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listUnixSockets, parseProcNetUnix } from "../../src/os/linux/network/unix-sockets.ts";
import { parseProcNet } from "../../src/os/linux/proc-net.ts";
import { readSocketTable } from "../../src/os/linux/socket-table.ts";
import { SOL_SOCKET } from "../../src/os/unix/constants.ts";
import { setOptionBytes } from "../../src/os/unix/sockets.ts";
import { TestSocket } from "../reserve/test-socket.ts";

const SO_BINDTODEVICE = 25;
const folder = mkdtempSync(join(tmpdir(), "portguard-unix-"));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function unixSockets() {
  const sockets = listUnixSockets();
  if (sockets.kind === "unseen") throw new Error(sockets.because);
  return sockets.value;
}

async function listen(path: string): Promise<Server> {
  const server = createServer().listen(path);
  servers.push(server);
  await once(server, "listening");
  return server;
}

test("a listening unix socket is seen with its owner, and is gone when it is closed", async () => {
  const path = join(folder, "web.sock");
  const server = await listen(path);
  expect(unixSockets().filter((each) => each.path === path)).toEqual([{ path, pids: [process.pid] }]);
  server.close();
  await once(server, "close");
  expect(unixSockets().map((each) => each.path)).not.toContain(path);
});

test("an abstract unix socket begins with @", async () => {
  const name = `portguard-test-${process.pid}`;
  await listen(`\0${name}`);
  expect(unixSockets()).toContainEqual({ path: `@${name}`, pids: [process.pid] });
});

test("a connection to a unix socket is no further listener", async () => {
  const path = join(folder, "busy.sock");
  const server = await listen(path);
  const client = connect(path);
  const [accepted] = await once(server, "connection");
  expect(unixSockets().filter((each) => each.path === path)).toHaveLength(1);
  client.destroy();
  accepted.destroy();
});

test("/proc/net/unix tells the same listeners as the kernel's own answer", async () => {
  await listen(join(folder, "one.sock"));
  await listen(`\0portguard-test-two-${process.pid}`);
  const fromProc = parseProcNetUnix(readFileSync("/proc/net/unix", "utf8")).map(({ path }) => path);
  const asked = unixSockets().map(({ path }) => path);
  expect(fromProc.filter((path) => path.includes("portguard")).toSorted()).toEqual(
    asked.filter((path) => path.includes("portguard")).toSorted(),
  );
  expect(fromProc).toContain(join(folder, "one.sock"));
});

test("of /proc/net/unix only listening stream sockets with a name are taken", () => {
  const text = [
    "Num       RefCount Protocol Flags    Type St Inode Path",
    "ffff8e0101b1c400: 00000002 00000000 00010000 0001 01 21533 /run/web server.sock",
    "ffff8e0101b1c800: 00000003 00000000 00000000 0001 03 21534 /run/web server.sock",
    "ffff8e0101b1cc00: 00000002 00000000 00010000 0005 01 21535 /run/udev/control",
    "ffff8e0101b1d000: 00000002 00000000 00010000 0001 01 21536 @/tmp/.X11-unix/X0",
    "ffff8e0101b1d400: 00000002 00000000 00010000 0001 01 21537",
  ].join("\n");
  expect(parseProcNetUnix(text)).toEqual([
    { id: "21533", path: "/run/web server.sock" },
    { id: "21536", path: "@/tmp/.X11-unix/X0" },
  ]);
});

test("a socket that is bound to an interface shows it, and its neighbour shows none", () => {
  using bound = new TestSocket({ address: "0.0.0.0" });
  setOptionBytes(bound.fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from("lo\0"));
  using listening = new TestSocket({ address: "0.0.0.0", listens: true });
  using bothFamilies = new TestSocket({ address: "::", listens: true });
  setOptionBytes(bothFamilies.fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from("lo\0"));
  const devicesAt = (port: number) => readSocketTable({ port, protocol: "tcp" }).map(({ device }) => device);
  expect(devicesAt(bothFamilies.port)).toEqual(["lo"]);
  expect(devicesAt(listening.port)).toEqual([undefined]);
});

test("a connected UDP socket takes nobody else's datagrams: /proc/net/udp does not show it as open", () => {
  const head =
    "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n";
  const open =
    "  102: 00000000:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 31337 2 0000000000000000 0\n";
  const connected =
    "  103: 0100007F:1F91 0100007F:0035 01 00000000:00000000 00:00000000 00000000  1000        0 31338 2 0000000000000000 0\n";
  expect(parseProcNet(`${head}${open}${connected}`, "udp").map(({ state }) => state)).toEqual(["open", "other"]);
});

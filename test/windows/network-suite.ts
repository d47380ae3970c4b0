import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { TCPSocketListener } from "bun";
import type { Address } from "../../src/core/address.ts";
import { LOOPBACK4, LOOPBACK6, parseAddress } from "../../src/core/address.ts";
import type { Endpoint } from "../../src/core/endpoint.ts";
import type {
  ConnectOutcome,
  DatagramOutcome,
  MachineFacts,
  NameAnswer,
  NetworkInterface,
  Route,
} from "../../src/core/network.ts";
import type { Seen } from "../../src/core/seen.ts";
import { freePort } from "../drive/free-port.ts";
import type { Wine } from "./wine.ts";

const PORT_PROXY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\PortProxy\\v4tov4\\tcp";
const PROFILES = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy";

/** Windows' side of the Network contract, against listeners of this machine. */
export function testNetwork(wine: () => Wine): void {
  const ask = async <Answer>(method: string, ...args: readonly unknown[]): Promise<Answer> => {
    const { stdout, stderr } = await wine().run("os-probe.exe", "network", method, JSON.stringify(args));
    const line = stdout.split(/\r?\n/).find((each) => each.startsWith("["));
    if (line === undefined) throw new Error(`${method} gave no answer: ${stdout}${stderr}`);
    return (JSON.parse(line) as [Answer])[0];
  };
  const at = (address: Address, port: number, protocol: Endpoint["protocol"] = "tcp"): Endpoint => {
    return { protocol, address, port, dual: false };
  };
  const connect = (to: Endpoint, timeoutMs = 20_000) =>
    ask<ConnectOutcome>("connect", to, { timeoutMs, listenMs: 1000 });

  describe("the network", () => {
    const listeners: TCPSocketListener[] = [];
    const listen = (open: NonNullable<Bun.SocketHandler["open"]>): Endpoint => {
      const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { open, data: () => undefined } });
      listeners.push(server);
      return at(LOOPBACK4, server.port);
    };
    afterAll(() => {
      for (const each of listeners) each.stop(true);
    });

    test("refuses a connection that nobody takes, in either family", async () => {
      for (const address of [LOOPBACK4, LOOPBACK6]) {
        const outcome = await connect(at(address, freePort()));
        expect(outcome).toMatchObject({ kind: "failed", failure: "refused", shown: "WSAECONNREFUSED (10061)" });
      }
    });

    test("hears what a server says by itself, or its silence, its end, its reset", async () => {
      const servers = [
        {
          open: (socket: Bun.Socket) => void socket.write("220 hello\r\n"),
          heard: { kind: "said", bytes: "220 hello\r\n" },
        },
        { open: () => undefined, heard: { kind: "silent" } },
        { open: (socket: Bun.Socket) => void socket.end(), heard: { kind: "closed" } },
        { open: (socket: Bun.Socket) => socket.terminate(), heard: { kind: "reset" } },
      ];
      for (const { open, heard } of servers) {
        const outcome = await connect(listen(open));
        expect(outcome).toMatchObject({ kind: "connected", local: { address: LOOPBACK4 } });
        expect(outcome.kind === "connected" && (outcome.greeting as unknown)).toEqual(heard);
      }
    });

    test("can't be connected to from an address that is not ours", async () => {
      const options = { timeoutMs: 20_000, listenMs: 0, from: parseAddress("198.51.100.7") };
      const outcome = await ask<ConnectOutcome>("connect", at(LOOPBACK4, freePort()), options);
      expect(outcome).toMatchObject({ failure: "no-local-port", shown: "WSAEADDRNOTAVAIL (10049)" });
    });

    // That nobody takes it, wine keeps to itself.
    test("brings the answer to a datagram", async () => {
      const server = await Bun.udpSocket({
        hostname: "127.0.0.1",
        socket: { data: (socket, _, port, address) => void socket.send("pong", port, address) },
      });
      const answered = await ask<DatagramOutcome>("sendDatagram", at(LOOPBACK4, server.port, "udp"), 20_000);
      server.close();
      expect(answered).toMatchObject({ kind: "answered", bytes: "pong" });
    });

    test("resolves localhost, and says so where a name is not there", async () => {
      const localhost = await ask<NameAnswer>("resolve", "localhost");
      expect(localhost.kind === "addresses" && localhost.addresses.map(({ text }) => text)).toContain("127.0.0.1");
      expect(await ask<NameAnswer>("resolve", "a..b")).toMatchObject({ kind: "failed", failure: "not-found" });
    });

    test("has the loopback interface with its number, and says where it tells no route", async () => {
      const interfaces = await ask<readonly NetworkInterface[]>("interfaces");
      const loopback = interfaces.find((each) => each.loopback);
      expect(loopback?.index).toBeGreaterThan(0);
      expect(loopback?.addresses).toContainEqual({ address: LOOPBACK4, prefix: 8 });
      // 50: wine has the function, and no answer.
      expect(await ask<Seen<Route>>("route", LOOPBACK4)).toMatchObject({
        kind: "unseen",
        because: "Windows does not tell the route (error 50)",
      });
    });
  });

  describe("the machine", () => {
    const windows = async () => (await ask<MachineFacts>("machine")).windows!;
    const add = (key: string, name: string, type: string, data: string) =>
      wine().run("reg.exe", "add", key, "/v", name, "/t", type, "/d", data, "/f");
    const remove = (key: string) => wine().run("reg.exe", "delete", key, "/f");
    beforeAll(async () => {
      await remove(PORT_PROXY);
      await remove(PROFILES);
    });
    afterAll(async () => {
      await remove(PORT_PROXY);
      await remove(PROFILES);
    });

    test("has the port proxies that are in the registry, and none before", async () => {
      expect((await windows()).portProxies).toEqual({ kind: "seen", value: [] });
      await add(PORT_PROXY, "0.0.0.0/8080", "REG_SZ", "127.0.0.1/80");
      await add(PORT_PROXY, "*/9000", "REG_SZ", "web.lan/9001");
      await add(PORT_PROXY, "nonsense", "REG_SZ", "127.0.0.1/80");
      const { portProxies } = await windows();
      // The registry has no order of its own.
      const sorted = portProxies.kind === "seen" && portProxies.value.toSorted((a, b) => a.listen.port - b.listen.port);
      expect(sorted).toEqual([
        { listen: at(parseAddress("0.0.0.0")!, 8080), to: { host: "127.0.0.1", port: 80 } },
        { listen: at(parseAddress("0.0.0.0")!, 9000), to: { host: "web.lan", port: 9001 } },
      ]);
    });

    test("tells whether a profile of the firewall is on", async () => {
      expect((await windows()).firewallOn.kind).toBe("unseen");
      for (const profile of ["DomainProfile", "StandardProfile", "PublicProfile"]) {
        await add(`${PROFILES}\\${profile}`, "EnableFirewall", "REG_DWORD", "0");
      }
      expect((await windows()).firewallOn).toEqual({ kind: "seen", value: false });
      await add(`${PROFILES}\\PublicProfile`, "EnableFirewall", "REG_DWORD", "1");
      expect((await windows()).firewallOn).toEqual({ kind: "seen", value: true });
    });

    test("tells that there is no service for port proxies here", async () => {
      // 1060: wine has no such service.
      expect((await windows()).portProxyService).toMatchObject({
        kind: "unseen",
        because: expect.stringContaining("1060"),
      });
    });
  });
}

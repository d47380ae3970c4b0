import { describe, expect, test } from "bun:test";
import { ANY4, ANY6, LOOPBACK4, parseAddress } from "../../src/core/address.ts";
import { parseServers } from "../../src/os/windows/network/ask-resolvers.ts";
import { failureOf, showError } from "../../src/os/windows/network/errors.ts";
import { chooseState } from "../../src/os/windows/network/firewall-state.ts";
import { parseInterfaceRow } from "../../src/os/windows/network/interface-row.ts";
import { parsePortProxies } from "../../src/os/windows/network/port-proxies.ts";
import type { RegistryKey } from "../../src/os/windows/network/registry.ts";
import { decodeSockaddr, encodeSockaddr } from "../../src/os/windows/sockaddr.ts";

function key(values: Readonly<Record<string, string | number>>): RegistryKey {
  return { kind: "values", values: new Map(Object.entries(values)) };
}

test.each([
  [10_061, "refused", "WSAECONNREFUSED (10061)"],
  [10_060, "timed-out", "WSAETIMEDOUT (10060)"],
  [10_065, "host-unreachable", "WSAEHOSTUNREACH (10065)"],
  [10_051, "network-unreachable", "WSAENETUNREACH (10051)"],
  [10_054, "reset", "WSAECONNRESET (10054)"],
  [10_013, "prohibited", "WSAEACCES (10013)"],
  [10_049, "no-local-port", "WSAEADDRNOTAVAIL (10049)"],
  [10_055, "no-local-port", "WSAENOBUFS (10055)"],
  [10_047, "no-family", "WSAEAFNOSUPPORT (10047)"],
  [10_024, "other", "error 10024"],
] as const)("Winsock's %d is %s", (error, failure, shown) => {
  expect(failureOf(error, LOOPBACK4)).toBe(failure);
  expect(showError(error)).toBe(shown);
});

test("10049 of an address that stands for every one says that this is none", () => {
  expect([ANY4, ANY6].map((to) => failureOf(10_049, to))).toEqual(["invalid", "invalid"]);
});

describe("a port proxy", () => {
  test("listens on an address, on every one, or on localhost, and leads to a place or a name", () => {
    const found = parsePortProxies(
      key({ "192.168.1.5/8080": "127.0.0.1/80", "*/81": "web.lan/8000", "localhost/82": "::1/82" }),
      4,
    );
    expect(found.map(({ listen, to }) => [listen.address.text, listen.port, to])).toEqual([
      ["192.168.1.5", 8080, { host: "127.0.0.1", port: 80 }],
      ["0.0.0.0", 81, { host: "web.lan", port: 8000 }],
      ["127.0.0.1", 82, { host: "::1", port: 82 }],
    ]);
    expect(parsePortProxies(key({ "*/81": "10.0.0.1/81" }), 6).map(({ listen }) => listen.address)).toEqual([ANY6]);
  });

  test("is none where anything of it is not what netsh writes", () => {
    const values = { "8080": "a/1", "*/0": "a/1", "*/65536": "a/1", "*/81": "a", "name/82": "a/1", "*/83": 7 };
    expect(parsePortProxies(key(values), 4)).toEqual([]);
    expect(parsePortProxies({ kind: "absent" }, 4)).toEqual([]);
  });
});

test("a policy overrules what the machine itself has set for its firewall", () => {
  const [on, off, silent] = [key({ EnableFirewall: 1 }), key({ EnableFirewall: 0 }), key({})];
  expect([chooseState(off, on), chooseState(silent, on), chooseState({ kind: "absent" }, off)]).toEqual([
    false,
    true,
    false,
  ]);
  expect(chooseState({ kind: "absent" }, { kind: "refused", error: 5 })).toBeUndefined();
});

test("an interface's row is read by its layout", () => {
  const row = Buffer.alloc(1352);
  row.writeUInt32LE(12, 8);
  row.write("Wi-Fi\0", 28, "utf16le");
  row.writeUInt32LE(1500, 1124);
  row.writeUInt32LE(71, 1128);
  row.writeUInt32LE(1, 1156);
  expect(parseInterfaceRow(row)).toEqual({
    index: 12,
    alias: "Wi-Fi",
    mtu: 1500,
    up: true,
    loopback: false,
    wireless: true,
  });
});

test("resolvers that no network has configured are left out", () => {
  const servers = ["192.168.1.1", "fec0:0:0:ffff::1", "fec0:0:0:ffff::2", "nonsense", "fe80::1%12"];
  expect(parseServers(servers).map(({ text, scopeId }) => [text, scopeId])).toEqual([
    ["192.168.1.1", 0],
    ["fe80::1", 12],
  ]);
});

test.each(["127.0.0.1", "::1", "fe80::1%12"])("Windows' sockaddr of %s reads back", (text) => {
  const address = parseAddress(text)!;
  const bytes = new Uint8Array(28);
  bytes.set(encodeSockaddr(address, 8443));
  expect(decodeSockaddr(bytes)).toEqual({ address, port: 8443 });
});

import { describe, expect, test } from "bun:test";
import type { NameAnswer } from "../../src/core/network.ts";
import { findHostsLines } from "../../src/os/dns/hosts-lines.ts";
import { parseScopedAddress } from "../../src/os/unix/net/scoped-address.ts";
import { need } from "../need.ts";
import { ask, needNamespaces, runIn, type World } from "./world.ts";

describe("the hosts file", () => {
  const HOSTS =
    "127.0.0.1 localhost\n::1\tlocalhost ip6-localhost # localhost\n# 10.0.0.1 db\n10.0.0.2 web DB.lan db\n";

  test("answers the lines that name it, however they are written", () => {
    expect(findHostsLines(HOSTS, "localhost")).toEqual([
      "127.0.0.1 localhost",
      "::1\tlocalhost ip6-localhost # localhost",
    ]);
    expect(findHostsLines(HOSTS, "db.LAN.")).toEqual(["10.0.0.2 web DB.lan db"]);
  });

  test("has no line for an address, a comment, or part of a name", () => {
    for (const name of ["10.0.0.2", "#", "d", "lan", ""]) expect(findHostsLines(HOSTS, name)).toEqual([]);
  });
});

test("an interface's name is its number", () => {
  expect(parseScopedAddress("fe80::1%7")).toEqual({ family: 6, text: "fe80::1", scopeId: 7 });
  const loopback = process.platform === "darwin" ? "lo0" : "lo";
  expect(parseScopedAddress(`fe80::1%${loopback}`)).toEqual({ family: 6, text: "fe80::1", scopeId: 1 });
  expect(parseScopedAddress("fe80::x%lo")).toBeUndefined();
});

if (process.platform === "linux" && needNamespaces() && need("getent")) describe("a name", inWorlds);

function inWorlds(): void {
  /** What `getent ahosts` shows: getaddrinfo's answer, one line a socket type; nothing where it fails. */
  const getent = async (world: World, name: string) => {
    const text = await runIn(world, ["sh", "-c", 'getent ahosts "$0" || true', name]);
    return text.split("\n").flatMap((line) => /^(\S+)\s+STREAM/.exec(line)?.[1] ?? []);
  };
  const resolve = async (world: World, name: string) => (await ask<NameAnswer>(world, [{ do: "resolve", name }]))[0]!;
  const addressesOf = (answer: NameAnswer) =>
    answer.kind === "addresses" ? answer.addresses.map(({ text }) => text) : answer.failure;

  test.each([
    ["of both families", "127.0.0.1 localhost\n::1 localhost\n"],
    ["of IPv4 only", "127.0.0.1 localhost\n"],
    ["of IPv6 only", "::1 localhost\n"],
    ["twice, and another address", "10.0.0.2 localhost\n10.0.0.1 localhost\n10.0.0.2 localhost\n"],
  ])("is what the C library makes of it: %s", async (_, hosts) => {
    const world = { files: { "/etc/hosts": hosts } };
    const answer = await resolve(world, "localhost");
    expect(addressesOf(answer)).toEqual(await getent(world, "localhost"));
    expect(addressesOf(answer)).not.toBeEmpty();
    expect(answer.hostsLines).toEqual(hosts.trim().split("\n"));
  });

  test("heeds nsswitch.conf", async () => {
    const files = {
      "/etc/hosts": "10.0.0.2 db.lan\n",
      "/etc/nsswitch.conf": "hosts: dns\n",
      "/etc/resolv.conf": "nameserver 127.0.0.1\n",
    };
    const world = { files };
    const answer = await resolve(world, "db.lan");
    expect(answer).toMatchObject({ kind: "failed", failure: "temporary", hostsLines: ["10.0.0.2 db.lan"] });
  });

  test("keeps the interface of a link-local address", async () => {
    expect(await resolve({}, "fe80::1%lo")).toMatchObject({ addresses: [{ text: "fe80::1", scopeId: 1 }] });
  });

  test.each([
    ["is not there", 3, { failure: "not-found", shown: "EAI_NONAME" }],
    ["is there without an address", 0, { failure: "no-address", shown: "EAI_NODATA" }],
    ["can't be looked up now", 2, { failure: "temporary", shown: "EAI_AGAIN" }],
  ])("that %s fails for that reason", async (_, code, failure) => {
    const world = { files: { "/etc/hosts": "\n", "/etc/resolv.conf": "nameserver 127.0.0.1\n" } };
    const [answer] = await ask(world, [
      { do: "serve-dns", host: "127.0.0.1", code },
      { do: "resolve", name: "db.lan" },
    ]);
    expect(answer).toEqual({ kind: "failed", name: "db.lan", ...failure, hostsLines: [] });
  });
}

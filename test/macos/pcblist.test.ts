import { describe, expect, test } from "bun:test";
import { formatEndpoint } from "../../src/core/endpoint.ts";
import { parseSocketList } from "../../src/os/macos/pcblist.ts";
import { readFixture } from "./dump.ts";

const TCP = parseSocketList(await readFixture("tcp-pcblist.txt", 4976), "tcp");
const UDP = parseSocketList(await readFixture("udp-pcblist.txt", 864), "udp");

const summary = (rows: typeof TCP) => rows.map(({ at, state, id }) => `${formatEndpoint(at)} ${state} ${id}`);

describe("the socket tables of macOS", () => {
  test("tell listeners, bound sockets and connections apart, and leave out what has no port", () => {
    expect(summary(TCP)).toEqual([
      "127.0.0.1:8000 listen tcp:701",
      "[::]:8000 bound tcp:702",
      "[::1]:8000 time-wait tcp:703",
      "[fe80::1c2a:3b4c:5d6e:7f80%4]:9000 listen tcp:704",
      "127.0.0.1:8000 established tcp:705",
      "192.168.1.23:8443 listen tcp:0",
      "[::]:8100 listen tcp:707",
    ]);
  });

  test("tell a `::` for both families from one for IPv6 only", () => {
    expect(TCP.filter(({ at }) => at.dual).map(({ at }) => at.port)).toEqual([8000]);
  });

  test("have the user, and the queue of a listener", () => {
    expect(TCP[0]).toMatchObject({ uid: 501, queue: { waiting: 3, limit: 128 } });
    expect(TCP[3]).toMatchObject({ uid: 0, queue: { waiting: 0, limit: 97 } });
    expect(TCP[1]).not.toHaveProperty("queue");
  });

  test("name the process of a listener that lives outside the kernel, as no fd leads to it", () => {
    expect(TCP[5]).toMatchObject({ pid: 612 });
    expect(TCP[5]).not.toHaveProperty("uid");
    expect(TCP[0]).not.toHaveProperty("pid");
  });

  test("have UDP sockets, open unless they are connected", () => {
    expect(summary(UDP)).toEqual(["0.0.0.0:5353/udp open udp:801", "127.0.0.1:60000/udp other udp:802"]);
  });

  test("end with their bytes", async () => {
    const cut = (await readFixture("tcp-pcblist.txt", 4976)).subarray(0, 24 + 616 + 100);
    expect(summary(parseSocketList(cut, "tcp"))).toEqual(["127.0.0.1:8000 listen tcp:701"]);
    expect(parseSocketList(new Uint8Array(24), "tcp")).toEqual([]);
    expect(parseSocketList(new Uint8Array(0), "tcp")).toEqual([]);
  });
});

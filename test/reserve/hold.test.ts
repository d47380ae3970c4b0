import { describe, expect, test } from "bun:test";
import { freePort } from "../drive/free-port.ts";
import { drive } from "../drive.ts";
import { FORMS, openForms } from "./forms.ts";
import { US } from "../drive/us.ts";
import { freeRun, hold } from "./held.ts";
import { TestSocket } from "./test-socket.ts";

const without = (...held: readonly string[]) => FORMS.filter((form) => !held.includes(form));
const wildcards = ["0.0.0.0", "::"];

describe("a held port", () => {
  test.each(["tcp", "udp"] as const)(
    "is nobody else's on any address, whatever options they set: %s",
    async (protocol) => {
      const port = freePort();
      await using held = await hold([`${port}/${protocol}`]);
      expect(openForms(port, protocol)).toEqual([]);
      expect(openForms(port, protocol === "tcp" ? "udp" : "tcp")).toEqual(FORMS);
      expect(await held.run.stop()).toBe("SIGTERM");
      expect(openForms(port, protocol)).toEqual(FORMS);
    },
  );

  test("refuses connections: nobody serves there", async () => {
    const port = freePort();
    await using _held = await hold([`${port}`]);
    const connecting = Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    expect(await connecting.catch(({ code }: { code: string }) => code)).toBe("ECONNREFUSED");
  });

  test("is let go at the end of --for, with exit 0", async () => {
    const port = freePort();
    await using run = drive({ args: ["reserve", `${port}`, "--for", "100ms"], ports: [port] });
    expect(await run.ended()).toBe(0);
    expect(run.events.map(({ event }) => event)).toEqual(["held", "stopping", "exit"]);
    await run.expectNothingLeft();
  });
});

describe("--host narrows the hold:", () => {
  const narrowed: [string, string[]][] = [
    ["127.0.0.1", without("127.0.0.1", ...wildcards)],
    ["::1", without("::1", "::")],
    ["localhost", without("127.0.0.1", "::1", ...wildcards)],
    ["0.0.0.0", without("127.0.0.1", "127.0.0.2", ...wildcards)],
    ["::", []],
  ];
  test.each(narrowed.filter(([host]) => host === "localhost" || FORMS.includes(host)))(
    "%s leaves the rest to others",
    async (host, open) => {
      const port = freePort();
      await using _held = await hold([`${port}`, "--host", host]);
      expect(openForms(port)).toEqual(open);
    },
  );

  test("an address before the port says the same", async () => {
    const port = freePort();
    await using _held = await hold([`127.0.0.1:${port}`]);
    expect(openForms(port)).toEqual(without("127.0.0.1", ...wildcards));
  });

  test("an address of another machine is refused", async () => {
    await using run = drive({ args: ["reserve", `${freePort()}`, "--host", "203.0.113.7"] });
    expect(await run.ended()).toBe(125);
    expect(run.voice[0]).toContain("203.0.113.7");
    expect(run.events.map(({ error }) => error)).toMatchObject([{ code: "NOT_LOCAL" }]);
  });
});

describe("several ports", () => {
  test("are all held, each by its name", async () => {
    const [web, db] = [freePort(), freePort()];
    await using held = await hold([`web=${web}`, `db=${db}/udp`]);
    expect(held.ports).toMatchObject([
      { name: "web", port: web },
      { name: "db", port: db },
    ]);
    expect([openForms(web), openForms(db, "udp")]).toEqual([[], []]);
  });

  test.each(["A,B", "A B"])("are held all or none: %s", async (form) => {
    const [free, taken] = [freePort(), freePort()];
    using _holder = new TestSocket({ port: taken });
    const words = form.replace("A", `${free}`).replace("B", `${taken}`).split(" ");
    await using run = drive({ args: ["reserve", ...words], ports: [free] });
    expect(await run.ended()).toBe(125);
    expect(run.voice[0]).toStartWith(`port ${taken} is held by `);
    expect(run.events.map(({ event }) => event)).toEqual(["error"]);
    await run.expectNothingLeft();
  });
});

describe("a range", () => {
  test("gives its first free port, and says so", async () => {
    const first = freeRun(4);
    using _tcp = new TestSocket({ port: first });
    using _listener = new TestSocket({ port: first + 1, address: "::", listens: true });
    await using held = await hold([`${first}-${first + 3}`]);
    expect(held.ports).toMatchObject([{ port: first + 2 }]);
    expect(openForms(first + 2)).toEqual([]);
    expect(openForms(first + 3)).toEqual(FORMS);
    expect(held.run.voice[0]).toStartWith(`took ${first + 2} instead of ${first}: ${first} is held by `);
  });

  test("without a free port is refused, naming who has the first", async () => {
    const first = freeRun(2);
    using _a = new TestSocket({ port: first });
    using _b = new TestSocket({ port: first + 1 });
    await using run = drive({ args: ["reserve", `${first}-${first + 1}`] });
    expect(await run.ended()).toBe(125);
    expect(run.voice[0]).toBe(`port ${first} is held by ${US} on 127.0.0.1:${first}`);
  });
});

test.each(["tcp", "udp"] as const)("0 is any free port: %s", async (protocol) => {
  await using one = await hold([`0/${protocol}`]);
  await using other = await hold([`0/${protocol}`]);
  const ports = [...one.ports, ...other.ports].map(({ port }) => port);
  expect(new Set(ports).size).toBe(2);
  expect(ports.flatMap((port) => openForms(port, protocol))).toEqual([]);
});

describe("only what is proven free is held: it is refused where somebody", () => {
  test.each([
    ["listens", { listens: true }],
    ["listens with SO_REUSEPORT", { listens: true, options: ["reuseport"] }],
    ["is bound with SO_REUSEADDR and SO_REUSEPORT, and does not listen yet", { options: ["reuseaddr", "reuseport"] }],
    ["has IPv6 only", { address: "::1" }],
    ["has one more loopback address", { address: "127.0.0.2", options: ["reuseaddr"] }],
  ] as const)("%s", async (_, options) => {
    using holder = new TestSocket({ port: freePort(), ...options });
    await using run = drive({ args: ["reserve", `${holder.port}`] });
    expect(await run.ended()).toBe(125);
    expect(run.events.map(({ error }) => error)).toMatchObject([{ code: "PORT_HELD" }]);
    expect(run.voice[0]).toStartWith(`port ${holder.port} is held by ${US} on `);
  });

  test("has a UDP socket", async () => {
    using holder = new TestSocket({ protocol: "udp", options: ["reuseaddr", "reuseport"] });
    await using run = drive({ args: ["reserve", `${holder.port}/udp`] });
    expect(await run.ended()).toBe(125);
    expect(run.voice[0]).toContain(`${US} on 127.0.0.1:${holder.port}/udp`);
  });
});

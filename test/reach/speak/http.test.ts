import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { networkInterfaces } from "node:os";
import { freePort } from "../../drive/free-port.ts";
import { until } from "../../drive/until.ts";
import { need, needThat } from "../../need.ts";
import { NodeServers } from "./node-servers.ts";
import { RawServer } from "./raw-server.ts";
import { answerOf, headerOf, requestFor, speakTo, startOf } from "./speak-to.ts";
import { StartedProgram } from "./started-program.ts";

describe("one GET", () => {
  test("of Bun.serve tells status, headers and body, and names its port", async () => {
    using server = Bun.serve({ port: 0, fetch: (request) => new Response(request.url) });
    const { http, ...rest } = await speakTo(server.port!, { path: "/a?b=c" });
    const { afterMs, headers, ...answer } = answerOf(http);
    const body = `http://localhost:${server.port}/a?b=c`;
    expect(answer).toEqual({
      version: "1.1",
      status: 200,
      reason: "OK",
      body,
      bodyEnd: "complete",
      received: body.length,
      announced: body.length,
    });
    expect(headers.map(([name]) => name)).toContain("content-type");
    expect(afterMs).toBeGreaterThan(0);
    expect(Object.keys(rest).toSorted()).toEqual(["host", "to"]);
  });

  test("reads chunks, and stops after 64 KiB of them", async () => {
    const pieces = async function* () {
      for (let at = 0; at < 4000; at++) yield Buffer.alloc(1000, "x");
    };
    using server = Bun.serve({ port: 0, fetch: () => new Response(pieces()) });
    const answer = answerOf((await speakTo(server.port!)).http);
    expect(answer).toMatchObject({ status: 200, bodyEnd: "cut", received: 65_536, body: "x".repeat(4096) });
    expect(answer.announced).toBeUndefined();
  });

  test("sends nothing that a path, a name or an origin could smuggle in", async () => {
    await using server = await RawServer.answering((socket) => socket.end("HTTP/1.1 204 No Content\r\n\r\n"));
    const said = { path: "/a b\r\nX: 1\r\n\r\n%20é#f", host: "é.test\r\nX: 2", origin: "http://o.test\r\nX: 3" };
    await speakTo(server.port, said);
    const [line, ...headers] = server.heard[0]!.split("\r\n");
    expect(line).toBe("GET /a%20b%0D%0AX:%201%0D%0A%0D%0A%20%C3%A9 HTTP/1.1");
    expect(headers.filter((header) => header.startsWith("X"))).toEqual([]);
    expect(headers).toContain("User-Agent: portguard");
    expect(headers).toContain("Connection: close");
    expect(headers.slice(-2)).toEqual(["", ""]);
  });

  test("goes to an IPv6 address, whose Host has brackets", async () => {
    using server = Bun.serve({
      hostname: "::1",
      port: 0,
      fetch: (request) => new Response(request.headers.get("host")),
    });
    const { http } = await speakTo(server.port!, { address: "::1", host: "::1" });
    expect(answerOf(http).body).toBe(`[::1]:${server.port}`);
  });

  const linkLocal = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ address, scopeid }) => address.startsWith("fe80:") && scopeid);
  if (needThat("a link-local address", linkLocal !== undefined)) {
    test("goes to a link-local address by its interface, which Host leaves out", async () => {
      const { address, scopeid } = linkLocal!;
      using server = Bun.serve({
        hostname: "::",
        port: 0,
        fetch: (request) => new Response(request.headers.get("host")),
      });
      const zoned = `${address}%${scopeid}`;
      const { http } = await speakTo(server.port!, { address: zoned, host: zoned });
      expect(answerOf(http).body).toBe(`[${address}]:${server.port}`);
    });
  }

  test("to where nobody listens says so", async () => {
    const { http } = await speakTo(freePort());
    expect(http).toEqual({ kind: "failed", failure: { kind: "not-connected", because: "ECONNREFUSED" } });
  });

  test("is not sent through a proxy", async () => {
    await using proxy = await RawServer.answering((socket) => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    using server = Bun.serve({ port: 0, fetch: () => new Response("here") });
    const url = `http://127.0.0.1:${proxy.port}`;
    const child = Bun.spawn(
      [process.execPath, join(import.meta.dir, "programs/converse.ts"), JSON.stringify(requestFor(server.port!))],
      { env: { ...process.env, http_proxy: url, HTTP_PROXY: url, https_proxy: url, ALL_PROXY: url, NO_PROXY: "" } },
    );
    const said: unknown = JSON.parse(await child.stdout.text());
    expect(said).toMatchObject({ http: { kind: "answered", answer: { body: "here" } } });
    expect(proxy.accepted).toBe(0);
  });
});

if (need("node", "openssl")) {
  describe("of Node's servers", () => {
    let node: NodeServers;
    beforeAll(async () => void (node = await NodeServers.start()));
    afterAll(() => node[Symbol.asyncDispose]());

    test("a repeated header is kept as often as it came", async () => {
      const { http } = await speakTo(node.ports.http);
      expect(headerOf(http, "set-cookie")).toEqual(["a=1", "b=2"]);
      expect(answerOf(http).body).toBe(`GET / of localhost:${node.ports.http} by portguard`);
    });

    test("a redirect is reported, and not followed", async () => {
      await using front = await RawServer.before(node.ports.http);
      const { http } = await speakTo(front.port, { path: "/moved" });
      expect(answerOf(http).status).toBe(302);
      expect(headerOf(http, "location")).toEqual(["http://192.0.2.1/"]);
      expect(front.accepted).toBe(1);
    });

    test("an answer without a body has none", async () => {
      const { http } = await speakTo(node.ports.http, { path: "/empty" });
      expect(answerOf(http)).toMatchObject({ status: 204, bodyEnd: "none", received: 0 });
    });

    test("a refused Host is tried again as localhost", async () => {
      const { http, otherHost } = await speakTo(node.ports.http, { path: "/host", host: "pc.lan" });
      expect(answerOf(http)).toMatchObject({ status: 403, body: "Blocked host" });
      expect(answerOf(otherHost).body).toBe(`GET /host of localhost:${node.ports.http} by portguard`);
    });

    test("an accepted Host is asked once", async () => {
      await using front = await RawServer.before(node.ports.http);
      expect((await speakTo(front.port, { host: "pc.lan" })).otherHost).toBeUndefined();
      expect(front.accepted).toBe(1);
    });

    test("HTTPS is recognised although it only closes the connection", async () => {
      expect((await speakTo(node.ports.https)).http).toEqual({ kind: "tls" });
    });

    test("HTTP/2 without TLS is spoken to in HTTP/2", async () => {
      await using front = await RawServer.before(node.ports.h2c);
      const { http } = await speakTo(front.port);
      expect(answerOf(http)).toMatchObject({ version: "2", status: 200, reason: "", bodyEnd: "complete" });
      expect(answerOf(http).body).toBe(`GET / of localhost:${front.port} by portguard`);
      expect(headerOf(http, "set-cookie")).toEqual(["a=1", "b=2"]);
      await front.expectAllClosed();
    });

    test("no connection is left open", async () => {
      await using front = await RawServer.before(node.ports.http);
      await speakTo(front.port);
      await speakTo(front.port, { path: "/host", host: "pc.lan" });
      expect(front.accepted).toBe(3);
      await front.expectAllClosed();
    });
  });
}

if (need("python3")) {
  test("Python's http.server, whose bodies end with the connection, is read whole", async () => {
    const port = freePort();
    const argv = ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", import.meta.dir, `${port}`];
    await using _server = new StartedProgram(argv);
    const answer = await until("an answer", async () => {
      const { http } = await speakTo(port, { path: "/http.test.ts" });
      return http?.kind === "answered" && http.answer;
    });
    expect(answer).toMatchObject({ version: "1.0", status: 200, bodyEnd: "complete" });
    expect(answer.received).toBe(answer.announced!);
    expect(answer.body).toStartWith("import ");
    const { tls } = await speakTo(port, { secure: true, timeoutMs: 2000 });
    expect(tls).toMatchObject({ kind: "plain" });
  });
}

test.each(["SSH-2.0-OpenSSH_9.2\r\n", "\u0000\u0001\u0002\u001b[2J", "-ERR unknown command\r\n", "{}"])(
  "%j is not HTTP, and is shown",
  async (banner) => {
    await using server = await RawServer.answering((socket) => socket.end(Buffer.from(banner, "latin1")));
    expect(startOf((await speakTo(server.port)).http)).toBe(banner);
    await server.expectAllClosed();
  },
);

test("a TLS alert in answer to plain HTTP is recognised", async () => {
  const alert = Buffer.from("15030300020246", "hex");
  await using server = await RawServer.answering((socket) => socket.end(alert));
  expect((await speakTo(server.port)).http).toEqual({ kind: "tls" });
});

describe("a bad request", () => {
  async function server(type: string): Promise<RawServer> {
    return RawServer.answering((socket, first) => {
      const isPlain = first.startsWith("GET ");
      const answer = isPlain
        ? `HTTP/1.1 400 Bad Request\r\nContent-Type: ${type}\r\n\r\n`
        : "\u0015\u0003\u0003\u0000\u0002\u0002\u0028";
      socket.end(Buffer.from(answer, "latin1"));
    });
  }

  test("by a server of HTTPS that says so in plain text is TLS", async () => {
    await using own = await server("text/plain");
    expect((await speakTo(own.port)).http).toEqual({ kind: "tls" });
    await own.expectAllClosed();
  });

  test("under one name alone, or in JSON, is what it says", async () => {
    await using picky = await RawServer.answering((socket, first) => {
      socket.end(`HTTP/1.1 ${first.includes("Host: localhost:") ? "200 OK" : "400 Bad Request"}\r\n\r\n`);
    });
    const { http, otherHost } = await speakTo(picky.port, { host: "pc.lan" });
    expect([answerOf(http).status, answerOf(otherHost).status, picky.accepted]).toEqual([400, 200, 2]);
    await using own = await server("application/json");
    expect(answerOf((await speakTo(own.port)).http).status).toBe(400);
    expect(own.accepted).toBe(1);
  });
});

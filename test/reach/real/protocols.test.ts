import { describe, expect, test } from "bun:test";
import type { Socket } from "node:net";
import { need } from "../../need.ts";
import { committed } from "../../servers/parts.ts";
import { emptyFolder } from "../../servers/work-folder.ts";
import { makeCertificate } from "../speak/certificates.ts";
import { NodeServers } from "../speak/node-servers.ts";
import { RawServer } from "../speak/raw-server.ts";
import { StartedProgram } from "../speak/started-program.ts";
import { answering, page } from "./answering.ts";
import { expectBlocked, expectHealthy, expectWarned, reach } from "./reach.ts";

/** Asks it for a page, and whatever it is answered has to be told. */
async function reachRaw(behave: (socket: Socket) => void, ...flags: readonly string[]) {
  await using server = await RawServer.answering(behave);
  return await reach([`http://127.0.0.1:${server.port}/page`, ...flags]);
}

function groupNodeTests(): void {
  test("healthy servers yield nothing, whatever they speak", async () => {
    await using servers = await NodeServers.start();
    const env = { NODE_EXTRA_CA_CERTS: servers.file("cert.pem") };
    expectHealthy(await reach([`http://127.0.0.1:${servers.ports.http}/`], { env }));
    for (const name of ["https", "tls12", "h2"] as const) {
      expectHealthy(await reach([`https://localhost:${servers.ports[name]}/`], { env }));
    }
    for (const port of Object.values(servers.ports)) expectHealthy(await reach([`${port}`], { env }));
  });

  describe("SCHEME_MISMATCH", () => {
    test("is named for https on a plain port and for http on a TLS port, and the other scheme mends it", async () => {
      await using servers = await NodeServers.start();
      const env = { NODE_EXTRA_CA_CERTS: servers.file("cert.pem") };
      const { http, https, h2 } = servers.ports;
      const cases = [
        [`https://localhost:${http}/`, `http://localhost:${http}/`, /answer to a TLS ClientHello begins with `HTTP/],
        [`http://localhost:${https}/`, `https://localhost:${https}/`, /TLS record came back/],
        [`http://localhost:${h2}/`, `https://localhost:${h2}/`, /TLS record came back/],
      ] as const;
      for (const [asked, instead, evidence] of cases) {
        const reached = await reach([asked], { env });
        expectBlocked(reached, "SCHEME_MISMATCH", evidence);
        expect(reached.findings[0]?.remedies[0]?.commands).toEqual([["portguard", "reach", instead]]);
        expectHealthy(await reach([instead], { env }));
      }
    });
  });

  describe("HTTP2_ONLY", () => {
    test("warns of a server that answers HTTP/2 alone, without TLS", async () => {
      await using servers = await NodeServers.start();
      const reached = await reach([`http://localhost:${servers.ports.h2c}/`]);
      expectWarned(reached, "HTTP2_ONLY", /HTTP\/1\.1 was turned away/);
    });
  });

  describe("TLS_REFUSED", () => {
    test("is named where the server wants a certificate of the client", async () => {
      await using servers = await NodeServers.start();
      const env = { NODE_EXTRA_CA_CERTS: servers.file("cert.pem") };
      for (const name of ["mutual", "mutual12"] as const) {
        expectBlocked(
          await reach([`https://localhost:${servers.ports[name]}/`], { env }),
          "TLS_REFUSED",
          /the alert is/,
        );
      }
    });
  });

  describe("CERTIFICATE", () => {
    test("is named where nobody trusts it, or it has another name, and not where the client trusts it", async () => {
      await using servers = await NodeServers.start();
      const { https } = servers.ports;
      const reached = await reach([`https://localhost:${https}/`]);
      expectBlocked(reached, "CERTIFICATE", /SELF_SIGNED/);
      expect(reached.findings[0]?.title).toContain("it is self-signed");
      const env = { NODE_EXTRA_CA_CERTS: servers.file("cert.pem") };
      expectHealthy(await reach([`https://127.0.0.1:${https}/`], { env }));
      const other = await reach([`https://127.0.0.2:${https}/`], { env });
      expect(other.findings.map(({ code }) => code)).not.toContain("CERTIFICATE");
    });

    test("says when it expired", async () => {
      using folder = emptyFolder();
      makeCertificate(folder.path, {
        subject: "/CN=localhost",
        names: "DNS:other.test",
        from: "20200101000000Z",
        to: "20200204000000Z",
      });
      await using program = new StartedProgram(["node", committed("programs/node/protocols.mjs"), folder.path]);
      const { https } = JSON.parse(await program.firstLine()) as { https: number };
      const env = { NODE_EXTRA_CA_CERTS: folder.file("cert.pem") };
      const reached = await reach([`https://localhost:${https}/`], { env });
      expectBlocked(reached, "CERTIFICATE", /valid from 2020-01-01 to 2020-02-04/);
      expect(reached.findings[0]?.title).toEndWith("it expired on 2020-02-04");
    });

    test("says which name it has instead", async () => {
      using folder = emptyFolder();
      makeCertificate(folder.path, { subject: "/CN=other", names: "DNS:other.test" });
      await using program = new StartedProgram(["node", committed("programs/node/protocols.mjs"), folder.path]);
      const { https } = JSON.parse(await program.firstLine()) as { https: number };
      const env = { NODE_EXTRA_CA_CERTS: folder.file("cert.pem") };
      const reached = await reach([`https://localhost:${https}/`], { env });
      expectBlocked(reached, "CERTIFICATE", /names other\.test/);
      expect(reached.findings[0]?.title).toEndWith("it stands for other.test, not for localhost");
    });
  });

  describe("WEBSOCKET_REFUSED", () => {
    test("is named where HTTP answers the upgrade, and not where the protocols are switched", async () => {
      await using servers = await NodeServers.start();
      expectBlocked(await reach([`ws://localhost:${servers.ports.http}/live`]), "WEBSOCKET_REFUSED", /answered 200/);
      using real = Bun.serve({
        port: 0,
        hostname: "127.0.0.1",
        fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("no upgrade")),
        websocket: { message: () => undefined },
      });
      expectHealthy(await reach([`ws://127.0.0.1:${real.port}/live`]));
    });
  });

  describe("HOST_CHECK", () => {
    test("is named where the address is refused and localhost is not", async () => {
      await using servers = await NodeServers.start();
      const reached = await reach([`http://127.0.0.1:${servers.ports.http}/host`]);
      expectBlocked(reached, "HOST_CHECK", /with `Host: localhost` it answered 200/);
      expectHealthy(await reach([`http://localhost:${servers.ports.http}/host`]));
    });
  });
}

function groupRawTests(): void {
  test("a page, an empty answer, a login and a missing page are healthy", async () => {
    for (const status of ["200 OK", "401 Unauthorized", "403 Forbidden", "404 Not Found"]) {
      expectHealthy(await reachRaw((socket) => socket.end(page(status, "", "hello"))));
    }
    expectHealthy(await reachRaw((socket) => socket.end("HTTP/1.1 204 No Content\r\n\r\n")));
  });

  describe("NOT_HTTP", () => {
    test("names what speaks in HTTP's place, and hides its control characters", async () => {
      await using server = await RawServer.greeting((socket) => socket.write("SSH-2.0-Open\u001b[2JSSH\r\n"));
      const reached = await reach([`http://127.0.0.1:${server.port}/`]);
      expectBlocked(reached, "NOT_HTTP", /begins with `SSH-2\.0-Open \[2JSSH`/);
      expect(reached.findings[0]?.title).toContain("speaks SSH on");
      expectHealthy(await reach([`${server.port}`]));
    });
  });

  describe("CLOSED_WITHOUT_ANSWER", () => {
    test("is named where the request is answered with the end", async () => {
      expectBlocked(await reachRaw((socket) => socket.end()), "CLOSED_WITHOUT_ANSWER", /connection was closed/);
      expectBlocked(
        await reachRaw((socket) => socket.resetAndDestroy()),
        "CLOSED_WITHOUT_ANSWER",
        /connection was (?:reset|closed)/,
      );
    });

    test("is named where a bare connection is reset at once, and warned of where it is closed", async () => {
      await using resets = await RawServer.greeting((socket) => socket.resetAndDestroy());
      expectBlocked(await reach([`127.0.0.1:${resets.port}`]), "CLOSED_WITHOUT_ANSWER", /resets it at once/);
      await using closes = await RawServer.greeting((socket) => socket.end());
      expectWarned(await reach([`127.0.0.1:${closes.port}`]), "CLOSED_WITHOUT_ANSWER", /closes it at once/);
    });
  });

  describe("NO_ANSWER", () => {
    test("is named where nothing comes back, and not where it is late", async () => {
      const reached = await reachRaw(() => undefined, "--timeout", "2s");
      expectBlocked(reached, "NO_ANSWER", /no complete answer came back for GET \/page/);
      const late = (socket: Socket) => void setTimeout(() => socket.end(page("200 OK", "", "late")), 500);
      expectHealthy(await reachRaw(late, "--timeout", "15s"));
    });
  });

  describe("BODY_INCOMPLETE", () => {
    test("is named where less comes than was announced", async () => {
      const cut = "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\nhello";
      expectBlocked(
        await reachRaw((socket) => socket.end(cut)),
        "BODY_INCOMPLETE",
        /Content-Length is 9000, and 5 bytes/,
      );
      const stalled = await reachRaw((socket) => socket.write(cut), "--timeout", "2s");
      expectBlocked(stalled, "BODY_INCOMPLETE", /5 bytes came/);
    });

    test("is silent of a stream that says nothing of its length", async () => {
      const stream =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n: hi\n\r\n";
      expectHealthy(await reachRaw((socket) => socket.write(stream), "--timeout", "2s"));
    });
  });

  describe("SERVER_ERROR", () => {
    test("warns of a 500 and of a 502", async () => {
      const broken = await reachRaw((socket) => socket.end(page("500 Internal Server Error", "", "oh no")));
      expectWarned(broken, "SERVER_ERROR", /answered 500 Internal Server Error to GET \/page: oh no/);
      const behind = await reachRaw((socket) => socket.end(page("502 Bad Gateway", "")));
      expectWarned(behind, "SERVER_ERROR", /answered 502/);
    });
  });

  describe("REDIRECTED", () => {
    test("warns of another host, which is not contacted, and is silent of another page", async () => {
      await using other = await answering(page("200 OK", "", "there"));
      const there = `http://localhost:${other.port}/x`;
      const away = await reachRaw((socket) => socket.end(page("302 Found", `Location: ${there}\r\n`)));
      expectWarned(away, "REDIRECTED", new RegExp(`Location header is ${there}`));
      expect(other.accepted).toBe(0);
      expectHealthy(await reachRaw((socket) => socket.end(page("302 Found", "Location: /login\r\n"))));
    });
  });
}

if (need("node", "openssl")) describe("of a real server,", groupNodeTests);
describe("of a server that misbehaves,", groupRawTests);

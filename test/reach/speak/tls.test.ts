import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer } from "node:https";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import type { TlsTalk } from "../../../src/reach/speak/conversation.ts";
import { namesOf } from "../../../src/reach/speak/certificate.ts";
import { freePort } from "../../drive/free-port.ts";
import { need } from "../../need.ts";
import { emptyFolder } from "../../servers/work-folder.ts";
import { makeCertificate } from "./certificates.ts";
import { NodeServers } from "./node-servers.ts";
import { RawServer } from "./raw-server.ts";
import { answerOf, requestFor, speakTo } from "./speak-to.ts";

function securedOf(tls: TlsTalk | undefined): Extract<TlsTalk, { kind: "secured" }> {
  if (tls?.kind !== "secured") throw new Error(`not secured, but ${Bun.inspect(tls)}`);
  return tls;
}

if (need("node", "openssl")) {
  describe("over TLS", () => {
    let node: NodeServers;
    beforeAll(async () => void (node = await NodeServers.start()));
    afterAll(() => node[Symbol.asyncDispose]());

    test("the certificate is told, and HTTP is spoken", async () => {
      const { tls, http } = await speakTo(node.ports.https, { secure: true });
      const { certificate, ...talk } = securedOf(tls);
      expect(talk).toMatchObject({ version: "TLSv1.3", distrusted: "DEPTH_ZERO_SELF_SIGNED_CERT" });
      const { notBefore, notAfter, ...rest } = certificate!;
      expect(rest).toEqual({
        subject: "CN=localhost, O=Tests",
        issuer: "CN=localhost, O=Tests",
        names: ["localhost", "*.example.test", "127.0.0.1"],
        coversHost: true,
      });
      expect(notAfter - notBefore).toBe(2 * 24 * 3600 * 1000);
      expect(answerOf(http).body).toBe(`GET / of localhost:${node.ports.https} by portguard`);
    });

    test("an older version is named", async () => {
      const { tls } = await speakTo(node.ports.tls12, { secure: true });
      expect(securedOf(tls).version).toBe("TLSv1.2");
    });

    test.each([
      ["a.example.test", true],
      ["127.0.0.1", true],
      ["a.b.example.test", false],
      ["192.168.1.20", false],
    ])("whether it covers %s is %p", async (host, covers) => {
      const { tls } = await speakTo(node.ports.https, { secure: true, host });
      expect(securedOf(tls).certificate?.coversHost).toBe(covers);
    });

    test("HTTP/2 is spoken where it was agreed on", async () => {
      await using front = await RawServer.before(node.ports.h2);
      const { tls, http } = await speakTo(front.port, { secure: true, path: "/x" });
      expect(securedOf(tls).alpn).toBe("h2");
      expect(answerOf(http)).toMatchObject({ version: "2", status: 200, bodyEnd: "complete" });
      expect(answerOf(http).body).toBe(`GET /x of localhost:${front.port} by portguard`);
      await front.expectAllClosed();
    });

    test("a refused Host is tried again as localhost, under the same name in TLS", async () => {
      const { http, otherHost } = await speakTo(node.ports.h2, { secure: true, path: "/host", host: "a.example.test" });
      expect(answerOf(http).status).toBe(403);
      expect(answerOf(otherHost).body).toBe(`GET /host of localhost:${node.ports.h2} by portguard`);
    });

    test("`--probe tls` stops after the handshake", async () => {
      const { tls, ...rest } = await speakTo(node.ports.https, { secure: true, probe: "tls" });
      expect(securedOf(tls).certificate?.coversHost).toBeTrue();
      expect(Object.keys(rest).toSorted()).toEqual(["host", "to"]);
    });

    test("a server that wants a certificate of the client says so, in either version", async () => {
      const [newer, older] = await Promise.all([
        speakTo(node.ports.mutual, { secure: true }),
        speakTo(node.ports.mutual12, { secure: true }),
      ]);
      expect(newer.tls).toEqual({ kind: "refused", alert: "certificate_required" });
      expect(newer.http).toBeUndefined();
      expect(older.tls).toEqual({ kind: "refused", alert: "handshake_failure" });
    });

    test("plain HTTP is recognised by its answer", async () => {
      const { tls, http } = await speakTo(node.ports.http, { secure: true });
      if (tls?.kind !== "plain") throw new Error(Bun.inspect(tls));
      expect(Buffer.from(tls.start).toString()).toStartWith("HTTP/1.1 400 Bad Request\r\n");
      expect(http).toBeUndefined();
    });

    test("no connection is left open, secured or not", async () => {
      await using front = await RawServer.before(node.ports.https);
      await speakTo(front.port, { secure: true });
      await speakTo(front.port, { secure: true, probe: "tls" });
      await speakTo(front.port);
      await front.expectAllClosed();
      expect(front.accepted).toBe(4);
    });

    test("a certificate that the machine trusts is not called distrusted", async () => {
      const request = requestFor(node.ports.https, { secure: true });
      const { stdout } = Bun.spawnSync(
        [process.execPath, join(import.meta.dir, "programs/converse.ts"), JSON.stringify(request)],
        { env: { ...process.env, NODE_EXTRA_CA_CERTS: node.file("cert.pem") } },
      );
      const { tls } = JSON.parse(stdout.toString()) as { tls: TlsTalk };
      expect(securedOf(tls).distrusted).toBeUndefined();
    });
  });
}

if (need("openssl")) {
  test("an expired certificate is told with its dates", async () => {
    using folder = emptyFolder();
    makeCertificate(folder.path, {
      subject: "/CN=old",
      names: "DNS:localhost",
      from: "20200101000000Z",
      to: "20200201000000Z",
    });
    const [key, cert] = [readFileSync(folder.file("key.pem")), readFileSync(folder.file("cert.pem"))];
    const server = createServer({ key, cert }, (_, response) => void response.end("old"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { tls, http } = await speakTo(port, { secure: true });
    server.close();
    const { certificate, distrusted } = securedOf(tls);
    expect(certificate).toMatchObject({ notBefore: Date.UTC(2020, 0, 1), notAfter: Date.UTC(2020, 1, 1) });
    expect(distrusted).toBeOneOf(["CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT"]);
    expect(answerOf(http).body).toBe("old");
  });
}

describe("a handshake that does not come about", () => {
  test.each([
    ["28", "handshake_failure"],
    ["70", "unrecognized_name"],
    ["46", "protocol_version"],
    ["fe", "alert 254"],
  ])("for alert %s is refused by its name", async (code, alert) => {
    const record = Buffer.from(`150303000202${code}`, "hex");
    await using server = await RawServer.answering((socket) => socket.end(record));
    expect((await speakTo(server.port, { secure: true })).tls).toEqual({ kind: "refused", alert });
    expect(server.accepted).toBe(1);
    await server.expectAllClosed();
  });

  test("for a server that closes is closed, and its plain HTTP was tried", async () => {
    await using server = await RawServer.answering((socket) => socket.end());
    const { tls, http } = await speakTo(server.port, { secure: true });
    expect(tls).toMatchObject({ kind: "failed", failure: { kind: "closed" } });
    expect(http).toBeUndefined();
    expect(server.accepted).toBe(2);
    await server.expectAllClosed();
  });

  test("for a server that resets is reset", async () => {
    await using server = await RawServer.answering((socket) => void socket.resetAndDestroy());
    expect((await speakTo(server.port, { secure: true, probe: "tls" })).tls).toMatchObject({
      kind: "failed",
      failure: { kind: "reset" },
    });
    expect(server.accepted).toBe(1);
  });

  test("for a server that says nothing is silent", async () => {
    await using server = await RawServer.answering(() => undefined);
    expect((await speakTo(server.port, { secure: true, probe: "tls", timeoutMs: 300 })).tls).toMatchObject({
      kind: "failed",
      failure: { kind: "silent" },
    });
    await server.expectAllClosed();
  });

  test("is plain where the server only says something in its own words", async () => {
    await using server = await RawServer.greeting((socket) => void socket.write("220 mail.test ESMTP\r\n"));
    const { tls } = await speakTo(server.port, { secure: true });
    expect(tls).toEqual({ kind: "plain", start: new Uint8Array(Buffer.from("220 mail.test ESMTP\r\n")) });
  });

  test("is plain where a server waits for a line's end, and answers HTTP", async () => {
    await using server = await RawServer.answering((socket, first) => {
      if (first.startsWith("GET ")) socket.end("HTTP/1.1 200 OK\r\n\r\nhi");
    });
    const { tls } = await speakTo(server.port, { secure: true, timeoutMs: 500 });
    expect(tls).toMatchObject({ kind: "plain" });
  });

  test("for a port that nobody listens on is no connection", async () => {
    const { tls, http } = await speakTo(freePort(), { secure: true });
    expect(tls).toBeUndefined();
    expect(http).toEqual({ kind: "failed", failure: { kind: "not-connected", because: "ECONNREFUSED" } });
  });

  test("for bytes that look like TLS and are none is malformed or refused, and ends", async () => {
    const junk = Buffer.concat([Buffer.from("1603030040", "hex"), Buffer.alloc(64, 0xff)]);
    await using server = await RawServer.answering((socket) => void socket.write(junk));
    const { tls } = await speakTo(server.port, { secure: true, probe: "tls" });
    expect(tls).toMatchObject({ kind: "failed", failure: { kind: "malformed", start: new Uint8Array(junk) } });
    await server.expectAllClosed();
  });
});

test("names with a comma in them are one name", () => {
  expect(namesOf('DNS:a.test, DNS:"b, DNS:c", IP Address:::1, email:x@y')).toEqual(["a.test", '"b, DNS:c"', "::1"]);
});

import { describe, expect, test } from "bun:test";
import type { Socket } from "node:net";
import type { SpeakRequest } from "../../../src/reach/speak/conversation.ts";
import { RawServer } from "./raw-server.ts";
import { answerOf, speakTo, startOf } from "./speak-to.ts";

/** Short: these servers would never end by themselves. */
const timeoutMs = 400;

/** Sends this again and again, as fast as the other side takes it, until that is gone; answers how much it took. */
function flood(socket: Socket, piece: Uint8Array): { taken: () => number } {
  const more = () => {
    while (!socket.destroyed && socket.write(piece)) continue;
  };
  socket.on("drain", more);
  more();
  return { taken: () => socket.bytesWritten };
}

/** Sends one byte after the other, and the last for ever. */
function trickle(socket: Socket, text: string): void {
  const bytes = Buffer.from(text, "latin1");
  let at = 0;
  const timer = setInterval(() => socket.write(bytes.subarray(at, ++at) || "x"), 20);
  socket.on("close", () => clearInterval(timer));
}

const OK = "HTTP/1.1 200 OK\r\n";
/** What a kernel may hold for a reader that has gone, and more. */
const BUFFERED = 40 * 1024 * 1024;

describe("a server that never answers", () => {
  const probes: Pick<SpeakRequest, "probe" | "secure">[] = (["http", "tls", "ws", "mcp"] as const).flatMap((probe) => [
    { probe, secure: false },
    { probe, secure: true },
  ]);
  test.each(probes)("is silent to %j", async (said) => {
    await using server = await RawServer.answering(() => undefined);
    const { tls, http, upgrade, mcp } = await speakTo(server.port, { ...said, timeoutMs });
    const talk = tls ?? http ?? upgrade ?? mcp?.initialize;
    expect(talk).toMatchObject({ kind: "failed", failure: { kind: "silent" } });
    await server.expectAllClosed();
  });
});

describe("a server that sends without end", () => {
  test.each([
    ["headers", `${OK}X: y\r\n`, "X-Many: 0123456789\r\n".repeat(4000), 200],
    ["one header", `${OK}X: `, "y".repeat(65_536), 0],
    ["announcements", "", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".repeat(2000), undefined],
    ["a status line", "HTTP/1.1 200 ", "O".repeat(65_536), undefined],
    ["binary", "", "\u0000\u001b[2J\u00ff".repeat(16_384), undefined],
    ["a body", `${OK}\r\n`, "y".repeat(65_536), 0],
    ["tiny chunks", `${OK}Transfer-Encoding: chunked\r\n\r\n`, "1\r\ny\r\n".repeat(10_000), 1],
    ["one chunk's size", `${OK}Transfer-Encoding: chunked\r\n\r\n1;`, "y".repeat(65_536), 1],
    ["trailers", `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n`, "X: y\r\n".repeat(10_000), 1],
  ])("(%s) is cut off", async (_, first, again, headers) => {
    let sent = { taken: () => 0 };
    await using server = await RawServer.answering((socket) => {
      socket.write(Buffer.from(first, "latin1"));
      sent = flood(socket, Buffer.from(again, "latin1"));
    });
    const { http } = await speakTo(server.port);
    if (headers === undefined) expect(startOf(http).length).toBeLessThanOrEqual(1024);
    else {
      const answer = answerOf(http);
      expect(answer.headers).toHaveLength(headers);
      expect(answer.bodyEnd).toBe("cut");
      expect(answer.received).toBeLessThanOrEqual(65_536);
    }
    await server.expectAllClosed();
    expect(sent.taken()).toBeLessThan(BUFFERED);
  });

  test("(TLS records) is cut off", async () => {
    await using server = await RawServer.answering((socket) => {
      // a handshake message of 16 MB in records of 16 KiB
      socket.write(Buffer.from("160303400002ffffff", "hex"));
      flood(socket, Buffer.concat([Buffer.alloc(16_380), Buffer.from("1603034000", "hex")]));
    });
    const { tls } = await speakTo(server.port, { secure: true, probe: "tls" });
    expect(tls?.kind).toBe("failed");
    await server.expectAllClosed();
  });

  test.each([
    ["settings", "000000040000000000".repeat(5000)],
    ["continued headers", "0040000900000000010f".padEnd(2 * (9 + 16_384), "88")],
  ])("(HTTP/2 %s) is cut off", async (_, again) => {
    await using server = await RawServer.answering((socket) => {
      socket.write(Buffer.from("000000040000000000000001010000000188", "hex"));
      flood(socket, Buffer.from(again, "hex"));
    });
    const { http } = await speakTo(server.port);
    expect(startOf(http)).toStartWith("\u0000\u0000\u0000\u0004");
    await server.expectAllClosed();
  });
});

describe("a server that trickles", () => {
  test("its head is silent in the end", async () => {
    await using server = await RawServer.answering((socket) => trickle(socket, OK + "X: y\r\n".repeat(1000)));
    const { http } = await speakTo(server.port, { timeoutMs });
    expect(http).toMatchObject({ kind: "failed", failure: { kind: "silent" } });
    await server.expectAllClosed();
  });

  test("its body is cut, and not called stalled", async () => {
    await using server = await RawServer.answering((socket) => {
      socket.write(`${OK}Content-Length: 100000\r\n\r\n`);
      trickle(socket, "y".repeat(1000));
    });
    const { http } = await speakTo(server.port, { timeoutMs });
    const { received, ...answer } = answerOf(http);
    expect(answer).toMatchObject({ bodyEnd: "cut", announced: 100_000 });
    expect(received).toBeGreaterThan(0);
    await server.expectAllClosed();
  });
});

describe("a body that does not come whole", () => {
  test.each([
    ["stalls where more was announced", "Content-Length: 100\r\n\r\nhalf", "stalled"],
    ["stalls in a chunk", "Transfer-Encoding: chunked\r\n\r\n64\r\nhalf", "stalled"],
    ["stalls before its first byte", "Content-Length: 100\r\n\r\n", "stalled"],
    ["is only cut where nothing was announced", "\r\nhalf", "cut"],
    [
      "is only cut in a stream of events",
      "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
      "cut",
    ],
  ])("%s", async (_, rest, bodyEnd) => {
    await using server = await RawServer.answering((socket) => void socket.write(OK + rest));
    const answer = answerOf((await speakTo(server.port, { timeoutMs })).http);
    expect(answer.bodyEnd).toBe(bodyEnd as typeof answer.bodyEnd);
    await server.expectAllClosed();
  });

  test.each([
    ["closed early", "Content-Length: 100\r\n\r\nhalf", "closed-early"],
    ["closed in a chunk", "Transfer-Encoding: chunked\r\n\r\n64\r\nhalf", "closed-early"],
    ["ended by the connection", "\r\nall", "complete"],
    ["nothing, ended by the connection", "\r\n", "none"],
    ["zero bytes", "Content-Length: 0\r\n\r\n", "none"],
    ["broken chunks", "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "cut"],
  ])("or does: %s", async (_, rest, bodyEnd) => {
    await using server = await RawServer.answering((socket) => void socket.end(OK + rest));
    const answer = answerOf((await speakTo(server.port)).http);
    expect(answer.bodyEnd).toBe(bodyEnd as typeof answer.bodyEnd);
  });

  test("is closed early by a reset", async () => {
    await using server = await RawServer.answering((socket) => {
      socket.write(`${OK}Content-Length: 100\r\n\r\nhalf`);
      // A reset overtakes what lies in the buffers: only once our side, of the same loop, has had its turn.
      setTimeout(() => setImmediate(() => socket.resetAndDestroy()), 100);
    });
    expect(answerOf((await speakTo(server.port)).http)).toMatchObject({ bodyEnd: "closed-early", received: 4 });
  });
});

describe("a connection that ends", () => {
  test("without a word is closed", async () => {
    await using server = await RawServer.answering((socket) => void socket.end());
    expect((await speakTo(server.port)).http).toMatchObject({ kind: "failed", failure: { kind: "closed" } });
    await server.expectAllClosed();
  });

  test("half, and stays silent, is closed", async () => {
    await using server = await RawServer.greeting((socket) => void socket.end());
    expect((await speakTo(server.port)).http).toMatchObject({ kind: "failed", failure: { kind: "closed" } });
    await server.expectAllClosed();
  });

  test("with a reset is reset", async () => {
    await using server = await RawServer.answering((socket) => void socket.resetAndDestroy());
    expect((await speakTo(server.port)).http).toMatchObject({ kind: "failed", failure: { kind: "reset" } });
  });

  test("with a reset before anything was said is reset", async () => {
    await using server = await RawServer.greeting((socket) => void socket.resetAndDestroy());
    expect((await speakTo(server.port)).http).toMatchObject({ kind: "failed", failure: { kind: "reset" } });
  });

  test("in the middle of a head is closed", async () => {
    await using server = await RawServer.answering((socket) => void socket.end("HTTP/1.1 200 OK\r\nX: "));
    expect((await speakTo(server.port)).http).toMatchObject({ kind: "failed", failure: { kind: "closed" } });
  });
});

test("escape codes stay what they are, for the report to show", async () => {
  const head = `HTTP/1.1 200 \u001b[31mred\r\nX-\u001b[2J: a\u0000b\u001b]0;t\u0007\r\nnot a header\r\n: no name\r\n folded\r\n\r\n`;
  await using server = await RawServer.answering(
    (socket) => void socket.end(Buffer.from(`${head}\u001b[2J`, "latin1")),
  );
  const answer = answerOf((await speakTo(server.port)).http);
  expect(answer.reason).toBe("\u001b[31mred");
  expect(answer.headers).toEqual([["x-\u001b[2j", "a\u0000b\u001b]0;t\u0007 folded"]]);
  expect(answer.body).toBe("\u001b[2J");
});

test("an answer that was only announced is waited for", async () => {
  await using server = await RawServer.answering((socket) => {
    socket.end(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Not Found\r\nA: b\n\nno",
    );
  });
  const answer = answerOf((await speakTo(server.port)).http);
  expect(answer).toMatchObject({ status: 404, reason: "Not Found", headers: [["a", "b"]], body: "no" });
});

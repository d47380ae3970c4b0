import { describe, expect, test } from "bun:test";
import { freePort } from "../../drive/free-port.ts";
import { until } from "../../drive/until.ts";
import { describeServer } from "../../servers/find-server.ts";
import { committed, partFolder } from "../../servers/parts.ts";
import { RawServer } from "./raw-server.ts";
import { answerOf, headerOf, speakTo } from "./speak-to.ts";
import { StartedProgram } from "./started-program.ts";

const MODERN = committed("programs/node/modern-mcp.mjs");

/** An answer in JSON. */
function json(status: string, value: unknown, headers = ""): string {
  const body = JSON.stringify(value);
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

function result(id: number, value: unknown): unknown {
  return { jsonrpc: "2.0", id, result: value };
}

describeServer("server-everything", (path) => {
  async function start(transport: "streamableHttp" | "sse") {
    const port = freePort();
    const program = new StartedProgram(["node", path, transport], { PORT: `${port}` });
    await until("the server", () => /(?:listening|running) on port/.test(program.output));
    return { port, program };
  }

  test("a session is opened, looked at and ended", async () => {
    const { port, program } = await start("streamableHttp");
    await using _ = program;
    await using front = await RawServer.before(port);
    const { mcp, ...rest } = await speakTo(front.port, { probe: "mcp", path: "/mcp" });
    expect(mcp).toMatchObject({
      transport: "streamable-http",
      server: { name: "mcp-servers/everything", version: "2.0.0", protocol: "2025-11-25" },
      session: "given",
    });
    expect(answerOf(mcp?.initialize).status).toBe(200);
    expect(headerOf(mcp?.initialize, "content-type")).toEqual(["text/event-stream"]);
    // the protocol says 404
    expect(answerOf(mcp?.stale).status).toBe(400);
    expect(answerOf(mcp?.stream)).toMatchObject({ status: 200, bodyEnd: "cut" });
    expect(headerOf(mcp?.stream, "content-type")).toEqual(["text/event-stream"]);
    expect(Object.keys(rest).toSorted()).toEqual(["host", "to"]);
    await front.expectAllClosed();
    await until("the end of our session", () => program.output.includes("Transport closed for session"));
    expect(program.output.match(/Session initialized/g)).toHaveLength(1);
  });

  test("the older transport is found by its endpoint, and its session ends", async () => {
    const { port, program } = await start("sse");
    await using _ = program;
    await using front = await RawServer.before(port);
    const { mcp } = await speakTo(front.port, { probe: "mcp", path: "/sse" });
    expect(mcp).toMatchObject({
      transport: "sse",
      server: { name: "mcp-servers/everything", protocol: "2024-11-05" },
      session: "given",
    });
    expect(answerOf(mcp?.initialize).status).toBe(202);
    expect(answerOf(mcp?.stream).body).toStartWith("event: endpoint\ndata: /message?sessionId=");
    await front.expectAllClosed();
    await until("the end of our session", () => program.output.includes("Client Disconnected"));
  });

  test("a path that is not MCP tells what came instead", async () => {
    const { port, program } = await start("streamableHttp");
    await using _ = program;
    const { mcp } = await speakTo(port, { probe: "mcp", path: "/other" });
    expect(mcp).toMatchObject({ transport: "streamable-http", session: "none" });
    expect(answerOf(mcp?.initialize).status).toBe(404);
    expect(mcp?.server).toBeUndefined();
    expect(mcp?.stale).toBeUndefined();
  });
});

describeServer("MCP without sessions", () => {
  test("a server of revision 2026-07-28 is asked in its own way", async () => {
    await using program = new StartedProgram(["node", MODERN, partFolder("node"), "reject"]);
    const { mcp } = await speakTo(Number(await program.firstLine()), { probe: "mcp", path: "/mcp" });
    expect(mcp).toMatchObject({
      transport: "streamable-http",
      server: { name: "modern", version: "1.2.3", protocol: "2026-07-28" },
      session: "none",
    });
    expect(answerOf(mcp?.initialize).status).toBe(400);
    expect(answerOf(mcp?.discover).status).toBe(200);
    expect(mcp?.stale).toBeUndefined();
  });

  test("one that still takes `initialize` is asked by it, and a stale session does not matter to it", async () => {
    await using program = new StartedProgram(["node", MODERN, partFolder("node"), "stateless"]);
    const { mcp } = await speakTo(Number(await program.firstLine()), { probe: "mcp", path: "/mcp" });
    expect(mcp).toMatchObject({ session: "none", server: { name: "modern", protocol: "2025-11-25" } });
    expect(answerOf(mcp?.stale).status).toBe(200);
    expect(answerOf(mcp?.stream).status).toBe(405);
    expect(mcp?.discover).toBeUndefined();
  });
});

describe("what is said", () => {
  const server = { protocolVersion: "2025-06-18", serverInfo: { name: "own", version: "3" }, capabilities: {} };

  test("carries the session, the agreed version, and what the protocol asks for", async () => {
    await using own = await RawServer.answering((socket, request) => {
      if (request.includes('"initialize"')) socket.end(json("200 OK", result(1, server), "Mcp-Session-Id: a,b-1\r\n"));
      else if (request.includes('"ping"')) socket.end(json("404 Not Found", {}));
      else if (request.startsWith("GET")) socket.end("HTTP/1.1 405 Method Not Allowed\r\n\r\n");
      else socket.end("HTTP/1.1 202 Accepted\r\n\r\n");
    });
    const { mcp } = await speakTo(own.port, { probe: "mcp", path: "/mcp", origin: "http://app.test" });
    expect(mcp).toMatchObject({ session: "given", server: { name: "own", version: "3", protocol: "2025-06-18" } });
    expect(answerOf(mcp?.stale).status).toBe(404);
    expect(answerOf(mcp?.stream).status).toBe(405);
    const heard = own.heard.map((each) => each.split("\r\n"));
    const opening = heard.find((lines) => lines.at(-1)?.includes('"initialize"'))!;
    expect(opening).toContain("Accept: application/json, text/event-stream");
    expect(opening.join()).not.toContain("Mcp-Session-Id");
    const ping = heard.find((lines) => lines.at(-1)?.includes('"ping"'))!;
    expect(ping.join()).not.toContain("a,b-1");
    const ours = heard.filter((lines) => lines.includes("Mcp-Session-Id: a,b-1"));
    expect(ours.map(([line]) => line)).toEqual(["POST /mcp HTTP/1.1", "GET /mcp HTTP/1.1", "DELETE /mcp HTTP/1.1"]);
    expect(ours.every((lines) => lines.includes("Mcp-Protocol-Version: 2025-06-18"))).toBeTrue();
    expect(heard.every((lines) => lines.includes("Origin: http://app.test"))).toBeTrue();
    await own.expectAllClosed();
  });

  test("under another Host, where the first is refused, opens no session that is left behind", async () => {
    await using own = await RawServer.answering((socket, request) => {
      if (!request.includes("Host: localhost:")) socket.end(json("403 Forbidden", { error: "Invalid Host" }));
      else socket.end(json("200 OK", result(1, server), "Mcp-Session-Id: one\r\n"));
    });
    const { mcp, otherHost } = await speakTo(own.port, { probe: "mcp", path: "/mcp", host: "pc.lan" });
    expect(answerOf(mcp?.initialize).status).toBe(403);
    expect(answerOf(otherHost).status).toBe(200);
    const ended = own.heard.filter((each) => each.startsWith("DELETE"));
    expect(ended).toHaveLength(1);
    expect(ended[0]).toContain("Mcp-Session-Id: one\r\n");
    expect(ended[0]).toContain(`Host: localhost:${own.port}\r\n`);
  });

  test("of a session that can't be a header's value is nothing", async () => {
    await using own = await RawServer.answering((socket) => {
      socket.end(json("200 OK", result(1, server), "Mcp-Session-Id: a\u001b[2J b\r\n"));
    });
    const { mcp } = await speakTo(own.port, { probe: "mcp", path: "/mcp" });
    expect(mcp?.session).toBe("none");
    expect(own.heard.some((each) => each.startsWith("DELETE"))).toBeFalse();
  });

  test("goes to nobody but the target, whatever endpoint the older transport names", async () => {
    await using other = await RawServer.answering((socket) => void socket.end());
    await using own = await RawServer.answering((socket, request) => {
      if (request.startsWith("POST")) socket.end("HTTP/1.1 405 Method Not Allowed\r\n\r\n");
      else
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: endpoint\ndata: http://127.0.0.1:${other.port}/m\n\n`,
        );
    });
    const { mcp } = await speakTo(own.port, { probe: "mcp", path: "/sse" });
    expect(mcp).toMatchObject({ transport: "streamable-http", session: "none" });
    expect(answerOf(mcp?.stream).status).toBe(200);
    expect(other.accepted).toBe(0);
    await own.expectAllClosed();
  });
});

describe("a hostile MCP server", () => {
  test.each([
    ["nothing but text", "HTTP/1.1 200 OK\r\n\r\nhello"],
    ["deep JSON", `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n${"[".repeat(60_000)}`],
    ["an answer of other types", json("200 OK", [null, 1, result(1, 7), { jsonrpc: "2.0", id: 1, error: "no" }])],
    ["a stream that never answers", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {}\n\n"],
  ])("(%s) has no server's name, and is let go", async (_, said) => {
    await using own = await RawServer.answering((socket) => void socket.write(said));
    const { mcp } = await speakTo(own.port, { probe: "mcp", path: "/mcp", timeoutMs: 300 });
    expect(answerOf(mcp?.initialize).status).toBe(200);
    expect(mcp?.server).toBeUndefined();
    expect(own.accepted).toBe(1);
    await own.expectAllClosed();
  });
});

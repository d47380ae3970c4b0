import { describe, expect, test } from "bun:test";
import { freePort } from "../../drive/free-port.ts";
import { until } from "../../drive/until.ts";
import { describeServer } from "../../servers/find-server.ts";
import { committed, partFolder } from "../../servers/parts.ts";
import { RawServer } from "../speak/raw-server.ts";
import { StartedProgram } from "../speak/started-program.ts";
import { answering, page } from "./answering.ts";
import { expectBlocked, expectHealthy, expectWarned, reach } from "./reach.ts";

function groupTests(): void {
  describeServer("server-everything", (path) => {
    test("answers 400 to a stale session, which its clients don't survive", async () => {
      const port = freePort();
      await using program = new StartedProgram(["node", path, "streamableHttp"], { PORT: `${port}` });
      await until("the server", () => /(?:listening|running) on port/.test(program.output));
      const reached = await reach([`http://127.0.0.1:${port}/mcp`]);
      expectWarned(reached, "MCP_STALE_SESSION", /made-up Mcp-Session-Id: it answers 400/);
      const wrong = await reach([`http://127.0.0.1:${port}/other`, "--probe", "mcp"]);
      expectBlocked(wrong, "MCP_NOT_SPOKEN", /answered 404/);
    });

    test("by the older transport is healthy", async () => {
      const port = freePort();
      await using program = new StartedProgram(["node", path, "sse"], { PORT: `${port}` });
      await until("the server", () => /(?:listening|running) on port/.test(program.output));
      expectHealthy(await reach([`http://127.0.0.1:${port}/sse`]));
    });
  });

  describeServer("MCP without sessions", () => {
    test("is healthy, by either revision", async () => {
      for (const legacy of ["reject", "stateless"]) {
        const argv = ["node", committed("programs/node/modern-mcp.mjs"), partFolder("node"), legacy];
        await using program = new StartedProgram(argv);
        expectHealthy(await reach([`http://127.0.0.1:${await program.firstLine()}/mcp`]));
      }
    });
  });

  describe("an MCP server", () => {
    /** It opens a session, and answers what a stale one and a GET get. */
    function mcpServer(stale: string, stream: string): Promise<RawServer> {
      const info = { protocolVersion: "2025-06-18", serverInfo: { name: "own", version: "3" }, capabilities: {} };
      const opened = JSON.stringify({ jsonrpc: "2.0", id: 1, result: info });
      const headers = "Content-Type: application/json\r\nMcp-Session-Id: a1\r\n";
      return RawServer.answering((socket, request) => {
        if (request.includes('"initialize"')) socket.end(page("200 OK", headers, opened));
        else if (request.startsWith("GET")) socket.end(stream);
        else if (/^POST[^]*"ping"/.test(request)) socket.end(stale);
        else socket.end(page("202 Accepted", ""));
      });
    }
    const NO_STREAM = page("405 Method Not Allowed", "");

    test("that answers 404 to a stale session and 405 to GET is healthy", async () => {
      await using server = await mcpServer(page("404 Not Found", ""), NO_STREAM);
      expectHealthy(await reach([`http://127.0.0.1:${server.port}/mcp`]));
    });

    test("that breaks down over a stale session is MCP_STALE_SESSION", async () => {
      await using errs = await mcpServer(page("500 Internal Server Error", ""), NO_STREAM);
      expectWarned(await reach([`http://127.0.0.1:${errs.port}/mcp`]), "MCP_STALE_SESSION", /it answers 500/);
      await using ends = await mcpServer("", NO_STREAM);
      expectWarned(await reach([`http://127.0.0.1:${ends.port}/mcp`]), "MCP_STALE_SESSION", /closes the connection/);
    });

    test("whose GET gives a page is MCP_STREAM", async () => {
      await using server = await mcpServer(
        page("404 Not Found", ""),
        page("200 OK", "Content-Type: text/html\r\n", "hi"),
      );
      expectWarned(await reach([`http://127.0.0.1:${server.port}/mcp`]), "MCP_STREAM", /answered 200 OK to GET/);
    });

    test("that sends its clients to a path with a slash is REDIRECTED", async () => {
      await using server = await answering(page("307 Temporary Redirect", "Location: /mcp/\r\n"));
      const reached = await reach([`http://127.0.0.1:${server.port}/mcp`]);
      expectBlocked(reached, "REDIRECTED", /Location header is/);
      const instead = `http://127.0.0.1:${server.port}/mcp/`;
      expect(reached.findings[0]?.remedies[0]?.commands).toEqual([["portguard", "reach", instead]]);
    });
  });
}

groupTests();

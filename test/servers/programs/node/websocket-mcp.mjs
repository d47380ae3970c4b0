// A real MCP server over stdio that has a WebSocket beside it: `node websocket-mcp.mjs PACKAGES PORT`.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [packages, port] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { McpServer } = require("@modelcontextprotocol/sdk/server/mcp.js");
const { StdioServerTransport } = require("@modelcontextprotocol/sdk/server/stdio.js");

// RFC 6455: what a handshake's key becomes in the answer.
const accept = (key) => createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
const side = createServer();
side.on("upgrade", (request, socket) => {
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  socket.write(
    [...lines, `Sec-WebSocket-Accept: ${accept(request.headers["sec-websocket-key"])}`, "", ""].join("\r\n"),
  );
});
side.listen(Number(port), "127.0.0.1");

const server = new McpServer({ name: "stdio", version: "1.2.3" });
server.registerTool("pid", {}, () => ({ content: [{ type: "text", text: `${process.pid}` }] }));
await server.connect(new StdioServerTransport());

// A real MCP server over stdio, with a side port for something else, as browser shims have: stdio-mcp.mjs PACKAGES --port N
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [packages, , port] = process.argv.slice(2);
const load = createRequire(`${packages}/`);
const { McpServer } = load("@modelcontextprotocol/sdk/server/mcp.js");
const { StdioServerTransport } = load("@modelcontextprotocol/sdk/server/stdio.js");

const server = new McpServer({ name: "shim", version: "1.2.3" });
server.registerTool("where", { description: "its side port" }, () => ({ content: [{ type: "text", text: port }] }));
createServer((_request, response) => response.end(process.env.SHIM_WORD)).listen(Number(port), "127.0.0.1", () =>
  server.connect(new StdioServerTransport()),
);

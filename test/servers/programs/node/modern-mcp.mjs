// A real MCP server that speaks revision 2026-07-28 and nothing older. Prints its port.
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [packages, legacy] = process.argv.slice(2);
const { createMcpHandler, McpServer } = createRequire(`${packages}/`)("@modelcontextprotocol/server");
const handler = createMcpHandler(() => new McpServer({ name: "modern", version: "1.2.3" }), { legacy });

const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));

async function answer(incoming, outgoing) {
  const body = [];
  for await (const piece of incoming) body.push(piece);
  const { method, headers, url } = incoming;
  const request = new Request(`http://localhost${url}`, {
    method,
    headers: Object.entries(headers),
    ...(body.length > 0 && { body: Buffer.concat(body) }),
  });
  const response = await handler.fetch(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

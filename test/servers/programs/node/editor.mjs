// An editor in short: a real MCP client that starts its server with a command and uses it, over stdio and the WebSocket
// beside it: `node editor.mjs PACKAGES PORT COMMAND…`. It prints the server's pid, and never ends by itself.
import { createRequire } from "node:module";

const [packages, port, command, ...args] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = require("@modelcontextprotocol/sdk/client/stdio.js");

const client = new Client({ name: "editor", version: "1" });
await client.connect(new StdioClientTransport({ command, args, env: process.env, stderr: "inherit" }));
const { content } = await client.callTool({ name: "pid" });

const open = async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
};
await open();
console.log(content[0].text);
setInterval(() => undefined, 2 ** 30);

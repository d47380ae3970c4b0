// Connects from 127.0.0.1:PORT to a server of its own: `client.mjs PORT`.
import { connect, createServer } from "node:net";

const server = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const told = () => process.stdout.write("connected\n");
  connect({ host: "127.0.0.1", port, localPort: Number(process.argv[2]) }, told).on("error", () => {});
});

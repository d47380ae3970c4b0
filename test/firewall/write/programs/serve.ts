import { createServer } from "node:net";

/** Listens on each port, on every address, and says so. */
const ports = process.argv.slice(2).map(Number);
await Promise.all(
  ports.map((port) => new Promise<void>((resolve) => void createServer().listen({ port, host: "::" }, resolve))),
);
console.log("listening");

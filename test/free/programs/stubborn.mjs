// Listens on 127.0.0.1:PORT and does not heed SIGTERM.
import { createServer } from "node:net";

process.on("SIGTERM", () => process.stdout.write("heard\n"));
createServer().listen(Number(process.argv[2]), "127.0.0.1", () => process.stdout.write("up\n"));

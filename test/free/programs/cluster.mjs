// A master and two workers that serve on 127.0.0.1:PORT; the master starts another worker for each that ends.
import cluster from "node:cluster";
import { createServer } from "node:net";

if (cluster.isPrimary) {
  let up = 0;
  cluster.on("listening", () => ++up === 2 && process.stdout.write("up\n"));
  cluster.on("exit", () => cluster.fork());
  for (let count = 0; count < 2; count++) cluster.fork();
} else {
  createServer().listen(Number(process.argv[2]), "127.0.0.1");
}

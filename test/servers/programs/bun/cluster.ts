// Two Bun.serve processes that share one port: each binds it for itself, with SO_REUSEPORT.
if (process.argv[2] === "worker") {
  Bun.serve({ reusePort: true, fetch: () => new Response(`first ${process.pid}\n`) });
  console.log("up");
} else {
  const command = [process.execPath, import.meta.path, "worker"];
  const workers = [1, 2].map(() => Bun.spawn(command, { stdio: ["ignore", "inherit", "inherit"] }));
  process.on("SIGTERM", () => workers.forEach((worker) => worker.kill("SIGTERM")));
  await Promise.all(workers.map((worker) => worker.exited));
}

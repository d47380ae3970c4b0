// Bun's own HTTP server; Bun.serve reads PORT from the environment by itself.
Bun.serve({ fetch: () => new Response(`first ${process.pid}\n`) });
console.log("up");

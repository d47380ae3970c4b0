import { test } from "bun:test";
import { describeServer } from "./find-server.ts";
import { committed } from "./parts.ts";
import { serve } from "./serve.ts";

const cwd = committed("programs/vite");

/** It binds the first address that the resolver gives for "every", which differs between machines. */
function firstWildcard(python: string): string {
  const ask = "socket.getaddrinfo(None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][4][0]";
  return Bun.spawnSync([python, "-c", `import socket; print(${ask})`])
    .stdout.toString()
    .trim();
}

describeServer("python3", (python) => {
  test("-m http.server gets the held port in its own bind()", async () => {
    const command = (port: number) => [python, "-m", "http.server", `${port}`];
    await using served = await serve({ command, cwd });
    await served.expectHandedOver("takeover", [firstWildcard(python)]);
    await served.expectAnswers(["127.0.0.1"], "<title>first</title>");
    await served.expectEnd("SIGTERM");
  });

  test("-m http.server binds for itself by release", async () => {
    const command = (port: number) => [python, "-m", "http.server", `${port}`];
    await using served = await serve({ command, cwd, handoff: "release" });
    await served.expectHandedOver("release", [firstWildcard(python)]);
    await served.expectAnswers(["127.0.0.1"], "<title>first</title>");
    await served.expectEnd("SIGTERM");
  });
});

import { test } from "bun:test";
import { EVERY_ADDRESS, LOOPBACKS } from "./addresses.ts";
import { describeServer } from "./find-server.ts";
import { serve } from "./serve.ts";

describeServer("go", (server) => {
  test("gets the held port on every address, though its own socket is an MPTCP one", async () => {
    await using served = await serve({ command: (port) => [server, `:${port}`] });
    await served.expectHandedOver("takeover", [EVERY_ADDRESS]);
    await served.expectAnswers(LOOPBACKS);
    await served.expectEnd("SIGTERM", "up\n");
  });

  test("gets the held port on one address", async () => {
    await using served = await serve({ command: (port) => [server, `127.0.0.1:${port}`] });
    await served.expectHandedOver("takeover", ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    await served.expectEnd("SIGTERM", "up\n");
  });
});

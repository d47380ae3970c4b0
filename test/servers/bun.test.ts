import { test } from "bun:test";
import { EVERY_ADDRESS, LOOPBACKS } from "./addresses.ts";
import { describeServer } from "./find-server.ts";
import { committed } from "./parts.ts";
import { serve } from "./serve.ts";

describeServer("bun", (bun) => {
  test("'s own Bun.serve finds the port in PORT and gets it in its own bind()", async () => {
    await using served = await serve({ command: () => [bun, committed("programs/bun/server.ts")] });
    await served.expectHandedOver("takeover", [EVERY_ADDRESS]);
    await served.expectAnswers(LOOPBACKS);
    await served.expectEnd("SIGTERM", "up\n");
  });

  test("with two workers that each bind the port with SO_REUSEPORT has both of them serve", async () => {
    await using served = await serve({ command: () => [bun, committed("programs/bun/cluster.ts")] });
    await served.expectHandedOver("takeover", [EVERY_ADDRESS]);
    await served.expectListeners(2);
    await served.expectAnswers(Array.from({ length: 30 }, () => "127.0.0.1"));
    await served.expectEnd(0, "up\nup\n");
  });
});

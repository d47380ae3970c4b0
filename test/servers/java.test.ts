import { test } from "bun:test";
import { dirname } from "node:path";
import { EVERY_ADDRESS, LOOPBACKS } from "./addresses.ts";
import { describeServer } from "./find-server.ts";
import { serve } from "./serve.ts";

describeServer("java", (program) => {
  test("'s own HttpServer gets the held port in its own bind()", async () => {
    await using served = await serve({ command: (port) => ["java", "-cp", dirname(program), "Server", `${port}`] });
    await served.expectHandedOver("takeover", [EVERY_ADDRESS]);
    await served.expectAnswers(LOOPBACKS);
    await served.expectEnd(143, "up\n");
  });
});

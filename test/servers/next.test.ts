import { test } from "bun:test";
import { EVERY_ADDRESS, LOOPBACKS } from "./addresses.ts";
import { describeServer } from "./find-server.ts";
import { serve } from "./serve.ts";
import { copyOfProject } from "./work-folder.ts";

describeServer("next", (next) => {
  test("dev gets the held port in the bind() of its own child", async () => {
    using project = copyOfProject("next");
    await using served = await serve({
      command: (port) => [next, "dev", "--port", `${port}`],
      cwd: project.path,
      // on its way out it starts a daemon for its telemetry, even where that is off
      flags: ["--kill-all"],
      env: { NEXT_TELEMETRY_DISABLED: "1" },
    });
    await served.expectHandedOver("takeover", [EVERY_ADDRESS]);
    await served.expectAnswers(LOOPBACKS);
    await served.expectEnd(0);
  });
});

import { test } from "bun:test";
import { EVERY_ADDRESS, LOOPBACKS } from "./addresses.ts";
import { describeServer } from "./find-server.ts";
import { committed } from "./parts.ts";
import { serve } from "./serve.ts";

const program = committed("programs/node/server.mjs");

describeServer("node", (node) => {
  test("gets the held port in its own bind()", async () => {
    await using served = await serve({ command: (port) => [node, program, `${port}`] });
    await served.expectHandedOver("takeover", [EVERY_ADDRESS]);
    await served.expectAnswers(LOOPBACKS);
    await served.expectEnd("SIGTERM", "up\n");
  });

  test.each([...LOOPBACKS, "0.0.0.0"])("on %s gets exactly that", async (host) => {
    await using served = await serve({ command: (port) => [node, program, `${port}`, host] });
    await served.expectHandedOver("takeover", [host]);
    await served.expectAnswers([host]);
    await served.expectEnd("SIGTERM", "up\n");
  });

  test("is given the socket where the command says {fd}, by inherit", async () => {
    await using served = await serve({ command: () => [node, program, "fd:{fd}"], handoff: "inherit" });
    // Nothing in its command line says where to listen, and the network is not to be let in unasked.
    await served.expectHandedOver("inherit", ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    await served.expectEnd("SIGTERM", "up\n");
  });

  test("binds for itself by release", async () => {
    await using served = await serve({ command: (port) => [node, program, `${port}`], handoff: "release" });
    await served.expectHandedOver("release", [EVERY_ADDRESS]);
    await served.expectAnswers(LOOPBACKS);
    await served.expectEnd("SIGTERM", "up\n");
  });
});

import { test } from "bun:test";
import { describeServer } from "./find-server.ts";
import { committed } from "./parts.ts";
import { serve, type Way } from "./serve.ts";

describeServer("hypercorn", (hypercorn) => {
  async function expectServes(way: Way, handoff?: Way): Promise<void> {
    const command = (port: number) => [hypercorn, "asgi:app", "--workers", "2", "--bind", `127.0.0.1:${port}`];
    await using served = await serve({ command, cwd: committed("programs/python"), ...(handoff && { handoff }) });
    await served.expectHandedOver(way, ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    await served.expectEnd(0);
  }

  test("gets the held port in its own bind(), though with SO_REUSEPORT and listened on by its workers", () =>
    expectServes("takeover"));

  test("is given the socket by inherit", () => expectServes("inherit", "inherit"));
});

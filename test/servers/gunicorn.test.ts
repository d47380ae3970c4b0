import { test } from "bun:test";
import { describeServer } from "./find-server.ts";
import { committed } from "./parts.ts";
import { serve, type Way } from "./serve.ts";
import { emptyFolder } from "./work-folder.ts";

describeServer("gunicorn", (gunicorn) => {
  async function expectServes(way: Way, handoff?: Way): Promise<void> {
    // it keeps a control socket in the home folder
    using home = emptyFolder();
    const command = (port: number) => [gunicorn, "wsgi:app", "--workers", "2", "--bind", `127.0.0.1:${port}`];
    const options = { command, cwd: committed("programs/python"), env: { HOME: home.path } };
    await using served = await serve({ ...options, ...(handoff && { handoff }) });
    await served.expectHandedOver(way, ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    await served.expectEnd(0);
  }

  test("with two workers gets the held port in its own bind()", () => expectServes("takeover"));

  test("with two workers is given the socket by inherit", () => expectServes("inherit", "inherit"));

  test("with two workers binds for itself by release", () => expectServes("release", "release"));
});

import { test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { describeServer } from "./find-server.ts";
import { committed } from "./parts.ts";
import { serve } from "./serve.ts";
import { copyOfPrograms } from "./work-folder.ts";

const cwd = committed("programs/python");

describeServer("flask", (flask) => {
  const command = (port: number) => [flask, "--app", "site_app", "run", "--port", `${port}`];

  test("gets the held port in its own bind()", async () => {
    await using served = await serve({ command, cwd });
    await served.expectHandedOver("takeover", ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    await served.expectEnd("SIGTERM");
  });

  test("with --debug serves the new code after a source file changed", async () => {
    using programs = copyOfPrograms("python");
    await using served = await serve({ command: (port) => [...command(port), "--debug"], cwd: programs.path });
    await served.expectHandedOver("takeover", ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    const source = programs.file("site_app.py");
    writeFileSync(source, readFileSync(source, "utf8").replace('"first"', '"second"'));
    await served.expectSoonAnswers("127.0.0.1", "second");
    await served.expectEnd(0);
  });

  test("is given the socket in WERKZEUG_SERVER_FD by inherit", async () => {
    await using served = await serve({ command, cwd, handoff: "inherit" });
    await served.expectHandedOver("inherit", ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    await served.expectEnd("SIGTERM");
  });
});

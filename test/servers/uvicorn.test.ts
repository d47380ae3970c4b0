import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { describeServer } from "./find-server.ts";
import { committed } from "./parts.ts";
import { serve } from "./serve.ts";
import { copyOfPrograms } from "./work-folder.ts";

const cwd = committed("programs/python");

describeServer("uvicorn", (uvicorn) => {
  const command =
    (...flags: readonly string[]) =>
    (port: number) => [uvicorn, "asgi:app", "--port", `${port}`, ...flags];

  test("gets the held port in its own bind()", async () => {
    await using served = await serve({ command: command(), cwd });
    await served.expectHandedOver("takeover", ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    await served.expectEnd("SIGTERM");
  });

  test("on every address serves there", async () => {
    await using served = await serve({ command: command("--host", "0.0.0.0"), cwd });
    await served.expectHandedOver("takeover", ["0.0.0.0"]);
    await served.expectAnswers(["127.0.0.1"]);
    await served.expectEnd("SIGTERM");
  });

  test("with two workers shares the one socket that its parent bound", async () => {
    await using served = await serve({ command: command("--workers", "2"), cwd });
    await served.expectHandedOver("takeover", ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    await served.expectEnd(0);
  });

  test("with --reload serves the new code after a source file changed", async () => {
    using programs = copyOfPrograms("python");
    await using served = await serve({ command: command("--reload"), cwd: programs.path });
    await served.expectHandedOver("takeover", ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    const source = programs.file("asgi.py");
    const changed = readFileSync(source, "utf8").replace('"first"', '"second"');
    writeFileSync(source, changed);
    // uvicorn notes the times of its files a moment after it serves: a change before that is none to it.
    const again = setInterval(() => writeFileSync(source, changed), 3000);
    await served.expectSoonAnswers("127.0.0.1", "second").finally(() => clearInterval(again));
    await served.expectEnd(0);
  });

  test("is given the socket as --fd by inherit", async () => {
    await using served = await serve({ command: command(), cwd, handoff: "inherit" });
    await served.expectHandedOver("inherit", ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    await served.expectEnd("SIGTERM");
  });

  test("binds for itself by release", async () => {
    await using served = await serve({ command: command(), cwd, handoff: "release" });
    await served.expectHandedOver("release", ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    expect(served.run.events.filter(({ event }) => event === "warning")).toEqual([]);
    await served.expectEnd("SIGTERM");
  });
});

import { dirname } from "node:path";
import { describe, expect, test } from "bun:test";
import { get } from "../drive/ask.ts";
import { until } from "../drive/until.ts";
import { binary, driveBare } from "../drive.ts";
import { describeServer, type ServerName } from "./find-server.ts";
import { copyOfPrograms } from "./work-folder.ts";

/** How each is told its port. All of them set SO_REUSEADDR. */
const COMMANDS: readonly (readonly [ServerName, (path: string, port: string) => readonly string[]])[] = [
  ["python3", (python, port) => [python, "-m", "http.server", port]],
  ["uvicorn", (uvicorn, port) => [uvicorn, "asgi:app", "--port", port]],
  ["gunicorn", (gunicorn, port) => [gunicorn, "-b", `127.0.0.1:${port}`, "wsgi:app"]],
  ["hypercorn", (hypercorn, port) => [hypercorn, "-b", `127.0.0.1:${port}`, "asgi:app"]],
  ["flask", (flask, port) => [flask, "--app", "site_app", "run", "--port", port]],
  ["node", (node, port) => [node, "-e", `require("http").createServer((_, r) => r.end("up")).listen(${port})`]],
  ["bun", (bun, port) => [bun, "-e", `Bun.serve({ port: ${port}, fetch: () => new Response("up") })`]],
  ["go", (server, port) => [server, `:${port}`]],
  ["java", (program, port) => ["java", "-cp", dirname(program), "Server", port]],
];

describe("a picked port is had, as a shell would do it, by", () => {
  for (const [name, command] of COMMANDS) {
    describeServer(name, (path) => {
      test("unmodified, and portguard is gone then", async () => {
        using programs = copyOfPrograms("python");
        const words = command(path, "$port").map((word) => `"${word.replaceAll('"', '\\"')}"`);
        const script = `port=$("$0" pick --for-pid $$); echo "$port" >port; exec ${words.join(" ")}`;
        await using run = driveBare(["sh", "-c", script, binary()], { cwd: programs.path });
        const port = await until("the port", async () => Number(await Bun.file(programs.file("port")).text()) || false);
        const keeper = () => run.processes().find((each) => each.command.endsWith(" __keep"));
        await until("an answer", async () => (await get("127.0.0.1", port)).status === 200);
        await until("the keeper's end", () => keeper() === undefined);
        expect((await get("127.0.0.1", port)).status).toBe(200);
      });
    });
  }
});

import { expect, test } from "bun:test";
import { freePort } from "../../drive/free-port.ts";
import { until } from "../../drive/until.ts";
import { OwnNamespace } from "../../os/own-namespace.ts";
import { describeServer, type ServerName } from "../../servers/find-server.ts";
import { committed } from "../../servers/parts.ts";
import { copyOfProject, emptyFolder, type WorkFolder } from "../../servers/work-folder.ts";
import { addInterface, needOwnServers } from "./own-server.ts";
import { expectBlocked, expectHealthy, reach } from "./reach.ts";

const LAN = "192.168.81.20";
const PYTHON = committed("programs/python");

/** Servers that listen on 127.0.0.1 by themselves or when told so: reach's own command has to bring them to the LAN. */
const ON_LOOPBACK: { readonly [Name in ServerName]?: (path: string, port: string) => readonly string[] } = {
  uvicorn: (path, port) => [path, "--app-dir", PYTHON, "asgi:app", "--port", port],
  gunicorn: (path, port) => [path, "--chdir", PYTHON, "wsgi:app", "-b", `127.0.0.1:${port}`],
  hypercorn: (path, port) => [path, `${PYTHON}/asgi.py:app`, "--bind", `127.0.0.1:${port}`],
  flask: (path, port) => [path, "--app", `${PYTHON}/site_app.py:app`, "run", "--port", port],
  python3: (path, port) => [path, "-m", "http.server", port, "--bind", "127.0.0.1"],
  vite: (path, port) => [path, "--port", port, "--host", "127.0.0.1"],
  "redis-server": (path, port) => [path, "--port", port, "--bind", "127.0.0.1", "--save", "", "--protected-mode", "no"],
};

/** A machine on a LAN, and the servers that are started on it, in a folder and a home of their own. */
class Machine implements Disposable {
  readonly #all = new DisposableStack();
  readonly within = this.#all.use(new OwnNamespace());
  readonly port = freePort();
  readonly #folder: WorkFolder;

  constructor(name: ServerName) {
    this.#folder = this.#all.use(name === "vite" ? copyOfProject("vite") : emptyFolder());
    addInterface(this.within, "lan0", `${LAN}/24`);
  }

  /** Starts the server, and waits until it serves on its loopback or everywhere. */
  async start(argv: readonly string[]) {
    const script = 'cd "$0" && HOME="$0" exec "$@" 2>&1';
    const started = await this.within.start("sh", "-c", script, this.#folder.path, ...argv);
    await until(`\`${argv.join(" ")}\` serves`, () => {
      if (started.hasEnded) throw new Error(started.stdout);
      const rows = this.within.run("ss", "--tcp", "--listening", "--numeric", `sport = :${this.port}`);
      return rows.includes("LISTEN");
    });
    return started;
  }

  async reach(target: string, ...flags: readonly string[]) {
    return reach([target, ...flags], { within: this.within });
  }

  [Symbol.dispose](): void {
    this.#all.dispose();
  }
}

if (needOwnServers()) {
  for (const [name, command] of Object.entries(ON_LOOPBACK) as [ServerName, (typeof ON_LOOPBACK)["uvicorn"]][]) {
    describeServer(name, (path) => {
      test("on its loopback is LOOPBACK_ONLY for the LAN, and the command that reach prints mends it", async () => {
        using machine = new Machine(name);
        const { port } = machine;
        const first = await machine.start(command!(path, `${port}`));
        expectHealthy(await machine.reach(`127.0.0.1:${port}`));
        const reached = await machine.reach(`${LAN}:${port}`);
        expectBlocked(reached, "LOOPBACK_ONLY", new RegExp(`listens on 127\\.0\\.0\\.1:${port}`));
        const [mend = []] = reached.findings[0]?.remedies[0]?.commands ?? [];
        process.kill(first.pid, "SIGTERM");
        await until("it has ended", () => first.hasEnded);
        // A server that overwrites its command line (redis) shows no more than its title: then its setting is told.
        if (mend.length === 0) {
          expect(reached.findings[0]?.remedies[0]?.what).toContain("0.0.0.0");
          return;
        }
        await machine.start(mend);
        expectHealthy(await machine.reach(`${LAN}:${port}`));
      });
    });
  }

  describeServer("uvicorn", (path) => {
    test("on `::` is IPV6_ONLY_SOCKET, and the command that reach prints serves both families", async () => {
      using machine = new Machine("uvicorn");
      const { port } = machine;
      const command = [path, "--app-dir", PYTHON, "asgi:app", "--port", `${port}`, "--host", "::"];
      const first = await machine.start(command);
      const reached = await machine.reach(`${port}`);
      expectBlocked(reached, "IPV6_ONLY_SOCKET", /listens on \[::\]/);
      process.kill(first.pid, "SIGTERM");
      await until("it has ended", () => first.hasEnded);
      await machine.start(reached.findings[0]?.remedies.at(-1)?.commands[0] ?? []);
      expectHealthy(await machine.reach(`127.0.0.1:${port}`));
      expectHealthy(await machine.reach(`[::1]:${port}`));
    });
  });

  describeServer("redis-server", (path) => {
    test("without a port is UNIX_SOCKET_ONLY on its usual one", async () => {
      using machine = new Machine("redis-server");
      using folder = emptyFolder();
      const socket = folder.file("redis.sock");
      await machine.within.start(path, "--port", "0", "--unixsocket", socket, "--save", "");
      await until("it serves", () =>
        Bun.file(socket)
          .exists()
          .then(() => machine.within.run("ss", "-xl").includes(socket)),
      );
      const reached = await machine.reach("6379");
      expectBlocked(reached, "UNIX_SOCKET_ONLY", new RegExp(`listens on ${socket}`));
      expect(reached.findings[0]?.remedies[0]?.commands).toEqual([["redis-cli", "-s", socket]]);
    });
  });

  describeServer("vite", (path) => {
    test("that was told `localhost` where that is ::1 is IPV6_LOOPBACK_ONLY for 127.0.0.1", async () => {
      using machine = new Machine("vite");
      await machine.start([path, "--port", `${machine.port}`, "--host", "::1"]);
      const reached = await machine.reach(`${machine.port}`);
      expectBlocked(reached, "IPV6_LOOPBACK_ONLY", /listens on \[::1\]/);
      expect(reached.findings[0]?.title).toStartWith("vite (pid ");
    });
  });
}

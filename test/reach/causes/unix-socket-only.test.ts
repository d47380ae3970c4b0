import { describe, expect, test } from "bun:test";
import { seen } from "../../../src/core/seen.ts";
import type { ProcessInfo } from "../../../src/core/socket.ts";
import { factsOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

function nobodyOn(port: number, path: string, process: Partial<ProcessInfo>, cwd = "/home/bob/other") {
  const owner: ProcessInfo = { pid: 700, name: "x", command: [], ...process };
  return factsOf({
    request: requestOf(String(port)),
    attempts: [refused("127.0.0.1", { port }), refused("::1", { port })],
    listeners: [],
    cwd,
    more: { neighbours: seen([]), unixSockets: seen([{ path, pids: [owner.pid], processes: [owner] }]) },
  });
}

const POSTGRES = {
  name: "postgres",
  command: ["/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/15/main"],
};
const UVICORN = {
  name: "uvicorn",
  command: ["/usr/bin/python3", "/usr/bin/uvicorn", "app:app", "--uds", "/run/app.sock"],
};

describe("UNIX_SOCKET_ONLY", () => {
  test("is found where postgres has no TCP port, and tells how to reach it and how to change that", () => {
    const finding = onlyFinding(nobodyOn(5432, "/var/run/postgresql/.s.PGSQL.5432", POSTGRES));
    expect(finding).toMatchObject({
      code: "UNIX_SOCKET_ONLY",
      severity: "blocks",
      title:
        "postgres (pid 700) listens on the unix socket /var/run/postgresql/.s.PGSQL.5432, and nobody on TCP port 5432",
    });
    expect(finding.remedies[0]?.commands).toEqual([["psql", "-h", "/var/run/postgresql"]]);
    expect(finding.remedies[1]?.commands[0]?.at(-1)).toBe("ALTER SYSTEM SET listen_addresses = '127.0.0.1'");
  });

  test("is found for docker's own port, and for a redis that listens on its socket", () => {
    expect(codesOf(nobodyOn(2375, "/run/docker.sock", { name: "dockerd", command: ["/usr/bin/dockerd"] }))).toEqual([
      "UNIX_SOCKET_ONLY",
    ]);
    const redis = { name: "redis-server", command: ["redis-server unixsocket:/run/redis/redis.sock"] };
    expect(codesOf(nobodyOn(6379, "/run/redis/redis.sock", redis))).toEqual(["UNIX_SOCKET_ONLY"]);
  });

  test("is found where the socket has the port in its name, or the command line has both", () => {
    expect(codesOf(nobodyOn(8000, "/run/web/app-8000.sock", { name: "web" }))).toEqual(["UNIX_SOCKET_ONLY"]);
    const both = { ...UVICORN, command: [...UVICORN.command, "--port", "8000"] };
    expect(codesOf(nobodyOn(8000, "/run/app.sock", both))).toEqual(["UNIX_SOCKET_ONLY"]);
  });

  test("is found for the web server of the folder we are in", () => {
    const here = { ...UVICORN, cwd: "/home/bob/app" };
    expect(codesOf(nobodyOn(8000, "/run/app.sock", here, "/home/bob/app"))).toEqual(["UNIX_SOCKET_ONLY"]);
  });

  test("is silent for a web server of another folder that has nothing to do with the port", () => {
    expect(codesOf(nobodyOn(8000, "/run/app.sock", { ...UVICORN, cwd: "/srv/app" }))).toEqual(["NO_LISTENER"]);
  });

  test("is silent for a number that is part of another, or stands in the folder's name", () => {
    expect(codesOf(nobodyOn(1000, "/run/user/1000/bus", { name: "dbus-daemon" }))).toEqual(["NO_LISTENER"]);
    expect(codesOf(nobodyOn(800, "/run/app-8000.sock", { name: "web" }))).toEqual(["NO_LISTENER"]);
  });

  test("is silent for a program that is not the one whose port it is", () => {
    expect(codesOf(nobodyOn(6379, "/run/redis-cache.sock", { name: "nginx", command: ["nginx"] }))).toEqual([
      "NO_LISTENER",
    ]);
  });
});

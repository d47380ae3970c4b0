import { describe, expect, test } from "bun:test";
import { until } from "../../drive/until.ts";
import { RawServer } from "./raw-server.ts";
import { answerOf, headerOf, speakTo } from "./speak-to.ts";

/** A real WebSocket server, which takes upgrades from these origins alone, and the codes that sockets were closed with. */
function serve(origins: readonly (string | null)[], closed: number[] = []) {
  return Bun.serve({
    port: 0,
    fetch(request, server) {
      const { pathname } = new URL(request.url);
      if (pathname !== "/ws") return new Response("nothing to upgrade", { status: 404 });
      if (!origins.includes(request.headers.get("origin"))) return new Response("not from there", { status: 403 });
      return server.upgrade(request) ? undefined : new Response("no upgrade", { status: 426 });
    },
    websocket: { message: () => undefined, close: (_, code) => void closed.push(code) },
  });
}

describe("an upgrade", () => {
  test("is made, and closed in order", async () => {
    const closed: number[] = [];
    using server = serve([null], closed);
    await using front = await RawServer.before(server.port!);
    const { upgrade, ...rest } = await speakTo(front.port, { probe: "ws", path: "/ws" });
    expect(answerOf(upgrade)).toMatchObject({ status: 101, bodyEnd: "none" });
    expect(headerOf(upgrade, "upgrade").join().toLowerCase()).toBe("websocket");
    expect(headerOf(upgrade, "sec-websocket-accept")).toHaveLength(1);
    expect(Object.keys(rest).toSorted()).toEqual(["host", "to"]);
    await until("the close frame", () => closed.length > 0);
    expect(closed).toEqual([1000]);
    await front.expectAllClosed();
  });

  test("from another origin is turned away, whatever the Host", async () => {
    using server = serve(["http://localhost:5173"]);
    const said = { probe: "ws", path: "/ws", host: "127.0.0.1" } as const;
    const { upgrade, otherHost } = await speakTo(server.port!, { ...said, origin: "http://evil.test" });
    expect(answerOf(upgrade)).toMatchObject({ status: 403, body: "not from there" });
    expect(answerOf(otherHost).status).toBe(403);
    const allowed = await speakTo(server.port!, { ...said, origin: "http://localhost:5173" });
    expect(answerOf(allowed.upgrade).status).toBe(101);
  });

  test("of what is no WebSocket tells what came instead", async () => {
    using server = serve([null]);
    const { upgrade } = await speakTo(server.port!, { probe: "ws", path: "/" });
    expect(answerOf(upgrade)).toMatchObject({ status: 404, body: "nothing to upgrade" });
  });

  test("ends although the server does not close", async () => {
    await using server = await RawServer.answering((socket) => {
      socket.removeAllListeners("end").write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    });
    const { upgrade } = await speakTo(server.port, { probe: "ws", timeoutMs: 2000 });
    expect(answerOf(upgrade).status).toBe(101);
    await until("our close frame", () => server.heard[0]!.includes("\u0088\u0082"));
  });
});

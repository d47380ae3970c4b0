import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ControlRequest } from "../../src/core/control.ts";
import { askControl, serveControl } from "../../src/state/control-channel.ts";
import { controlPath } from "../../src/state/control-place.ts";

class Place implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "portguard-control-"));
  readonly path = join(this.folder, "reservations", "api.sock");

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const RESTART: ControlRequest = { do: "restart" };

/** Writes these bytes as they are, and answers all that comes back. */
async function say(path: string, bytes: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let heard = "";
  const socket = connect(path, () => socket.write(bytes)).on("error", reject);
  socket.on("data", (data) => (heard += data.toString())).on("close", () => resolve(heard));
  return promise;
}

describe("the control channel", () => {
  test("passes a request on and its answer back, for its owner alone", async () => {
    using place = new Place();
    const asked: ControlRequest[] = [];
    using _served = serveControl(place.path, async (request) => {
      asked.push(request);
      return { kind: "restarted", generation: asked.length + 1 };
    });
    expect(await askControl(place.path, RESTART)).toEqual({ kind: "restarted", generation: 2 });
    expect(await askControl(place.path, RESTART)).toEqual({ kind: "restarted", generation: 3 });
    expect(asked).toEqual([RESTART, RESTART]);
    expect(statSync(place.path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(place.path)).mode & 0o777).toBe(0o700);
  });

  test("takes a request that comes in pieces, and refuses what is none", async () => {
    using place = new Place();
    using _served = serveControl(place.path, async (request) => ({ kind: "refused", what: `${request.do}?` }));
    expect(JSON.parse(await say(place.path, '{"do":"dance"}\nmore'))).toEqual({ kind: "refused", what: "dance?" });
    expect(JSON.parse(await say(place.path, "hello\n"))).toMatchObject({ kind: "refused" });
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect(place.path, () => {
      socket.write('{"do":"res');
      setImmediate(() => socket.write('tart"}\n'));
    });
    socket.on("data", (data) => resolve(data.toString()));
    expect(JSON.parse(await promise)).toEqual({ kind: "refused", what: "restart?" });
  });

  test("takes a character that comes in two pieces for one", async () => {
    using place = new Place();
    using _served = serveControl(place.path, async (request) => ({ kind: "refused", what: request.do }));
    const bytes = Buffer.from('{"do":"é"}\n');
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect(place.path);
    await once(socket, "connect");
    socket.write(bytes.subarray(0, 8));
    // Each turn of the loop reads what has come; a piece that comes with the next one would not be one.
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    socket.write(bytes.subarray(8));
    socket.on("data", (data) => resolve(data.toString()));
    expect(JSON.parse(await promise)).toEqual({ kind: "refused", what: "é" });
  });

  test("passes on what is longer than a socket's buffer, and hangs up on what has no end", async () => {
    using place = new Place();
    using _served = serveControl(place.path, async (request) => {
      return { kind: "refused", what: request.do === "keep" ? String(request.pick.candidates.length) : "" };
    });
    const candidates = Array.from({ length: 65_535 }, (_, index) => index + 1);
    const keep: ControlRequest = { do: "keep", pick: { candidates, count: 1 }, term: { forMs: 1 } };
    expect(await askControl(place.path, keep)).toEqual({ kind: "refused", what: "65535" });
    // Whether the rest of it can be written is of no interest.
    expect(await say(place.path, "x".repeat(2 ** 21)).catch(() => "")).toBe("");
  });

  test("takes nonsense for no answer", async () => {
    using place = new Place();
    mkdirSync(dirname(place.path), { recursive: true });
    using _nonsense = Bun.listen({
      unix: place.path,
      socket: { open: (socket) => void socket.end("yes\n"), data: () => {} },
    });
    expect(await askControl(place.path, RESTART)).toMatchObject({ kind: "unreachable" });
  });

  test("tells a failure to do it from one to reach it, and from an end in between", async () => {
    using place = new Place();
    expect(await askControl(place.path, RESTART)).toMatchObject({ kind: "unreachable" });
    const served = serveControl(place.path, () => Promise.reject(new Error("no luck")));
    expect(await askControl(place.path, RESTART)).toEqual({ kind: "refused", what: "no luck" });
    served[Symbol.dispose]();
    expect(existsSync(place.path)).toBeFalse();
    const asked = Promise.withResolvers<void>();
    const silent = serveControl(place.path, () => {
      asked.resolve();
      return new Promise(() => {});
    });
    const answer = askControl(place.path, RESTART);
    await asked.promise;
    silent[Symbol.dispose]();
    expect(await answer).toEqual({ kind: "ended" });
  });

  test("takes the place of what a dead one left", async () => {
    using place = new Place();
    mkdirSync(dirname(place.path), { mode: 0o700 });
    writeFileSync(place.path, "");
    using _served = serveControl(place.path, async () => ({ kind: "restarted", generation: 2 }));
    expect(await askControl(place.path, RESTART)).toEqual({ kind: "restarted", generation: 2 });
  });
});

describe("its place", () => {
  test("is beside the record, or where it is short enough for a socket", () => {
    const state = "/home/ada/.local/state/portguard";
    expect(controlPath("linux", state, "api")).toBe(`${state}/reservations/api.sock`);
    const long = controlPath("macos", `/${"long/".repeat(20)}`, "api");
    expect(long).toStartWith(`${tmpdir()}/portguard-`);
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(103);
    expect(controlPath("macos", `/${"long/".repeat(20)}`, "web")).not.toBe(long);
  });

  test("is a named pipe on Windows", () => {
    expect(controlPath("windows", "C:\\x", "api")).toMatch(/^\\\\\.\\pipe\\portguard-[0-9a-f]{32}$/);
  });
});

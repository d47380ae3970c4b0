import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOOPBACK6 } from "../../src/core/address.ts";
import type { ReserveEvent } from "../../src/core/reserve-event.ts";
import { PortguardError } from "../../src/core/error.ts";
import { openEvents } from "../../src/report/reserve-events.ts";

const at = { protocol: "tcp" as const, address: LOOPBACK6, port: 8000, dual: false };
const held: ReserveEvent = { kind: "held", ports: [{ port: 8000, members: [at] }], sinceStartMs: 4 };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "portguard-events-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function linesOf(path: string): unknown[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

describe("events", () => {
  test("are one JSON object a line, with schema, time, name and values", () => {
    const path = join(folder, "lines");
    using events = openEvents(path);
    events.write(held);
    events.write({ kind: "exit", exit: { kind: "signal", signal: "SIGTERM" }, ports: [8000] });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
    expect(linesOf(path)).toEqual([
      {
        schema: 1,
        time,
        event: "held",
        ports: [{ port: 8000, members: [{ protocol: "tcp", address: "::1", port: 8000, dual: false }] }],
        sinceStartMs: 4,
      },
      { schema: 1, time, event: "exit", exit: { kind: "signal", signal: "SIGTERM" }, ports: [8000] },
    ]);
  });

  test("tell our own failure, too", () => {
    const path = join(folder, "error");
    using events = openEvents(path);
    events.writeError(new PortguardError("PORT_DENIED", "no", "ask"));
    expect(linesOf(path)).toMatchObject([{ event: "error", error: { code: "PORT_DENIED", what: "no", hint: "ask" } }]);
  });

  test("go to the end of a file, which is its owner's alone", () => {
    const path = join(folder, "appended");
    for (let run = 0; run < 2; run++) {
      using events = openEvents(path);
      events.write(held);
    }
    expect(linesOf(path)).toHaveLength(2);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("go to a file descriptor that the caller keeps", () => {
    const path = join(folder, "descriptor");
    const fd = openSync(path, "w");
    openEvents(`fd:${fd}`)[Symbol.dispose]();
    const events = openEvents(`fd:${fd}`);
    events.write(held);
    closeSync(fd);
    expect(linesOf(path)).toHaveLength(1);
    // The reader has gone: nobody hears this one, and nothing is thrown.
    events.write(held);
  });

  test("that can't be written to are refused before anything starts", () => {
    writeFileSync(join(folder, "file"), "");
    for (const target of [join(folder, "none", "x"), join(folder, "file", "x"), folder, "fd:9999"]) {
      expect(() => openEvents(target)).toThrow(expect.objectContaining({ code: "EVENTS_FAILED", exit: 125 }));
    }
    for (const target of ["fd:", "fd:x", "fd:0", "fd:-1"]) {
      expect(() => openEvents(target)).toThrow(expect.objectContaining({ code: "BAD_USAGE", exit: 2 }));
    }
  });
});

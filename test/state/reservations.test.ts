import { describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessInfo } from "../../src/core/socket.ts";
import { ReservationFiles } from "../../src/state/reservations.ts";
import { madeReservation } from "./made-reservation.ts";

/** A state folder, and the processes that are said to live. */
class Machine implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "portguard-state-"));
  readonly folder = join(this.path, "reservations");
  alive: ProcessInfo[] = [{ pid: 10, startedAt: 1000, born: "boot 10", command: [] }];
  readonly files = new ReservationFiles(this.path, (pid) => this.alive.find((each) => each.pid === pid));

  put(name: string, text: string): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.folder, `${name}.json`), text, { mode: 0o600 });
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

describe("the record of reservations", () => {
  test("has what was claimed and updated, for its owner alone, until it is removed", () => {
    using machine = new Machine();
    const { files } = machine;
    expect(files.list()).toEqual([]);
    expect(files.claim(madeReservation())).toBeUndefined();
    expect(files.list()).toEqual([madeReservation()]);
    files.update(madeReservation({ generation: 2 }));
    expect(files.find("shop-8000")).toEqual(madeReservation({ generation: 2 }));
    expect(readdirSync(machine.folder)).toEqual(["shop-8000.json"]);
    expect(statSync(machine.folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(machine.folder, "shop-8000.json")).mode & 0o777).toBe(0o600);
    files.remove("shop-8000");
    expect(files.find("shop-8000")).toBeUndefined();
  });

  test("gives a name to one only", () => {
    using machine = new Machine();
    machine.files.claim(madeReservation());
    const other = madeReservation({ directory: "/elsewhere" });
    expect(machine.files.claim(other)).toEqual({ kind: "reservation", reservation: madeReservation() });
    expect(machine.files.list()).toEqual([madeReservation()]);
  });

  test.each([
    ["whose process is gone", []],
    ["whose number somebody else has now", [{ pid: 10, startedAt: 2000, born: "boot 99", command: [] }]],
    ["of before the machine was started anew", [{ pid: 10, startedAt: 1000, born: "later 10", command: [] }]],
  ])("forgets one %s, and gives its name away", (_, alive) => {
    using machine = new Machine();
    machine.files.claim(madeReservation());
    machine.alive = alive;
    expect(machine.files.list()).toEqual([]);
    expect(readdirSync(machine.folder)).toEqual([]);
    machine.alive = [];
    machine.files.claim(madeReservation());
    const next = madeReservation({ portguard: { pid: 20, born: "boot 20" } });
    expect(machine.files.claim(next)).toBeUndefined();
  });

  test("keeps one whose start shows another time since the clock was set", () => {
    using machine = new Machine();
    machine.files.claim(madeReservation());
    machine.alive = [{ pid: 10, startedAt: -3_600_000, born: "boot 10", command: [] }];
    expect(machine.files.list()).toHaveLength(1);
  });

  test("leaves what is another machine's, and does not list it", () => {
    using machine = new Machine();
    machine.put("shop-8000", JSON.stringify(madeReservation({ host: "other", portguard: { pid: 77 } })));
    expect(machine.files.list()).toEqual([]);
    expect(existsSync(join(machine.folder, "shop-8000.json"))).toBeTrue();
    expect(machine.files.claim(madeReservation())).toMatchObject({ because: "it is of other" });
  });

  test.each([
    ["half of it", '{"version": 1, "na'],
    ["another version", JSON.stringify({ ...madeReservation(), version: 2 })],
    ["a port that is none", JSON.stringify({ ...madeReservation(), ports: [{ port: 70_000, held: [], bound: [] }] })],
    ["an address that is none", JSON.stringify({ ...madeReservation(), portguard: { pid: "10" } })],
  ])("neither believes nor removes a file with %s", (_, text) => {
    using machine = new Machine();
    machine.put("shop-8000", text);
    expect(machine.files.list()).toEqual([]);
    expect(machine.files.claim(madeReservation())).toMatchObject({ kind: "unreadable" });
    expect(readFileSync(join(machine.folder, "shop-8000.json"), "utf8")).toBe(text);
  });

  test("knows no name that would lead out of its folder", () => {
    using machine = new Machine();
    machine.files.claim(madeReservation());
    expect(machine.files.find("../reservations/shop-8000")).toBeUndefined();
    expect(() => machine.files.update(madeReservation({ name: "../x" }))).toThrow(RangeError);
  });
});

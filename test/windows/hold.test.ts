import { describe, expect, test } from "bun:test";
import { ANY4, ANY6, LOOPBACK4, LOOPBACK6 } from "../../src/core/address.ts";
import type { Refusal } from "../../src/core/os.ts";
import type { SocketRow } from "../../src/core/socket.ts";
import { classifyRefusal } from "../../src/os/windows/hold.ts";

const AT = { protocol: "tcp", address: ANY4, port: 8000, dual: false } as const;
const EXCLUDED: Refusal = { because: "excluded-range", what: "8000 is excluded", hint: "take another" };

function row(state: SocketRow["state"], address = LOOPBACK4): SocketRow {
  return { at: { ...AT, address }, state, id: `${address.text} ${state}` };
}

function classify(error: number, rows: readonly SocketRow[], refusal?: Refusal) {
  return classifyRefusal(AT, error, { rows, refusal: () => refusal }).kind;
}

describe("a bind that Windows refused", () => {
  test.each([
    ["10048 with a listener", 10_048, [row("listen")], undefined, "busy"],
    ["10013 with a listener, in an excluded range", 10_013, [row("listen")], EXCLUDED, "busy"],
    ["10048 with nobody in the table: a socket that doesn't listen", 10_048, [], EXCLUDED, "busy"],
    ["10013 with nobody, in an excluded range", 10_013, [], EXCLUDED, "denied"],
    ["10013 with nobody, in no range: an exclusive socket that doesn't listen", 10_013, [], undefined, "busy"],
    [
      "10013 with a listener of the other family only, in a range",
      10_013,
      [row("listen", LOOPBACK6)],
      EXCLUDED,
      "denied",
    ],
    ["10048 with connections that are closing", 10_048, [row("time-wait"), row("time-wait")], undefined, "lingering"],
    ["10048 with connections, one of them open", 10_048, [row("time-wait"), row("other")], undefined, "busy"],
    ["10049", 10_049, [], undefined, "not-local"],
    ["10047", 10_047, [row("listen", ANY6)], undefined, "not-local"],
  ] as const)("%s", (_, error, rows, refusal, kind) => {
    expect(classify(error, rows, refusal)).toBe(kind);
  });

  test("for a reason that we don't know is our own failure, with its number", () => {
    expect(() => classify(10_055, [])).toThrow("10055");
  });

  test("netsh is asked only where nobody is seen", () => {
    const refusal = () => {
      throw new Error("asked");
    };
    expect(classifyRefusal(AT, 10_013, { rows: [row("listen")], refusal }).kind).toBe("busy");
    expect(() => classifyRefusal(AT, 10_013, { rows: [], refusal })).toThrow("asked");
  });
});

import { describe, expect, test } from "bun:test";
import { LOOPBACK4 } from "../../src/core/address.ts";
import { PortguardError } from "../../src/core/error.ts";
import { PortHeldError } from "../../src/core/port-held-error.ts";
import { renderError, renderErrorJson, toPortguardError } from "../../src/report/error-text.ts";

const held = new PortHeldError(8000, [
  {
    at: { protocol: "tcp", address: LOOPBACK4, port: 8000, dual: false },
    process: { pid: 4711, name: "node", command: ["node", "server.js"] },
  },
]);

const texts = (error: PortguardError, debug = false) => renderError(error, 0, debug).map(({ text }) => text);

describe("an error", () => {
  test("is told as what, then a hint", () => {
    expect(renderError(new PortguardError("NOT_LOCAL", "not ours", "try ::1"), 0, false)).toEqual([
      { tone: "bad", text: "not ours" },
      { tone: "hint", text: "try ::1" },
    ]);
  });

  test("of a held port has its holders between the two", () => {
    expect(texts(held)).toEqual([
      "port 8000 is held by node (pid 4711) on 127.0.0.1:8000",
      "  127.0.0.1:8000 (IPv4) node (pid 4711): node server.js",
      "`--auto` takes the next free port, `--if-held wait` waits for this one",
    ]);
  });

  test("that nobody foresaw becomes INTERNAL, with a stack for debugging only", () => {
    const error = toPortguardError(new TypeError("x is not a function"));
    expect(error).toMatchObject({
      code: "INTERNAL",
      exit: 125,
      what: "unexpected failure: TypeError: x is not a function",
    });
    expect(texts(error)).toHaveLength(2);
    expect(texts(error, true).join("\n")).toContain("error-text.test.ts");
    expect(toPortguardError("just text").what).toBe("unexpected failure: just text");
  });

  test("that we threw ourselves stays as it is", () => {
    expect(toPortguardError(held)).toBe(held);
  });

  test("is one JSON object for scripts", () => {
    expect(JSON.parse(renderErrorJson(held))).toEqual({
      schema: 1,
      ok: false,
      error: {
        code: "PORT_HELD",
        what: held.what,
        hint: held.hint,
        holders: [
          {
            at: { protocol: "tcp", address: "127.0.0.1", port: 8000, dual: false },
            process: { pid: 4711, name: "node", command: ["node", "server.js"] },
          },
        ],
      },
    });
    expect(renderErrorJson(held)).not.toContain("\n");
  });
});

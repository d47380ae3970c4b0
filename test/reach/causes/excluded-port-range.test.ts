import { describe, expect, test } from "bun:test";
import type { Refusal } from "../../../src/core/os.ts";
import { factsOf, refused } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { windowsOf } from "./windows.ts";

const refusal: Refusal = {
  because: "excluded-range",
  what: "port 8000 is in the range 7981-8080 that Windows keeps from programs (ipv4)",
  hint: "as administrator: `net stop winnat`, start this again, then `net start winnat`, or take another port",
};
const attempts = [refused("127.0.0.1"), refused("::1")];
const asked = factsOf({ system: "windows", machine: windowsOf(), attempts, listeners: [], more: { refusal } });

describe("EXCLUDED_PORT_RANGE", () => {
  test("is found where nobody has the port and Windows gives it to nobody", () => {
    expect(onlyFinding(asked)).toMatchObject({
      code: "EXCLUDED_PORT_RANGE",
      severity: "blocks",
      title:
        "nobody listens on port 8000, and no server can: port 8000 is in the range 7981-8080 that Windows keeps from programs (ipv4)",
    });
  });

  test("is silent where a server has it all the same", () => {
    expect(codesOf(factsOf({ system: "windows", machine: windowsOf(), more: { refusal } }))).toEqual([]);
  });

  test("is silent of a privileged port, which a server with more rights can have", () => {
    const more = { refusal: { ...refusal, because: "privileged" } as const };
    expect(codesOf({ ...asked, more })).toEqual(["NO_LISTENER"]);
  });
});

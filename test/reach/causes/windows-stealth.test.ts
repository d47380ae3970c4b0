import { describe, expect, test } from "bun:test";
import { seen, unseen } from "../../../src/core/seen.ts";
import { factsOf, listenerOf, refused, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { windowsOf } from "./windows.ts";

const attempts = [timedOut("127.0.0.1"), timedOut("::1"), timedOut("192.168.1.20")];
const silent = factsOf({ system: "windows", machine: windowsOf(), attempts, listeners: [] });

describe("WINDOWS_STEALTH", () => {
  test("is found where nobody listens and nothing comes back", () => {
    expect(onlyFinding(silent)).toMatchObject({
      code: "WINDOWS_STEALTH",
      severity: "blocks",
      title: "nobody listens on port 8000, and Windows' firewall keeps silent about 127.0.0.1:8000",
    });
  });

  test("is silent where somebody listens: then a rule drops it", () => {
    expect(codesOf({ ...silent, listeners: [listenerOf("0.0.0.0")] })).toEqual(["DROPPED"]);
  });

  test("is silent where the port refuses, and where the firewall is off or was not seen", () => {
    expect(codesOf({ ...silent, attempts: [refused("127.0.0.1")] })).toEqual(["NO_LISTENER"]);
    expect(codesOf({ ...silent, machine: windowsOf({ firewallOn: seen(false) }) })).toEqual(["DROPPED"]);
    expect(codesOf({ ...silent, machine: windowsOf({ firewallOn: unseen("no rights") }) })).toEqual(["DROPPED"]);
  });
});

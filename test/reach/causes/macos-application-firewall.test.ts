import { describe, expect, test } from "bun:test";
import { unseen } from "../../../src/core/seen.ts";
import { factsOf, listenerOf, ownerOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { macosOf } from "./windows.ts";

const PYTHON = "/usr/local/bin/python3";
const listeners = [listenerOf("0.0.0.0", { owners: [ownerOf({ process: { command: [PYTHON, "-m", "uvicorn"] } })] })];
const lan = requestOf("8000", { from: { kind: "lan" } });
const asked = (machine = macosOf({ blocked: [PYTHON] }), request = lan) =>
  factsOf({ system: "macos", machine, request, listeners });

describe("MACOS_APPLICATION_FIREWALL", () => {
  test("is found where others ask and the program is blocked", () => {
    const finding = onlyFinding(asked());
    expect(finding).toMatchObject({
      code: "MACOS_APPLICATION_FIREWALL",
      severity: "blocks",
      title: "macOS' application firewall keeps this LAN from uvicorn (pid 4711): /usr/local/bin/python3 is blocked",
    });
    expect(finding.remedies[0]?.commands).toEqual([
      ["sudo", "/usr/libexec/ApplicationFirewall/socketfilterfw", "--unblockapp", PYTHON],
    ]);
  });

  test("only warns where this machine asks for its own LAN address, which passes it by", () => {
    const request = requestOf("192.168.1.20:8000");
    expect(onlyFinding(asked(macosOf({ blockAll: true }), request))).toMatchObject({
      severity: "warning",
      title:
        "macOS' application firewall keeps other machines from uvicorn (pid 4711): it blocks all incoming connections",
    });
  });

  test("is silent where it is off, blocks another program, or was not seen", () => {
    expect(codesOf(asked(macosOf({ on: false, blocked: [PYTHON] })))).toEqual([]);
    expect(codesOf(asked(macosOf({ blocked: ["/usr/local/bin/python3.12"] })))).toEqual([]);
    expect(codesOf(asked({ macos: { version: 15, applicationFirewall: unseen("no rights") } }))).toEqual([]);
  });

  test("is silent where this machine asks for its loopback", () => {
    expect(codesOf(asked(macosOf({ blocked: [PYTHON] }), requestOf("8000")))).toEqual([]);
  });
});

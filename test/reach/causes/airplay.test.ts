import { describe, expect, test } from "bun:test";
import { connected, factsOf, listenerOf, ownerOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf } from "./talks.ts";

const receiver = ownerOf({
  server: "other",
  process: {
    pid: 600,
    name: "ControlCenter",
    command: ["/System/Library/CoreServices/ControlCenter.app/Contents/MacOS/ControlCenter"],
  },
});
const asked = (owner = receiver, port = 5000) =>
  factsOf({
    system: "macos",
    request: requestOf(`localhost:${port}`, { url: { scheme: "http", path: "/" } }),
    attempts: [connected("127.0.0.1", { port })],
    listeners: [listenerOf("0.0.0.0", { port, owners: [owner] })],
    more: {
      conversation: conversationOf({
        http: answered({ status: 403, reason: "Forbidden", headers: [["server", "AirTunes/675.4.1"]], body: "" }),
      }),
    },
  });

describe("AIRPLAY", () => {
  test("is found where the Control Center has port 5000", () => {
    const finding = onlyFinding(asked());
    expect(finding).toMatchObject({
      code: "AIRPLAY",
      severity: "blocks",
      title:
        "ControlCenter (pid 600) listens on 0.0.0.0:5000: port 5000 is macOS' AirPlay receiver, not a server of yours",
    });
    expect(finding.evidence).toContainEqual({ what: "its Server header is AirTunes/675.4.1", source: "HTTP" });
  });

  test("is silent where a server of one's own has port 5000", () => {
    expect(codesOf(asked(ownerOf({ server: "flask" })))).toEqual([]);
  });

  test("is silent on other ports and other systems", () => {
    expect(codesOf(asked(receiver, 5001))).toEqual([]);
    expect(codesOf({ ...asked(), system: "linux" })).toEqual([]);
  });
});

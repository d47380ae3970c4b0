import { describe, expect, test } from "bun:test";
import { seen, unseen } from "../../../src/core/seen.ts";
import { factsOf, refused, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { proxyOf, windowsOf } from "./windows.ts";

const portProxies = seen([proxyOf("0.0.0.0", 8000, "172.20.1.2")]);
const asked = (machine = windowsOf({ portProxies, portProxyService: seen("stopped") })) =>
  factsOf({
    system: "windows",
    machine,
    request: requestOf("192.168.1.20:8000"),
    attempts: [refused("192.168.1.20")],
    listeners: [],
  });

describe("PORTPROXY_STOPPED", () => {
  test("is found where the port is to be forwarded and the service is stopped", () => {
    const finding = onlyFinding(asked());
    expect(finding).toMatchObject({
      code: "PORTPROXY_STOPPED",
      severity: "blocks",
      title: "Windows is to forward 0.0.0.0:8000 to 172.20.1.2:8000, and its service iphlpsvc is stopped",
    });
    expect(finding.remedies[0]?.commands).toContainEqual(["net", "start", "iphlpsvc"]);
  });

  test("is found where Windows keeps silent about the port that nobody has", () => {
    expect(codesOf({ ...asked(), attempts: [timedOut("192.168.1.20")] })).toEqual(["PORTPROXY_STOPPED"]);
  });

  test("is silent where the service runs, forwards another port, or could not be seen", () => {
    expect(codesOf(asked(windowsOf({ portProxies })))).toEqual(["NO_LISTENER"]);
    const other = seen([proxyOf("0.0.0.0", 8001, "172.20.1.2")]);
    expect(codesOf(asked(windowsOf({ portProxies: other, portProxyService: seen("stopped") })))).toEqual([
      "NO_LISTENER",
    ]);
    expect(codesOf(asked(windowsOf({ portProxies, portProxyService: unseen("no rights") })))).toEqual(["NO_LISTENER"]);
  });
});

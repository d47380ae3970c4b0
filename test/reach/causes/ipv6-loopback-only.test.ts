import { describe, expect, test } from "bun:test";
import { candidateOf, connected, factsOf, listenerOf, ownerOf, refused, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const vite = ownerOf({
  process: { name: "node", command: ["node", "/home/bob/app/node_modules/.bin/vite", "--port", "8000"] },
  server: "vite",
});
const listeners = [listenerOf("::1", { owners: [vite] })];
const localhost = (order: readonly string[]) => ({
  request: requestOf("localhost:8000"),
  candidates: order.map((address) => candidateOf(address, "localhost")),
});

describe("IPV6_LOOPBACK_ONLY", () => {
  test("is found for a bare port where 127.0.0.1 is refused", () => {
    const attempts = [refused("127.0.0.1"), connected("::1"), refused("192.168.1.20")];
    const finding = onlyFinding(factsOf({ attempts, listeners }));
    expect(finding.code).toBe("IPV6_LOOPBACK_ONLY");
    expect(finding.title).toBe("vite (pid 4711) listens on [::1]:8000 only: 127.0.0.1:8000 is refused");
    expect(finding.remedies[0]).toMatchObject({
      commands: [["/home/bob/app/node_modules/.bin/vite", "--port", "8000", "--host", "127.0.0.1"]],
      risk: "restart",
    });
  });

  test("only warns where `localhost` is 127.0.0.1 first, and ::1 as well", () => {
    const attempts = [refused("127.0.0.1"), connected("::1")];
    const finding = onlyFinding(factsOf({ ...localhost(["127.0.0.1", "::1"]), attempts, listeners }));
    expect([finding.code, finding.severity]).toEqual(["IPV6_LOOPBACK_ONLY", "warning"]);
  });

  test("blocks where `localhost` is 127.0.0.1 alone", () => {
    const facts = factsOf({ ...localhost(["127.0.0.1"]), attempts: [refused("127.0.0.1")], listeners });
    expect(onlyFinding(facts)).toMatchObject({ code: "IPV6_LOOPBACK_ONLY", severity: "blocks" });
  });

  test("is silent where `localhost` is ::1 first: nobody meets the refusal", () => {
    const attempts = [connected("::1"), refused("127.0.0.1")];
    expect(codesOf(factsOf({ ...localhost(["::1", "127.0.0.1"]), attempts, listeners }))).toEqual([]);
  });

  test("is silent where 127.0.0.1 is not refused but dropped", () => {
    const attempts = [timedOut("127.0.0.1"), connected("::1")];
    expect(codesOf(factsOf({ attempts, listeners }))).not.toContain("IPV6_LOOPBACK_ONLY");
  });
});

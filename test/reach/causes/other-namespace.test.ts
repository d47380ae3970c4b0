import { describe, expect, test } from "bun:test";
import { seen, unseen } from "../../../src/core/seen.ts";
import type { Facts } from "../../../src/reach/facts.ts";
import { ETH0, factsOf, interfaceOf, listenerOf, LO, refused } from "./facts.ts";
import { containerOf, dockerProxy } from "./containers.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const nobody = (more: Facts["more"]) =>
  factsOf({
    attempts: [refused("127.0.0.1"), refused("::1"), refused("192.168.1.20")],
    listeners: [],
    interfaces: [LO, ETH0, interfaceOf(3, "docker0", ["172.17.0.1", 16])],
    more: { neighbours: seen([]), ...more },
  });

describe("OTHER_NAMESPACE", () => {
  test("is found where a container listens on the port, and it is not published", () => {
    const finding = onlyFinding(nobody({ namespaces: seen([containerOf({ listens: [["0.0.0.0", 8000]] })]) }));
    expect(finding).toMatchObject({
      code: "OTHER_NAMESPACE",
      severity: "blocks",
      title: "nobody listens on port 8000 of this machine; uvicorn (pid 1200) does in docker container 3f2a1b0c9d8e",
    });
    expect(finding.remedies[0]?.what).toContain("-p 8000:8000");
    expect(finding.remedies[1]).toMatchObject({ commands: [["portguard", "reach", "172.17.0.2:8000"]] });
  });

  test("tells the port as which it is published", () => {
    const neighbours = seen([listenerOf("0.0.0.0", { port: 8080, owners: [dockerProxy("0.0.0.0")] })]);
    const namespaces = seen([containerOf({ listens: [["0.0.0.0", 80]] })]);
    const facts = nobody({ neighbours, namespaces });
    const request = { ...facts.request, target: { ...facts.request.target, text: "80", port: 80 } };
    const finding = onlyFinding({ ...facts, request });
    expect(finding.title).toEndWith("; its port is published as 8080");
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "8080"]]);
  });

  test("does not send anybody to an address that no interface of ours is near to", () => {
    const namespaces = seen([containerOf({ listens: [["0.0.0.0", 8000]], address: "10.0.2.100" })]);
    expect(onlyFinding(nobody({ namespaces })).remedies).toHaveLength(1);
  });

  test("asks from in there where nothing leads to it", () => {
    const { container: _, ...bare } = containerOf({ listens: [["0.0.0.0", 8000]], address: "10.0.2.100" });
    const [mend] = onlyFinding(nobody({ namespaces: seen([bare]) })).remedies;
    const [command] = mend?.commands ?? [];
    expect(command?.slice(0, 3)).toEqual(["sudo", "nsenter", "--target"]);
    expect(command?.slice(-4)).toEqual(["--net", "portguard", "reach", "8000"]);
  });

  test("is silent where containers listen on other ports, or could not be seen", () => {
    const other = nobody({ namespaces: seen([containerOf({ listens: [["0.0.0.0", 8001]] })]) });
    expect(codesOf(other)).toEqual(["NO_LISTENER"]);
    expect(codesOf(nobody({ namespaces: unseen("hidden") }))).toEqual(["NO_LISTENER"]);
  });
});

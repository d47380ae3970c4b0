import { describe, expect, test } from "bun:test";
import { connected, factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { nameOf, noName, resolversOf } from "./network.ts";

const unknown = (name = noName("db.example")) =>
  factsOf({ request: requestOf("db.example:5432"), isLocal: false, candidates: [], attempts: [], listeners: [], name });

describe("NAME_NOT_FOUND", () => {
  test("is found where nobody knows the name, with what each resolver said", () => {
    const finding = onlyFinding({ ...unknown(), more: resolversOf({ "10.0.0.53": "NXDOMAIN" }) });
    expect(finding).toMatchObject({
      code: "NAME_NOT_FOUND",
      severity: "blocks",
      title: "db.example can't be resolved: no such name (EAI_NONAME)",
    });
    expect(finding.evidence).toContainEqual({ what: "it answers NXDOMAIN", source: "resolver 10.0.0.53" });
  });

  test("says that a name is there and has no address", () => {
    const finding = onlyFinding(unknown(noName("db.example", "no-address", "EAI_NODATA")));
    expect(finding.title).toBe("db.example can't be resolved: the name is there, and has no address (EAI_NODATA)");
  });

  test("knows the address of localhost", () => {
    expect(onlyFinding(unknown(noName("localhost"))).remedies[0]?.what).toContain("a line `127.0.0.1 localhost`");
  });

  test("tells what a name of its kind needs", () => {
    const hintOf = (name: string) => onlyFinding(unknown(noName(name))).remedies[0]?.what;
    expect(hintOf("printer.local")).toContain("mDNS");
    expect(hintOf("postgres")).toContain("a container's name is known in its own network only");
    expect(hintOf("db.example")).toContain("VPN");
  });

  test("is silent where the name was found", () => {
    const request = requestOf("db.example:8000");
    const facts = factsOf({
      request,
      name: nameOf("db.example", "192.168.1.30"),
      attempts: [connected("192.168.1.30")],
    });
    expect(codesOf({ ...facts, isLocal: false, listeners: [] })).toEqual([]);
  });

  test("is silent where the resolvers could not be asked: the name may be there", () => {
    expect(codesOf(unknown(noName("db.example", "temporary", "EAI_AGAIN")))).toEqual(["RESOLVER_SILENT"]);
  });
});

import { describe, expect, test } from "bun:test";
import { candidateOf, connected, factsOf, listenerOf, ownerOf, refused, requestOf, timedOut } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { nameOf } from "./network.ts";

const request = requestOf("127.0.0.1:8000", { url: { scheme: "http", path: "/" } });
const asked = (proxyEnv: Readonly<Record<string, string>>) =>
  factsOf({ request, candidates: [candidateOf("127.0.0.1")], attempts: [connected("127.0.0.1")], proxyEnv });

describe("PROXY_VARIABLE", () => {
  test("warns where clients of a near target are sent to a proxy", () => {
    const finding = onlyFinding(asked({ http_proxy: "http://proxy.corp:3128" }));
    expect(finding).toMatchObject({
      code: "PROXY_VARIABLE",
      severity: "warning",
      title:
        "http_proxy sends clients of http://127.0.0.1:8000 to the proxy http://proxy.corp:3128, and NO_PROXY is not set",
    });
    expect(finding.remedies[0]).toMatchObject({
      commands: [["export", "NO_PROXY=127.0.0.1"]],
      undo: "`unset NO_PROXY`",
    });
  });

  test("says that NO_PROXY names another host, and adds this one", () => {
    const finding = onlyFinding(asked({ ALL_PROXY: "socks5://p:1080", NO_PROXY: "localhost,.corp" }));
    expect(finding.title).toEndWith("and NO_PROXY does not name it");
    expect(finding.remedies[0]?.commands).toEqual([["export", "NO_PROXY=localhost,.corp,127.0.0.1"]]);
  });

  test("never shows the proxy's password", () => {
    const text = JSON.stringify(onlyFinding(asked({ http_proxy: "http://bob:hunter2@proxy.corp:3128" })));
    expect(text).not.toContain("hunter2");
    expect(text).toContain("http://…@proxy.corp:3128");
  });

  test("warns of a bare port where a web server has it, unless localhost is named", () => {
    const facts = factsOf({ proxyEnv: { HTTP_PROXY: "http://p:3128" } });
    expect(codesOf(facts)).toEqual(["PROXY_VARIABLE"]);
    expect(codesOf({ ...facts, proxyEnv: { HTTP_PROXY: "http://p:3128", no_proxy: "localhost" } })).toEqual([]);
    const redis = listenerOf("0.0.0.0", { owners: [ownerOf({ server: "redis" })] });
    expect(codesOf({ ...facts, listeners: [redis] })).toEqual([]);
  });

  test("warns beside DROPPED of a private address that is not reached directly", () => {
    const facts = factsOf({
      request: requestOf("10.0.0.5:8000", { url: { scheme: "http", path: "/" } }),
      isLocal: false,
      listeners: [],
      candidates: [candidateOf("10.0.0.5")],
      attempts: [timedOut("10.0.0.5")],
      proxyEnv: { http_proxy: "http://p:3128" },
    });
    expect(codesOf(facts)).toEqual(["DROPPED", "PROXY_VARIABLE"]);
  });

  test("is silent where NO_PROXY covers it, the variable is of another scheme, or none is set", () => {
    expect(codesOf(asked({ http_proxy: "http://p:3128", NO_PROXY: "127.0.0.0/8" }))).toEqual([]);
    expect(codesOf(asked({ https_proxy: "http://p:3128" }))).toEqual([]);
    expect(codesOf(asked({ NO_PROXY: "localhost" }))).toEqual([]);
  });

  test("is silent of a target in the internet, for which the proxy is meant", () => {
    const facts = factsOf({
      request: requestOf("app.example:8000", { url: { scheme: "http", path: "/" } }),
      name: nameOf("app.example", "203.0.113.9"),
      isLocal: false,
      listeners: [],
      candidates: [candidateOf("203.0.113.9", "app.example")],
      attempts: [connected("203.0.113.9")],
      proxyEnv: { http_proxy: "http://p:3128" },
    });
    expect(codesOf(facts)).toEqual([]);
  });

  test("is silent where nobody listens: the proxy changes nothing about that", () => {
    const facts = { ...asked({ http_proxy: "http://p:3128" }), attempts: [refused("127.0.0.1")], listeners: [] };
    expect(codesOf(facts)).toEqual(["NO_LISTENER"]);
  });
});

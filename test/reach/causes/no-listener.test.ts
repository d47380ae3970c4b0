import { describe, expect, test } from "bun:test";
import { seen } from "../../../src/core/seen.ts";
import type { Facts } from "../../../src/reach/facts.ts";
import { candidateOf, connected, factsOf, listenerOf, ownerOf, refused, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const allRefused = [refused("127.0.0.1"), refused("::1"), refused("192.168.1.20")];
const nobody = (overrides: Partial<Facts> = {}) => factsOf({ attempts: allRefused, listeners: [], ...overrides });

describe("NO_LISTENER", () => {
  test("is found where nobody has the port, and points to `portguard reserve`", () => {
    const finding = onlyFinding(nobody({ more: { neighbours: seen([]) } }));
    expect(finding).toMatchObject({
      code: "NO_LISTENER",
      severity: "blocks",
      title: "nobody listens on port 8000",
    });
    expect(finding.evidence).toEqual([
      { what: "127.0.0.1:8000: ECONNREFUSED (111)", source: "connect" },
      { what: "[::1]:8000: ECONNREFUSED (111)", source: "connect" },
      { what: "no TCP socket serves on port 8000", source: "socket table" },
    ]);
    expect(finding.remedies[0]?.what).toContain("portguard reserve 8000 -- COMMAND");
  });

  test("tells a server on a port nearby, once, and one of our own folder wherever it is", () => {
    const vite = ownerOf({ process: { pid: 90, name: "node", cwd: "/home/bob/app" }, server: "vite" });
    const neighbours = seen([
      listenerOf("0.0.0.0", { port: 8001 }),
      listenerOf("::", { port: 8001 }),
      listenerOf("127.0.0.1", { port: 5173, owners: [vite] }),
      listenerOf("127.0.0.1", { port: 9000, owners: [ownerOf({ process: { pid: 91, cwd: "/srv" } })] }),
    ]);
    const finding = onlyFinding(nobody({ cwd: "/home/bob/app", more: { neighbours } }));
    const seenThere = finding.evidence.map(({ what }) => what).filter((what) => what.includes(" listens on "));
    expect(seenThere).toEqual([
      "uvicorn (pid 4711) listens on 0.0.0.0:8001",
      "vite (pid 90) listens on 127.0.0.1:5173",
    ]);
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "8001"]]);
  });

  test("offers a server of our own folder last where its port is far", () => {
    const vite = ownerOf({ process: { pid: 90, name: "node", cwd: "/home/bob/app" }, server: "vite" });
    const neighbours = seen([listenerOf("127.0.0.1", { port: 18950, owners: [vite] })]);
    const { remedies } = onlyFinding(nobody({ cwd: "/home/bob/app", more: { neighbours } }));
    expect(remedies[0]?.what).toStartWith("start the server");
    expect(remedies[1]?.commands).toEqual([["portguard", "reach", "18950"]]);
  });

  test("tells a server that has the port and does not listen yet", () => {
    const bound = listenerOf("127.0.0.1", { state: "bound" });
    const finding = onlyFinding(nobody({ listeners: [bound], more: { neighbours: seen([]) } }));
    expect(finding.title).toBe("uvicorn (pid 4711) has 127.0.0.1:8000 and does not listen yet");
    expect(finding.remedies.map(({ commands }) => commands)).toEqual([[["portguard", "wait", "8000"]]]);
  });

  test("is found where the server has another address than the one that was asked for", () => {
    const request = requestOf("[::1]:8000");
    const finding = onlyFinding(factsOf({ request, candidates: [candidateOf("::1")], attempts: [refused("::1")] }));
    expect(finding.title).toBe("nobody listens on [::1]:8000: uvicorn (pid 4711) listens on 0.0.0.0:8000");
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "127.0.0.1:8000"]]);
    const byUrl = requestOf("[::1]:8000", { url: { scheme: "https", path: "/health" } });
    const mend = onlyFinding(factsOf({ request: byUrl, attempts: [refused("::1")] })).remedies[0];
    expect(mend?.commands).toEqual([["portguard", "reach", "https://127.0.0.1:8000/health"]]);
  });

  test("keeps the rest of a URL when it names another port", () => {
    const neighbours = seen([listenerOf("0.0.0.0", { port: 8001 })]);
    const { request } = nobody();
    const target = { ...request.target, text: "http://127.0.0.1:8000/health?x=8000" };
    const finding = onlyFinding(nobody({ request: { ...request, target }, more: { neighbours } }));
    expect(finding.remedies[0]?.commands).toEqual([["portguard", "reach", "http://127.0.0.1:8001/health?x=8000"]]);
  });

  test("leaves it to REJECTED where somebody listens there after all", () => {
    expect(codesOf(factsOf({ attempts: allRefused }))).toEqual(["REJECTED"]);
  });

  test("is silent where one of the name's addresses answers", () => {
    const request = requestOf("web.lan:8000");
    const attempts = [refused("127.0.0.2"), connected("192.168.1.20")];
    expect(codesOf(factsOf({ request, attempts, listeners: [listenerOf("192.168.1.20")] }))).toEqual([]);
  });
});

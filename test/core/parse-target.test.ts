import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { formatHostPort, requireAddress, unmapAddress } from "../../src/core/address.ts";
import { PortguardError } from "../../src/core/error.ts";
import { parseTarget, refuseSecrets } from "../../src/core/parse-target.ts";
import type { Target } from "../../src/core/target.ts";
import { anyAddress, anyPort } from "./arbitraries.ts";

const HERE = { kind: "this-machine" };
const named = (name: string) => ({ kind: "name", name });
const at = (text: string, zone?: string) => ({
  kind: "address",
  address: requireAddress(text),
  ...(zone !== undefined && { zone }),
});

describe("a target", () => {
  test.each([
    ["8000", { protocol: "tcp", port: 8000, host: HERE }],
    [":8000", { protocol: "tcp", port: 8000, host: HERE }],
    ["53/udp", { protocol: "udp", port: 53, host: HERE }],
    ["8000/TCP", { protocol: "tcp", port: 8000, host: HERE }],
    ["localhost:8000", { port: 8000, host: named("localhost") }],
    ["db.lan:5432", { port: 5432, host: named("db.lan") }],
    ["DB.Lan.:5432", { port: 5432, host: named("db.lan.") }],
    ["my_service:80", { port: 80, host: named("my_service") }],
    ["db.lan:53/udp", { protocol: "udp", port: 53, host: named("db.lan") }],
    ["127.0.0.1:8000", { port: 8000, host: at("127.0.0.1") }],
    ["127.1:8000", { port: 8000, host: at("127.0.0.1") }],
    ["0:8000", { port: 8000, host: at("0.0.0.0") }],
    ["[::1]:8000", { port: 8000, host: at("::1") }],
    ["[0:0::0001]:8000", { port: 8000, host: at("::1") }],
    ["[fe80::1%eth0]:8443", { port: 8443, host: at("fe80::1", "eth0") }],
    ["[fe80::1%2]:8443", { port: 8443, host: at("fe80::1", "2") }],
    ["bücher.example:80", { port: 80, host: named("xn--bcher-kva.example") }],
  ])("`%s` is a place", (text, expected) => {
    const target = parseTarget(text);
    expect(target).toMatchObject({ text, ...expected });
    expect(target.url).toBeUndefined();
  });

  test.each([
    ["http://0.0.0.0:8000/health", 8000, at("0.0.0.0"), "http", "/health"],
    ["HTTPS://db.lan", 443, named("db.lan"), "https", "/"],
    ["http://db.lan?a=b#c", 80, named("db.lan"), "http", "/?a=b"],
    ["ws://db.lan:/live", 80, named("db.lan"), "ws", "/live"],
    ["wss://[::1]/x", 443, at("::1"), "wss", "/x"],
    ["https://[fe80::1%eth0]:8443", 8443, at("fe80::1", "eth0"), "https", "/"],
    ["https://[fe80::1%25eth0]:8443", 8443, at("fe80::1", "eth0"), "https", "/"],
    ["http://localhost:5173/@vite/client", 5173, named("localhost"), "http", "/@vite/client"],
    ["http://h//x.y/z", 80, named("h"), "http", "//x.y/z"],
    ["http://h/ä?ö", 80, named("h"), "http", "/%C3%A4?%C3%B6"],
  ])("`%s` is a URL", (text, port, host, scheme, path) => {
    expect(parseTarget(text)).toEqual({ text, protocol: "tcp", port, host, url: { scheme, path } } as Target);
  });

  test("is UDP with --udp, too", () => {
    expect(parseTarget("53", { udp: true }).protocol).toBe("udp");
    expect(parseTarget("db.lan:53/udp", { udp: true }).protocol).toBe("udp");
  });

  test("can be any address and port", () => {
    fc.assert(
      fc.property(anyAddress, anyPort, fc.constantFrom("", "http://"), (address, port, scheme) => {
        const written = formatHostPort(address, port);
        // In a URL the `%` before a zone is written `%25`: `%250` would be the zone 0.
        const target = parseTarget(scheme + (scheme === "" ? written : written.replace("%", "%25")));
        const zone = address.scopeId === 0 ? undefined : String(address.scopeId);
        expect(target.host).toEqual(at(unmapAddress(address).text, zone) as Target["host"]);
        expect(target.port).toBe(port);
      }),
    );
  });
});

describe("a target is refused", () => {
  test.each([
    ["", "an empty word is not a target", "a target is a port, HOST:PORT or a URL"],
    ["db.lan", "`db.lan` names no port", "write db.lan:8000"],
    ["db.lan:", "`db.lan:` names no port", "write db.lan:8000"],
    ["127.0.0.1", "`127.0.0.1` names no port", "write 127.0.0.1:8000"],
    ["[::1]", "`[::1]` names no port", "write [::1]:8000"],
    ["::1", "`::1` leaves open where the address ends", "write [::1]:8000"],
    ["::1:8000", "`::1:8000` leaves open where the address ends", "write [::1]:8000"],
    ["fe80::1%eth0:80", "leaves open where the address ends", "write [fe80::1%eth0]:80"],
    ["http://::1/", "leaves open where the address ends", "write [::1]:8000"],
    ["0", "port 0 can't be reached", "name the one that was given"],
    ["65536", "65536 is not a port", "1 to 65535"],
    ["-1", "-1 is not a port", "1 to 65535"],
    ["99999999999999999999", "is not a port", "1 to 65535"],
    ["08000", "`08000` starts with a zero", "write 8000"],
    ["db.lan:http", "`http` is not a port", "db.lan:5432"],
    ["8000-8010", "more than one port", "one at a time"],
    ["8000,8001", "more than one port", "one at a time"],
    ["*:8000", "`*` is not a name or an address", "leave `*` out"],
    ["localhost:8000/health", "has a path, but no scheme", "write http://localhost:8000/health"],
    ["8000/health", "has a path, but no scheme", "write http://localhost:8000/health"],
    [":8000/health", "has a path, but no scheme", "write http://localhost:8000/health"],
    ["/run/app.sock", "is a file", "curl --unix-socket"],
    ["postgres://db.lan/app", "does not speak `postgres`", "write db.lan:5432"],
    ["redis://db.lan:7000", "does not speak `redis`", "write db.lan:7000"],
    ["file:///etc/passwd", "does not speak `file`", "http, https, ws and wss"],
    ["http://", "names no host", "write http://localhost"],
    ["http://:8000/x", "names no host", "write http://localhost:8000/x"],
    ["http://h:99999/", "99999 is not a port", "1 to 65535"],
    ["10.0.0.256:80", "`10.0.0.256` is not a name or an address", "a target is"],
    ["a..b:80", "`a..b` is not a name or an address", "a target is"],
    ["[127.0.0.1]:80", "`[127.0.0.1]` is not an IPv6 address", "[::1]"],
    ["[::1%]:80", "is not an IPv6 address", "[fe80::1%eth0]"],
    ["%31:80", "is not a name or an address", "a target is"],
    ["a b:80", "a blank or a control character", "%20"],
    ["http://h/\r\nHost: x", "a blank or a control character", "%20"],
    ["h\u001b[2J:80", "a blank or a control character", "%20"],
    [`http://h/${"x".repeat(3000)}`, "the target has 3009 characters", "2048"],
  ])("%j: %s", (text, what, hint) => {
    expect(() => parseTarget(text)).toThrow(
      expect.objectContaining({
        code: "BAD_TARGET",
        exit: 2,
        what: expect.stringContaining(what) as string,
        hint: expect.stringContaining(hint) as string,
      }),
    );
  });

  test("where --udp contradicts it", () => {
    expect(() => parseTarget("53/tcp", { udp: true })).toThrow("contradict each other");
    expect(() => parseTarget("http://h/", { udp: true })).toThrow("is spoken over TCP");
  });

  test("with BAD_TARGET and nothing else, whatever the text", () => {
    const piece = fc.constantFrom(
      "http",
      "://",
      "//",
      "[",
      "]",
      ":",
      "::1",
      "%",
      "@",
      "/",
      "\\",
      "8000",
      "a.b",
      "?",
      "#",
    );
    const text = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.array(piece).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(text, (words) => {
        try {
          const { port, url, host } = parseTarget(words);
          expect(port).toBeWithin(1, 65_536);
          if (url) expect(url.path).toMatch(/^\/[!-~]*$/);
          if (host.kind === "name") expect(host.name).toMatch(/^[a-z0-9_.-]+$/);
        } catch (error) {
          if (!(error instanceof PortguardError)) throw error;
          expect(error.code).toBe("BAD_TARGET");
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a password", () => {
  test.each([
    "http://user:SECRET@h/",
    "http://SECRET@h/",
    "http:///user:SECRET@h/",
    "http:\\\\user:SECRET@h/",
    "http:user:SECRET@h",
    "user:SECRET@h:80",
    "postgres://user:SECRET@db:5432/app",
    "//user:SECRET@h/",
    "http://user:SECRET/x@h/",
    "user:SECRET#x@h:80",
  ])("in `%s` is refused, and not repeated", (text) => {
    const error: unknown = catchError(() => parseTarget(text));
    expect(error).toMatchObject({ code: "BAD_TARGET", what: "a user name or password stands in the target" });
    expect((error as PortguardError).what + (error as PortguardError).hint).not.toContain("SECRET");
  });

  test("is never repeated, wherever it is put in front of a host", () => {
    const word = fc.stringMatching(/^[a-z0-9:.[\]%-]{0,12}$/);
    const scheme = fc.constantFrom("", "http://", "https://", "ws:/", "redis://", "HTTP:\\\\", "x:", "//");
    fc.assert(
      fc.property(scheme, word, word, (start, before, behind) => {
        const error = catchError(() => parseTarget(`${start}${before}:SECRET@${behind}`));
        expect(error).toBeInstanceOf(PortguardError);
        expect((error as PortguardError).what + (error as PortguardError).hint).not.toContain("SECRET");
      }),
    );
  });

  test("is no `@` in a path or a query", () => {
    for (const text of ["https://h/@scope/x?mail=a@b", "https://[fe80::1%eth0]:80/@x", "localhost:5173/@vite"]) {
      expect(() => refuseSecrets(text)).not.toThrow();
    }
  });
});

function catchError(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

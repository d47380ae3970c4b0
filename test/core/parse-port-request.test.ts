import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { LOOPBACK4, LOOPBACK6, requireAddress } from "../../src/core/address.ts";
import { checkPortRequests } from "../../src/core/check-port-requests.ts";
import { PortguardError } from "../../src/core/error.ts";
import { formatPortRequest, parseHost, parsePortWord } from "../../src/core/parse-port-request.ts";
import { anyRequest } from "./arbitraries.ts";

const tcp = (port: number) => ({
  protocol: "tcp" as const,
  hosts: "every" as const,
  ports: { kind: "one" as const, port },
});

/** Text made of the grammar's own pieces: it gets far deeper than random letters. */
const pieces = fc
  .array(
    fc.constantFrom(
      "8000",
      "0",
      "65536",
      "-",
      ",",
      "/",
      "udp",
      "tcp",
      "=",
      "web",
      ":",
      "[",
      "]",
      "::1",
      "127.0.0.1",
      "localhost",
      "%2",
      "*",
      ".",
    ),
    { maxLength: 9 },
  )
  .map((parts) => parts.join(""));

function failureOf(run: () => unknown): { code: string; what: string; hint: string; exit: number } {
  try {
    run();
  } catch (error) {
    if (error instanceof PortguardError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a port word", () => {
  test("is read as people say it", () => {
    expect(parsePortWord("8000")).toEqual([tcp(8000)]);
    expect(parsePortWord("127.0.0.1:8000")).toEqual([{ ...tcp(8000), hosts: [LOOPBACK4] }]);
    expect(parsePortWord("[::1]:8000")).toEqual([{ ...tcp(8000), hosts: [LOOPBACK6] }]);
    expect(parsePortWord("localhost:8000")).toEqual([{ ...tcp(8000), hosts: [LOOPBACK4, LOOPBACK6] }]);
    expect(parsePortWord("8000/udp")).toEqual([{ ...tcp(8000), protocol: "udp" }]);
    expect(parsePortWord("8000,8443")).toEqual([tcp(8000), tcp(8443)]);
    expect(parsePortWord("8000-8010")).toEqual([{ ...tcp(0), ports: { kind: "range", from: 8000, to: 8010 } }]);
    expect(parsePortWord("0")).toEqual([{ ...tcp(0), ports: { kind: "any" } }]);
    expect(parsePortWord("web=8000")).toEqual([{ ...tcp(8000), name: "web" }]);
    expect(parsePortWord("65535")).toEqual([tcp(65_535)]);
  });

  test("combines all of it", () => {
    const web = { name: "web", protocol: "udp", hosts: [LOOPBACK4], ports: { kind: "one", port: 8000 } };
    expect(parsePortWord("web=127.0.0.1:8000/udp")).toEqual([web] as never);
    expect(parsePortWord("a=[fe80::1%2]:1-9,b=localhost:0")).toEqual([
      { name: "a", protocol: "tcp", hosts: [requireAddress("fe80::1%2")], ports: { kind: "range", from: 1, to: 9 } },
      { name: "b", protocol: "tcp", hosts: [LOOPBACK4, LOOPBACK6], ports: { kind: "any" } },
    ]);
  });

  test("takes the addresses of --host only where it names none", () => {
    const hosts = parseHost("::1");
    expect(parsePortWord("8000", hosts)[0]?.hosts).toEqual([LOOPBACK6]);
    expect(parsePortWord("127.0.0.1:8000", hosts)[0]?.hosts).toEqual([LOOPBACK4]);
  });

  test("survives being formatted and parsed", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(parsePortWord(formatPortRequest(request))).toEqual([request]);
      }),
    );
  });

  test("is answered or refused with one line and a hint, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(pieces, fc.string({ unit: "binary" })), (text) => {
        try {
          const requests = parsePortWord(text);
          expect(requests.flatMap((request) => parsePortWord(formatPortRequest(request)))).toEqual([...requests]);
        } catch (error) {
          if (!(error instanceof PortguardError)) throw error;
          expect(["BAD_PORT", "BAD_ADDRESS"]).toContain(error.code);
          expect(error.hint).not.toBe("");
        }
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ["65536", "BAD_PORT", "65535"],
    ["80000", "BAD_PORT", "65535"],
    ["-1", "BAD_PORT", "65535"],
    ["08000", "BAD_PORT", "write 8000"],
    ["00", "BAD_PORT", "write 0"],
    ["8010-8000", "BAD_PORT", "write 8000-8010"],
    ["0-10", "BAD_PORT", "start at 1"],
    ["8000-", "BAD_PORT", "8000-8010"],
    ["", "BAD_PORT", "as in 8000"],
    ["8000,", "BAD_PORT", "as in 8000"],
    ["8e3", "BAD_PORT", "as in 8000"],
    [" 8000", "BAD_PORT", "as in 8000"],
    ["８０００", "BAD_PORT", "as in 8000"],
    ["8000/sctp", "BAD_PORT", "tcp and udp"],
    ["8000/udp/tcp", "BAD_PORT", "53/udp"],
    ["=8000", "BAD_PORT", "web=8000"],
    ["1web=8000", "BAD_PORT", "web=8000"],
    ["127.0.0.1", "BAD_PORT", "write 127.0.0.1:8000"],
    ["127.0.0.1:", "BAD_PORT", "write 127.0.0.1:8000"],
    ["[::1]", "BAD_PORT", "write [::1]:8000"],
    ["http://localhost:8000/", "BAD_PORT", "write localhost:8000"],
    ["::1:8000", "BAD_ADDRESS", "write [::1]:8000"],
    ["::1", "BAD_ADDRESS", "write [::1]:8000"],
    ["fe80::1", "BAD_ADDRESS", "write [fe80::1]:8000"],
    [":8000", "BAD_ADDRESS", "write 8000 for every address"],
    ["*:8000", "BAD_ADDRESS", "write 8000 for every address"],
    ["example.org:8000", "BAD_ADDRESS", "names are not looked up"],
    ["1.2.3:8000", "BAD_ADDRESS", "four numbers"],
    ["[fe80::1%eth0]:8000", "BAD_ADDRESS", "[fe80::1%2]:8000"],
    ["127.0.0.1:8000,8443", "BAD_PORT", "127.0.0.1:8000,127.0.0.1:8443"],
    ["web=8000,8443", "BAD_PORT", "web=8000,api=8443"],
    ["8000,8443/udp", "BAD_PORT", "8000/tcp,8443/udp"],
  ])("`%s` is refused with %s and a hint that has `%s`", (word, code, hint) => {
    const failure = failureOf(() => parsePortWord(word));
    expect(failure).toMatchObject({ code: code as never, exit: 2 });
    expect(failure.hint).toContain(hint);
  });
});

function check(...words: string[]): void {
  checkPortRequests(words.flatMap((word) => parsePortWord(word)));
}

describe("several port requests", () => {
  test("are refused where a port stands twice", () => {
    for (const pair of [
      "8000 8000",
      "8000 127.0.0.1:8000",
      "localhost:1 [::1]:1",
      "0.0.0.0:1 127.0.0.1:1",
      "a=8000 b=8000",
    ]) {
      expect(failureOf(() => check(...pair.split(" "))).what).toEndWith("are the same port");
    }
    expect(failureOf(() => check("8000,8000")).code).toBe("BAD_PORT");
  });

  test("are refused where two names are alike", () => {
    expect(failureOf(() => check("web=1", "WEB=2")).what).toBe("two ports are named `WEB`");
  });

  test("are fine where they don't compete", () => {
    check("0.0.0.0:8000", "[::]:8000");
    check("127.0.0.1:8000", "[::1]:8000", "8000/udp", "8000-8010", "8000-8010", "0", "0", "a=1", "b=2");
  });
});

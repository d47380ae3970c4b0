import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { emitWindowsRule } from "../../../src/firewall/windows/emit.ts";
import { parseWindowsRule } from "../../../src/firewall/windows/parse.ts";
import { anyWindowsRule } from "./arbitraries.ts";

describe("a rule of the registry", () => {
  test("is read back as it was written", () => {
    fc.assert(fc.property(anyWindowsRule, (rule) => expect(parseWindowsRule(emitWindowsRule(rule))).toEqual(rule)));
  });

  test("never makes the reader throw, whatever it is", () => {
    const part = fc.constantFrom(
      "v2.30",
      "Action=Allow",
      "Dir=In",
      "LPort=1-",
      "RA4=1.2.3.4/255.0.255.0",
      "|",
      "=",
      "",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join("|")),
        ),
        (text) => {
          expect(["rule", "opaque"]).toContain(parseWindowsRule(text).kind);
        },
      ),
    );
  });

  test("keeps every port and address of several fields of one key", () => {
    const rule = parseWindowsRule(
      "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Public|LPort=RPC|LPort=80|LPort2_10=8000-8010|RPort=49000|" +
        "LA4=192.168.1.0/255.255.255.0|LA4=192.168.0.0/255.255.255.0|RA4=LocalSubnet|RA6=LocalSubnet|RA4=10.0.0.1-10.0.0.9|" +
        "App=c:\\path\\foo.exe|Name=Firewall Rule Test|Security=Authenticate|Security2_9=An-NoEncap|",
    );
    expect(rule).toMatchObject({
      kind: "rule",
      profiles: ["public"],
      localPorts: [
        { kind: "keyword", key: "LPort", keyword: "RPC" },
        { kind: "ports", first: 80, last: 80 },
        { kind: "ports", first: 8000, last: 8010 },
      ],
      localAddresses: [
        { network: { address: { text: "192.168.1.0" }, prefix: 24 } },
        { network: { address: { text: "192.168.0.0" }, prefix: 24 } },
      ],
      remoteAddresses: [
        { family: 4, keyword: "LocalSubnet" },
        { family: 6, keyword: "LocalSubnet" },
        { kind: "range" },
      ],
      rest: [
        { key: "Security", value: "Authenticate" },
        { key: "Security2_9", value: "An-NoEncap" },
      ],
    });
  });

  test("without Active it is not active, and without Profile it is for all of them", () => {
    expect(parseWindowsRule("v2.0|Action=Allow|Dir=In|")).toMatchObject({ kind: "rule", active: false, profiles: [] });
  });

  test("of which a known field makes no sense is opaque, with the field", () => {
    const opaque = {
      "v2.30|Action=Maybe|Dir=In|": "`Action=Maybe` is not understood",
      "v2.30|Action=Allow|Action=Block|Dir=In|": "`Action=Block` is not understood",
      "v2.30|Action=Allow|Dir=In|LPort=8000-|": "`LPort=8000-` is not understood",
      "v2.30|Action=Allow|Dir=In|LPort2_10=9-8|": "`LPort2_10=9-8` is not understood",
      "v2.30|Action=Allow|Dir=In|LPort=65536|": "`LPort=65536` is not understood",
      "v2.30|Action=Allow|Dir=In|RA4=::1|": "`RA4=::1` is not understood",
      "v2.30|Action=Allow|Dir=In|RA4=10.0.0.0/255.0.255.0|": "`RA4=10.0.0.0/255.0.255.0` is not understood",
      "v2.30|Action=Allow|Dir=In|Name=a|b|": "`b` is not understood",
      "v2.30|Action=Allow|Dir=In": "its end is missing",
      "v2.30|Dir=In|": "it has no action or no direction",
      "Action=Allow|Dir=In|": "it does not begin with a version",
    };
    for (const [text, because] of Object.entries(opaque)) {
      expect(parseWindowsRule(text)).toEqual({ kind: "opaque", because });
    }
  });
});

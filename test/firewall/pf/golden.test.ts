import { describe, expect, test } from "bun:test";
import { emitPf } from "../../../src/firewall/pf/emit.ts";
import { parsePf } from "../../../src/firewall/pf/parse.ts";

/** Lines as `pfctl -s rules` prints them of what products and people load on macOS. */
const PRINTED = [
  "block drop all",
  "block return all",
  "block drop in quick on en0 inet proto tcp from any to any port = 8000",
  "block drop in on ! lo0 inet6 all",
  "block drop in log quick proto udp all",
  "block drop in quick inet from 203.0.113.0/24 to any",
  "pass quick on lo0 all flags S/SA keep state",
  "pass out all flags S/SA keep state",
  "pass in inet proto tcp from 192.168.1.0/24 to any port 8000:8010 flags S/SA keep state",
  "pass in proto udp from any to any port 5000 >< 5010 keep state",
  "pass in quick inet proto tcp from any to any port != 22 flags any keep state",
  'pass in quick proto tcp from any to any port = 22 flags S/SA keep state label "ssh"',
  "pass on utun3 all flags any keep state",
  "block drop in proto tcp from <bruteforce> to any port = ssh",
] as const;

/** Lines that pf has and that stay as they are. */
const KEPT = {
  'scrub-anchor "com.apple/*" all fragment reassemble': false,
  'nat-anchor "com.apple/*" all': false,
  "block return-rst in proto tcp all": true,
  "match in all scrub (no-df)": true,
  "block drop log (all) quick all": true,
  "block log quick drop all": true,
  "pass in on { en0, en1 } proto tcp all": true,
} as const;

describe("what pfctl prints", () => {
  test.each(PRINTED)("%s", (line) => {
    const parsed = parsePf(line);
    expect(parsed).toMatchObject([{ kind: "rule" }]);
    expect(parsePf(emitPf(parsed))).toEqual(parsed);
    // It prints `port = 8000`, and takes `port 8000` for the same.
    expect(emitPf(parsed)).toBe(`${line.replace("port = ", "port ")}\n`);
  });

  test("is kept as it stands where it is no filter rule, or not understood", () => {
    for (const [text, filters] of Object.entries(KEPT)) {
      expect(parsePf(text)).toEqual([{ kind: "other", text, filters }]);
      expect(emitPf(parsePf(text))).toBe(`${text}\n`);
    }
  });
});

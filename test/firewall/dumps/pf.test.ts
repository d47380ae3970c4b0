import { describe, expect, test } from "bun:test";
import { askOf } from "./ask.ts";

const CONF = `
# a Mac's
ext_if = "en0"
web = "{ 22, 8000 }"
set block-policy return
set skip on { lo0, utun0 }
scrub in all
block in all
pass in quick on $ext_if proto tcp from 192.168.1.0/24 \\
  to any port $web keep state
pass out all keep state
`;

describe("a text of pf", () => {
  test("is read with its macros, its settings and lines that go on", () => {
    const by = { interface: "en0" };
    expect(askOf(CONF, "192.168.1.0/24", by)).toMatchObject({
      verdict: "accept",
      rule: { backend: "pf", table: "main", position: 2, text: expect.stringContaining("{ 22, 8000 }") as string },
    });
    expect(askOf(CONF, "10.0.0.1", by)).toMatchObject({
      verdict: "reject",
      reject: "tcp-reset",
      errno: "ECONNREFUSED",
    });
    expect(askOf(CONF, "10.0.0.1", { ...by, protocol: "udp" })).toMatchObject({ reject: "port-unreachable" });
    expect(askOf(CONF, "10.0.0.1", { interface: "utun0" })).toMatchObject({ verdict: "accept", trace: [] });
    expect(askOf(CONF, undefined, { from: { kind: "self" } }).verdict).toBe("accept");
  });

  test("has its interfaces and clients told apart, too", () => {
    expect(askOf(CONF).because).toContain("`--in` says which is meant");
    expect(askOf(CONF, "192.168.0.0/16", { interface: "en0" }).because).toContain("from 192.168.1.0 it is let through");
  });

  test("traces what was asked", () => {
    const { trace } = askOf(CONF, "10.0.0.1", { interface: "en0" });
    expect(trace.map(({ matched, rule }) => [matched, rule.position])).toEqual([
      ["yes", 1],
      ["no", 2],
      ["no", 3],
    ]);
  });

  test("has the rules of anchors in their places, where they are shown", () => {
    const hidden = `scrub-anchor "com.apple/*" all fragment reassemble\nanchor "com.apple/*" all\nblock drop in quick proto tcp from any to any port = 9\n`;
    expect(askOf(hidden).verdict).toBe("unknown");
    const shown = `anchor "com.apple/*" all {\n  anchor "250.ApplicationFirewall/*" all {\n    block drop in proto tcp from any to any port = 8000\n  }\n}\npass out all\n`;
    expect(askOf(shown)).toMatchObject({ verdict: "drop", errno: "ETIMEDOUT", rule: { position: 1 } });
    expect(askOf(shown.replace('com.apple/*" all', 'x" on en1')).verdict).toBe("unknown");
    expect(askOf(shown.split("\n").slice(0, 3).join("\n")).verdict).toBe("unknown");
  });

  test("lets nothing in for certain where the answer may be stopped", () => {
    expect(askOf("block out all\n").verdict).toBe("unknown");
    expect(askOf("pass in all no state\nblock out all\n").verdict).toBe("unknown");
    expect(askOf("pass in all\nblock out all\n").verdict).toBe("accept");
  });

  test("blocks as it does by itself, where nothing else is set", () => {
    const { verdict, assumed } = askOf("block in all\n");
    expect([verdict, assumed.join()]).toEqual(["drop", expect.stringContaining("set block-policy") as string]);
  });
});

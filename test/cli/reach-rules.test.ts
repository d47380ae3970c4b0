import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { REACH_JSON } from "../../src/report/reach-json.ts";
import { binary } from "../drive.ts";
import { saved } from "../firewall/ask.ts";
import { emptyFolder } from "../servers/work-folder.ts";

const DROPS = saved("-A INPUT -i wlan0 -p udp -j DROP", "-A INPUT -p tcp -m tcp --dport 8000 -j DROP");
const FROM = ["--from", "192.168.1.50"];

/** Asks the built binary about these texts, each a file; `-` in their place is stdin. */
async function ask(texts: readonly (string | Uint8Array)[], args: readonly string[], stdin = "") {
  using folder = emptyFolder();
  const files = texts.flatMap((text, index) => {
    if (text === "-") return ["--rules", "-"];
    const file = folder.file(`dump-${index}`);
    writeFileSync(file, text);
    return ["--rules", file];
  });
  const run = Bun.spawn([binary(), "reach", ...args, ...files], {
    stdio: [new TextEncoder().encode(stdin), "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  });
  const [stdout, stderr] = await Promise.all([run.stdout.text(), run.stderr.text()]);
  return { exit: await run.exited, stdout, stderr, lines: stdout.split("\n") };
}

describe("reach --rules answers by the rules alone, and by its exit code", () => {
  test("1 where they drop it, with the rule and what its client gets", async () => {
    const { exit, lines, stderr } = await ask([DROPS], ["8000", ...FROM]);
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: "" });
    expect(lines[0]).toBe(
      "✗ tcp from 192.168.1.50 to port 8000 of that machine: dropped by rule 2 of chain INPUT (iptables filter): `-A INPUT -p tcp -m tcp --dport 8000 -j DROP`",
    );
    expect(lines[1]).toBe("  the client gets ETIMEDOUT: it waits in vain");
    expect(lines.at(-2)).toContain("nothing was contacted");
  });

  test("0 where they let it through, 3 where that hangs on what was not said", async () => {
    expect((await ask([DROPS], ["9000", ...FROM])).exit).toBe(0);
    expect((await ask([DROPS], ["9000", ...FROM, "--quiet"])).stdout).toBe("");
    const open = await ask([saved("-A INPUT -i wlan0 -j DROP")], ["192.168.1.20:8000", ...FROM]);
    expect([open.exit, open.lines[0]]).toEqual([3, expect.stringContaining("`--in` says which is meant") as string]);
    const narrow = ["8000", ...FROM, "--in", "wlan0", "--to", "192.168.1.20"];
    expect((await ask([saved("-A INPUT -i wlan0 -j DROP")], narrow)).exit).toBe(1);
  });

  test("with --trace it shows the whole walk", async () => {
    const { stdout } = await ask([DROPS], ["8000", ...FROM, "--trace"]);
    expect(stdout).toContain(
      "\nthe walk of tcp from 192.168.1.50 to port 8000 of that machine:\n" +
        "  the client's packet, at input:\n" +
        "    no      iptables filter INPUT 1: -A INPUT -i wlan0 -p udp -j DROP  (not: -i wlan0)\n" +
        "    matched iptables filter INPUT 2: -A INPUT -p tcp -m tcp --dport 8000 -j DROP\n",
    );
  });

  test("UDP is asked for as everywhere", async () => {
    for (const how of [["8000/udp"], ["8000", "--udp"], ["8000", "--proto", "udp"], ["8000", "--proto=udp"]]) {
      expect((await ask([DROPS], [...how, ...FROM])).exit).not.toBe(1);
    }
    expect((await ask([DROPS], ["8000", "--proto", "tcp", ...FROM])).exit).toBe(1);
  });

  test("several dumps are one machine's, and one may come by stdin, or in UTF-16", async () => {
    const set = "create bad hash:ip family inet hashsize 1024 maxelem 65536\nadd bad 192.168.1.50\n";
    const rules = saved("-A INPUT -m set --match-set bad src -j REJECT");
    expect((await ask([rules, "-"], ["8000", ...FROM], set)).lines[0]).toContain("rejected (port-unreachable)");
    const key = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules`;
    const text = `\uFEFFWindows Registry Editor Version 5.00\r\n\r\n[${key}]\r\n"A"="v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8000|"\r\n`;
    expect((await ask([Buffer.from(text, "utf16le")], ["8000", ...FROM])).exit).toBe(0);
    expect((await ask([Buffer.from(text, "utf16le")], ["8001", ...FROM])).exit).toBe(1);
  });

  test("what can't be asked is one clear line", async () => {
    for (const [texts, args, told] of [
      [[DROPS], ["8000"], "who would connect is not said"],
      [[DROPS], ["8000", "--from", "lan"], "where the LAN of that machine is does not stand in its rules"],
      [[DROPS], ["db.lan:8000", ...FROM], "is not looked up"],
      [[DROPS], ["192.168.1.20:8000", ...FROM, "--to", "192.168.1.21"], "say two addresses"],
      [[DROPS], ["8000", ...FROM, "--to", "fd00::1"], "of two families"],
      [[DROPS], ["8000", ...FROM, "--follow"], "don't go together"],
      [[DROPS], ["8000", "--from", "here", "--in", "eth0"], "comes in by lo alone"],
      [["hello"], ["8000", ...FROM], "is no dump of rules"],
      [[], ["8000", "--in", "eth0"], "give them: --rules=FILE"],
      [[], ["8000", ...FROM, "--rules", "/nowhere/at/all"], "can't be read: no such file or directory"],
      [[], ["8000", ...FROM, "--rules", "/"], "can't be read"],
    ] as const) {
      const { exit, stdout, stderr } = await ask(texts, args);
      expect([exit, stdout, stderr]).toEqual([2, "", expect.stringContaining(told) as string]);
    }
  });

  test("text of a dump drives no terminal", async () => {
    const rules = saved(`-A INPUT -m comment --comment "\u001b[2J" -j DROP`);
    for (const flags of [[], ["--trace"], ["--json"]]) {
      const { stdout } = await ask([rules], ["8000", ...FROM, ...flags]);
      expect(stdout).not.toContain("\u001b");
      expect(stdout).toContain("[2J");
    }
  });
});

/** `firewall.trace[].hook` for every value in it. */
function fieldsOf(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, `${path}[]`));
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, item]) => fieldsOf(item, path === "" ? name : `${path}.${name}`));
}

describe("its --json", () => {
  test("has the firewall's answer, in fields that the help lists", async () => {
    const { exit, stdout } = await ask([DROPS], ["8000", ...FROM, "--json"]);
    expect(exit).toBe(1);
    const answer = JSON.parse(stdout) as object;
    expect(answer).toMatchObject({
      schema: 1,
      ok: false,
      target: { port: 8000 },
      from: { kind: "network", address: "192.168.1.50" },
      firewall: {
        verdict: "drop",
        errno: "ETIMEDOUT",
        rule: { backend: "iptables", table: "filter", chain: "INPUT", position: 2 },
        trace: [{ packet: "request", hook: "input", matched: "no", why: "-i wlan0" }, { matched: "yes" }],
      },
    });
    const listed = new Set(REACH_JSON.map(([field]) => field.replaceAll("?", "")));
    expect(fieldsOf(answer).filter((field) => !listed.has(field))).toEqual([]);
  });
});

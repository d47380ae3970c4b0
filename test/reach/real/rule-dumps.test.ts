import { describe, expect, test } from "bun:test";
import { need } from "../../need.ts";
import type { OwnNamespace } from "../../os/own-namespace.ts";
import { emptyFolder } from "../../servers/work-folder.ts";
import { writeFileSync } from "node:fs";
import { binary } from "../../drive.ts";
import { chain } from "./nft-rules.ts";
import { needOwnServers, startServer } from "./own-server.ts";
import { OURS, Pair, THEIRS } from "./pair.ts";
import { reach } from "./reach.ts";

const DUMPS = [
  ["iptables-save"],
  ["ip6tables-save"],
  ["nft", "-j", "list", "ruleset"],
  ["nft", "--debug=netlink", "list", "ruleset"],
] as const satisfies readonly (readonly string[])[];

interface Told {
  readonly verdict: string;
  readonly errno?: string;
  readonly rule?: { readonly backend: string; readonly table: string; readonly text: string };
  readonly trace: readonly { readonly hook: string; readonly matched: string }[];
}

/** What the dumps of that machine say here, where nothing of it is to be seen. */
async function explain(machine: OwnNamespace, args: readonly string[]): Promise<Told> {
  using folder = emptyFolder();
  const files = DUMPS.map((argv, index) => {
    const file = folder.file(`dump-${index}`);
    writeFileSync(file, machine.run(...argv));
    return file;
  });
  const run = Bun.spawn([binary(), "reach", ...args, ...files.flatMap((file) => ["--rules", file]), "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { firewall } = JSON.parse(await run.stdout.text()) as { firewall: Told };
  await run.exited;
  return firewall;
}

/** How it is for the other machine, as the system itself names it. */
async function connectFrom({ there, port }: Pair): Promise<string> {
  const { attempts } = (await reach([`${OURS}:${port}`, "--timeout", "1500ms"], { within: there })) as unknown as {
    attempts: readonly { readonly outcome: string; readonly error?: string }[];
  };
  return attempts[0]?.error?.split(" ")[0] ?? attempts[0]?.outcome ?? "nothing";
}

function group(): void {
  test.each([
    ["tcp dport PORT drop", "timeout", "drop", "ETIMEDOUT"],
    ["tcp dport PORT reject with icmp type host-prohibited", "EHOSTUNREACH", "reject", "EHOSTUNREACH"],
    ["tcp dport PORT reject with tcp reset", "ECONNREFUSED", "reject", "ECONNREFUSED"],
    ["iifname other0 tcp dport PORT drop", "connected", "accept", undefined],
  ])("`%s` on another machine is what a connection from here meets: %s", async (rule, met, verdict, errno) => {
    using pair = new Pair();
    await startServer(pair.here, "0.0.0.0", pair.port);
    pair.here.run("iptables-nft", "-A", "INPUT", "-p", "udp", "-j", "DROP");
    chain(pair.here, "input", rule.replace("PORT", `${pair.port}`));
    expect(await connectFrom(pair)).toBe(met);
    const question = [`${pair.port}`, "--from", THEIRS, "--to", OURS, "--in", "lan0"];
    const told = await explain(pair.here, question);
    expect([told.verdict, told.errno]).toEqual([verdict, errno]);
    if (verdict !== "accept") expect(told.rule).toMatchObject({ backend: "nftables", table: "inet tests" });
    expect(told.trace.length).toBeGreaterThan(0);
  });

  test("on the machine itself the same answer stands beside what was tried", async () => {
    using pair = new Pair();
    await startServer(pair.here, "0.0.0.0", pair.port);
    chain(pair.here, "input", `iifname lan0 tcp dport ${pair.port} reject`);
    const reached = (await pair.reach("PORT", "--from", "lan")) as unknown as { firewall: Told };
    expect(reached.firewall).toMatchObject({
      verdict: "reject",
      errno: "ECONNREFUSED",
      rule: { backend: "nftables", table: "inet tests", text: expect.stringContaining("reject") as string },
    });
    const argv = [binary(), "reach", `${pair.port}`, "--from", "lan", "--trace", "--path"];
    const traced = Bun.spawnSync(["ip", "netns", "exec", pair.here.name, ...argv]).stdout.toString();
    expect(traced).toContain("the walk of tcp from ");
    expect(traced).toMatch(/matched nftables inet tests input 1 \(handle \d+\): iifname "?lan0"? tcp dport/);
    expect(traced).toContain("rejected (ECONNREFUSED) by input rule 1");
  });
}

if (needOwnServers() && need("nft", "iptables-nft")) describe("rules of a real machine,", group);

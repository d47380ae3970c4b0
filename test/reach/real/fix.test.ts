import { describe, expect, test } from "bun:test";
import { binary } from "../../drive.ts";
import { Started } from "../../drive/started.ts";
import { until } from "../../drive/until.ts";
import { need } from "../../need.ts";
import { emptyFolder } from "../../servers/work-folder.ts";
import { needOwnServers, startServer } from "./own-server.ts";
import { OURS, Pair } from "./pair.ts";
import { type Reached, reach } from "./reach.ts";

interface Fixed extends Reached {
  readonly fix: { readonly state: string; readonly what: string; readonly before: string; readonly code?: string };
}

/** A machine that lets nobody in but itself, with a server; what it does is written down in a folder of its own. */
class Closed implements AsyncDisposable {
  readonly pair = new Pair();
  readonly #folder = emptyFolder();
  readonly env = { XDG_STATE_HOME: this.#folder.file("state"), LC_ALL: "C.UTF-8" };

  static async open(): Promise<Closed> {
    const closed = new Closed();
    const { here, port } = closed.pair;
    await startServer(here, "0.0.0.0", port);
    for (const rule of [
      "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
      "-i lo -j ACCEPT",
      "-p tcp -j REJECT",
    ]) {
      here.run("iptables-nft", "-A", "INPUT", ...rule.split(" "));
    }
    return closed;
  }

  async fix(...flags: readonly string[]): Promise<Fixed> {
    const args = [`${this.pair.port}`, "--from", "lan", "--fix", ...flags];
    return (await reach(args, { within: this.pair.here, env: this.env })) as Fixed;
  }

  /** portguard itself, in there: what it printed. */
  run(...args: readonly string[]) {
    const argv = ["ip", "netns", "exec", this.pair.here.name, binary(), ...args];
    const { stdout, stderr, exitCode } = Bun.spawnSync(argv, { env: { ...process.env, ...this.env } });
    return { exit: exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  /** What the other machine gets. */
  async verdictThere(port = this.pair.port): Promise<string> {
    return (await reach([`${OURS}:${port}`, "--timeout", "1500ms"], { within: this.pair.there })).verdict;
  }

  rules(): string {
    return this.pair.here.run("iptables-nft-save").replaceAll(/^#.*$|\[\d+:\d+\]/gm, "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#folder[Symbol.dispose]();
    this.pair[Symbol.dispose]();
    return Promise.resolve();
  }
}

function group(): void {
  test("applies the rule that mends it, by the journal, and takes it back by it", async () => {
    await using closed = await Closed.open();
    const before = closed.rules();
    expect(await closed.verdictThere()).toBe("unreachable");
    const { verdict, exit, fix } = await closed.fix("--yes");
    expect({ verdict, exit }).toEqual({ verdict: "reachable", exit: 0 });
    expect(fix).toMatchObject({
      state: "applied",
      before: "unreachable",
      code: "FIREWALL_REJECTS",
      backend: "iptables",
    });
    expect(await closed.verdictThere()).toBe("reachable");
    expect(closed.run("rule", "--list").stdout).toContain("in place");
    expect((await closed.fix("--yes")).fix).toMatchObject({ state: "none", what: "there is nothing to fix" });
    expect(closed.run("rule", "--revert").exit).toBe(0);
    expect(closed.rules()).toBe(before);
    expect(await closed.verdictThere()).toBe("unreachable");
  });

  test("shows with --dry-run exactly what it would do, and does nothing", async () => {
    await using closed = await Closed.open();
    const before = closed.rules();
    const shown = await closed.fix("--dry-run");
    expect({ verdict: shown.verdict, exit: shown.exit, state: shown.fix.state }).toEqual({
      verdict: "unreachable",
      exit: 1,
      state: "offered",
    });
    const text = closed.run("reach", `${closed.pair.port}`, "--from", "lan", "--fix", "--dry-run");
    expect(text.exit).toBe(1);
    expect(text.stdout).toMatch(/\n {4}(?:sudo )?iptables -w -I INPUT 1 -p tcp -s 192\.168\.82\.0\/24 --dport \d+ /);
    expect(text.stdout).toContain("nothing was changed");
    expect(closed.rules()).toBe(before);
    expect(closed.run("rule", "--list").stdout).toContain("no rule of ours is in place");
  });

  test("asks on a terminal, where only yes means yes, and elsewhere wants --yes", async () => {
    await using closed = await Closed.open();
    const before = closed.rules();
    const argv = ["ip", "netns", "exec", closed.pair.here.name, binary(), "reach", `${closed.pair.port}`];
    for (const [answer, exit] of [
      ["n", 1],
      ["y", 0],
    ] as const) {
      const started = new Started([...argv, "--from", "lan", "--fix"], {
        cwd: "/",
        env: { ...process.env, ...closed.env },
        stdio: "terminal",
      });
      await until("the question", () => started.screen.includes("[y/N]") || started.hasEnded);
      expect(started.screen).toContain(`let tcp ${closed.pair.port} in from the LAN, by iptables? [y/N]`);
      started.write(`${answer}\r`);
      await until("its end", () => started.hasEnded);
      started.close();
      expect([answer, started.end]).toEqual([answer, exit]);
      expect(closed.rules() === before).toBe(answer === "n");
    }
    const unasked = closed.run("reach", `${closed.pair.port}`, "--fix");
    expect([unasked.exit, unasked.stderr]).toEqual([2, expect.stringContaining("there is nobody to ask") as string]);
  });

  test("leaves alone what no rule mends", async () => {
    await using closed = await Closed.open();
    const before = closed.rules();
    const missing = (await reach(["1", "--fix", "--yes"], { within: closed.pair.here, env: closed.env })) as Fixed;
    expect(missing.exit).toBe(1);
    expect(missing.fix).toMatchObject({ state: "none", what: "no firewall rule mends this: nothing was changed" });
    closed.pair.here.run("iptables-nft", "-t", "raw", "-A", "PREROUTING", "-i", "lan0", "-p", "tcp", "-j", "DROP");
    const raw = await closed.fix("--yes");
    expect(raw.exit).toBe(1);
    expect(["none", "not-offered"]).toContain(raw.fix.state);
    closed.pair.here.run("iptables-nft", "-t", "raw", "-F", "PREROUTING");
    closed.pair.here.run("iptables-nft", "-t", "raw", "-X");
    expect(closed.rules().split("*filter")[1]).toContain(before.split("*filter")[1] ?? "-");
  });
}

if (needOwnServers() && need("nft", "iptables-nft")) describe("reach --fix", group);

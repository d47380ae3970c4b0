import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAddress } from "../../../src/core/address.ts";
import type { NetworkInterface } from "../../../src/core/network.ts";
import type { RuleRequest } from "../../../src/core/rule-request.ts";
import { type Look, readOwnerFacts, readRuleFacts } from "../../../src/firewall/gather-rule-facts.ts";
import { type Owner, findOwner } from "../../../src/firewall/owner.ts";
import type { RuleFacts } from "../../../src/firewall/plan-rule.ts";
import { type RunCommand, runCommand } from "../../../src/firewall/run-command.ts";
import { RuleFiles } from "../../../src/state/rule-journal.ts";
import { Space } from "./space.ts";

export const PORTS = { asked: 8000, last: 8010, beside: 8011, other: 8020 } as const;
const PROGRAMS = join(import.meta.dir, "programs");

/** A server and a client, each in a network namespace of its own, with two networks between them in both families. */
export class Arena implements Disposable {
  readonly server = new Space();
  readonly client = new Space();
  /** Where the journal is, and whatever else a test needs. */
  readonly folder = mkdtempSync(join(tmpdir(), "portguard-rule-"));
  /** In front of every command, to have it run where the server is. */
  #prefix: readonly string[] = ["ip", "netns", "exec", this.server.name];

  static async open(): Promise<Arena> {
    const arena = new Arena();
    const { server, client } = arena;
    server.ip("link", "add", "pg0", "type", "veth", "peer", "name", "pg0", "netns", client.name);
    for (const [space, end] of [
      [server, 1],
      [client, 2],
    ] as const) {
      space.ip("addr", "add", `10.77.0.${end}/24`, "dev", "pg0");
      space.ip("addr", "add", `10.78.0.${end}/24`, "dev", "pg0");
      space.ip("addr", "add", `fd77::${end}/64`, "dev", "pg0", "nodad");
      space.ip("addr", "add", `fd78::${end}/64`, "dev", "pg0", "nodad");
      space.ip("link", "set", "pg0", "up");
    }
    // a refusal is told at once, and every time
    for (const knob of [
      "net.ipv4.icmp_ratelimit=0",
      "net.ipv6.icmp.ratelimit=0",
      "net.ipv4.icmp_msgs_per_sec=100000",
    ]) {
      server.run("sysctl", "-qw", knob);
    }
    await server.start(process.execPath, join(PROGRAMS, "serve.ts"), ...Object.values(PORTS).map(String));
    return arena;
  }

  /** From here on commands run in the namespaces of this process. */
  enter(pid: number, ...more: readonly string[]): void {
    this.#prefix = ["nsenter", "-t", String(pid), "-m", "-n", ...more, "--"];
  }

  get prefix(): readonly string[] {
    return this.#prefix;
  }

  readonly run: RunCommand = ({ argv, ...rest }) => runCommand({ ...rest, argv: [...this.#prefix, ...argv] });

  /** Runs a command where the server is: what it printed. Throws where it failed. */
  async told(...argv: readonly string[]): Promise<string> {
    const ran = await this.run({ argv });
    if (ran.kind === "not-run") throw new Error(ran.because);
    if (ran.code !== 0) throw new Error(`${argv.join(" ")}: ${ran.stderr}${ran.stdout}`);
    return ran.stdout;
  }

  get journal(): RuleFiles {
    return new RuleFiles(join(this.folder, "state"));
  }

  get state(): string {
    return join(this.folder, "state");
  }

  /** What the client gets for each `HOST#PORT`, or `FROM>HOST#PORT`. */
  connect(...targets: readonly string[]): string[] {
    const written = targets.map((target) => (target.includes(">") ? target : `>${target}`));
    return JSON.parse(this.client.run(process.execPath, join(PROGRAMS, "connect.ts"), ...written)) as string[];
  }

  /** Who keeps the rules here, and all that a plan needs, read as portguard reads it. */
  async look(request: RuleRequest, has?: (name: string) => boolean): Promise<{ owner: Owner; facts: RuleFacts }> {
    const look: Look = {
      run: this.run,
      readText: (path) => {
        const { success, stdout } = Bun.spawnSync([...this.#prefix, "cat", path], { stderr: "ignore" });
        return success ? stdout.toString() : undefined;
      },
      hasProgram: has ?? ((name) => Bun.which(name) !== null),
    };
    const owner = await readOwnerFacts("linux", look);
    const facts = await readRuleFacts(request, owner, { interfaces: [LOOPBACK, WIRE], activeProfiles: [] }, look);
    return { owner: findOwner(owner), facts };
  }

  /** All rules in normal form: without counters, dates and handles. */
  async rules(): Promise<string> {
    const saved = [await this.told("iptables-save"), await this.told("ip6tables-save")].join("\n");
    return [normalize(saved), await this.told("nft", "-s", "list", "ruleset")].join("\n");
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
    this.server[Symbol.dispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** iptables-save text without its comments and counters. */
function normalize(saved: string): string {
  return saved
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.replace(/\[\d+:\d+\]/, "").trim())
    .join("\n");
}

function address(text: string, prefix: number) {
  return { address: parseAddress(text)!, prefix };
}

const WIRE: NetworkInterface = {
  index: 2,
  name: "pg0",
  up: true,
  loopback: false,
  wireless: false,
  addresses: [address("10.77.0.1", 24), address("fd77::1", 64)],
};

const LOOPBACK: NetworkInterface = {
  index: 1,
  name: "lo",
  up: true,
  loopback: true,
  wireless: false,
  addresses: [address("127.0.0.1", 8)],
};

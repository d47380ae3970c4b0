import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../drive.ts";
import type { Arena } from "./write/arena.ts";

/** How one `portguard rule …` ended. */
export interface Ruled {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly json: Record<string, unknown>;
}

/** The built binary's `rule`, where the arena's server is, with a journal of the arena's own. */
export async function rule(arena: Arena, ...args: readonly string[]): Promise<Ruled> {
  const ran = await arena.run({ argv: [...stateOf(arena), binary(), "rule", ...args] });
  if (ran.kind === "not-run") throw new Error(ran.because);
  const { code: exit, stdout, stderr } = ran;
  return { exit, stdout, stderr, json: args.includes("--json") ? (JSON.parse(stdout) as Ruled["json"]) : {} };
}

/**
 * The same, killed before or behind one of the commands that change the rules: `at`, counted from 0. Answers whether there
 * was such a command.
 */
export async function ruleKilled(
  arena: Arena,
  { at, when }: { readonly at: number; readonly when: "before" | "behind" },
  ...args: readonly string[]
): Promise<boolean> {
  const folder = mkdtempSync(join(arena.folder, "killing-"));
  for (const tool of ["iptables", "ip6tables", "nft"]) {
    writeFileSync(join(folder, tool), killer(Bun.which(tool)!, folder, at, when), { mode: 0o755 });
  }
  const path = `PATH=${folder}:${process.env["PATH"]}`;
  await arena.run({ argv: ["env", path, ...stateOf(arena), binary(), "rule", ...args] });
  return existsSync(join(folder, "killed"));
}

/** Stands in for a tool: it counts the calls that change something, and kills whoever made the wanted one. */
function killer(tool: string, folder: string, at: number, when: "before" | "behind"): string {
  const kill = (moment: string) =>
    `[ $n -eq ${at} ] && [ ${moment} = ${when} ] && : >${folder}/killed && kill -9 $PPID`;
  return [
    "#!/bin/bash",
    `[[ " $* " =~ \\ (-I|-A|-D|insert|add|delete)\\  ]] || exec ${tool} "$@"`,
    `n=$(cat ${folder}/count 2>/dev/null || echo 0); echo $((n + 1)) >${folder}/count`,
    kill("before"),
    `[ -e ${folder}/killed ] && exit 1`,
    `${tool} "$@"; code=$?`,
    kill("behind"),
    "exit $code",
    "",
  ].join("\n");
}

/** In front of a command: where it keeps what it did. */
export function stateOf(arena: Arena): readonly string[] {
  return ["env", `XDG_STATE_HOME=${join(arena.folder, "xdg")}`, "LC_ALL=C.UTF-8"];
}

/** The ids of the rules that `--list` shows, each with its standing. */
export async function listed(arena: Arena): Promise<Readonly<Record<string, string>>> {
  const { json } = await rule(arena, "--list", "--json");
  const rules = json["rules"] as readonly { readonly id: string; readonly standing: string }[];
  return Object.fromEntries(rules.map(({ id, standing }) => [id, standing]));
}

/** Refuses all that comes in, but what belongs to a connection, comes from here, or is a ping. */
export async function refuseByIptables(arena: Arena): Promise<void> {
  for (const [program, ping] of [
    ["iptables", "icmp"],
    ["ip6tables", "ipv6-icmp"],
  ] as const) {
    const rules = [
      "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
      "-i lo -j ACCEPT",
      `-p ${ping} -j ACCEPT`,
      "-j REJECT",
    ];
    for (const each of rules) await arena.told(program, "-w", "-A", "INPUT", ...each.split(" "));
  }
}

const TABLE = `
table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		ct state established,related accept
		iifname "lo" accept
		meta l4proto { icmp, ipv6-icmp } accept
		reject with icmpx type admin-prohibited
	}
}
`;

export async function refuseByNft(arena: Arena): Promise<void> {
  const ran = await arena.run({ argv: ["nft", "-f", "-"], input: TABLE });
  if (ran.kind === "not-run" || ran.code !== 0) throw new Error(JSON.stringify(ran));
}

/** This machine's own connections to its LAN address are refused, too: nothing is exempt but what belongs to a connection. */
export async function refuseEverybody(arena: Arena): Promise<void> {
  for (const program of ["iptables", "ip6tables"]) {
    await arena.told(
      program,
      "-w",
      "-A",
      "INPUT",
      "-m",
      "conntrack",
      "--ctstate",
      "ESTABLISHED,RELATED",
      "-j",
      "ACCEPT",
    );
    await arena.told(program, "-w", "-A", "INPUT", "-p", "tcp", "-j", "REJECT");
  }
}

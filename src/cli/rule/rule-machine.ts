import { readFileSync } from "node:fs";
import type { NetworkInterface } from "../../core/network.ts";
import type { Os } from "../../core/os.ts";
import type { RuleEntry } from "../../core/rule-journal.ts";
import type { Look } from "../../firewall/gather-rule-facts.ts";
import { runCommand } from "../../firewall/run-command.ts";
import { lookAtWindows } from "../../firewall/windows/look.ts";
import { type ListedRule, RuleFiles } from "../../state/rule-journal.ts";
import { stateFolder } from "../../state/state-folder.ts";

/** This machine, as the verb looks at it. */
export interface Machine {
  readonly os: Os;
  readonly interfaces: readonly NetworkInterface[];
  readonly look: Look;
  /** Whether its rules may be read and changed; where that can't be told beforehand, yes. */
  readonly isRoot: boolean;
  /** Whether commands of root are typed with `sudo` here: by others, and by those who are root by it only now. */
  readonly sudo: boolean;
}

/** Where the tools of administrators are, which the PATH of others often lacks. */
const ADMIN_PATH = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

export async function openMachine(os: Os): Promise<Machine> {
  if (os.name !== "windows") widenPath();
  const network = await os.network();
  const isRoot = (process.geteuid?.() ?? 0) === 0;
  return {
    os,
    interfaces: network.interfaces(),
    look: {
      run: runCommand,
      readText,
      hasProgram: (name) => os.findCommand(name).kind === "found",
      ...(os.name === "windows" && { windows: lookAtWindows(os, network, runCommand) }),
    },
    isRoot,
    sudo: os.name !== "windows" && (!isRoot || process.env["SUDO_UID"] !== undefined),
  };
}

function widenPath(): void {
  const folders = (process.env["PATH"] ?? "/usr/bin:/bin").split(":");
  process.env["PATH"] = [...folders, ...ADMIN_PATH.filter((folder) => !folders.includes(folder))].join(":");
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The journal of this user. Throws NO_STATE_FOLDER where there is no place for it. */
export function openJournal({ name }: Os): RuleFiles {
  return new RuleFiles(stateFolder(name, process.env));
}

export function entriesOf(listed: readonly ListedRule[]): readonly RuleEntry[] {
  return listed.flatMap((each) => (each.kind === "entry" ? [each.entry] : []));
}

/** Whether its time has come, so that nothing of it should be there any more. */
export function isOver({ until }: RuleEntry, now = Date.now()): boolean {
  return until !== undefined && Date.parse(until) <= now;
}

import type { NetworkInterface } from "../../core/network.ts";
import type { WindowsProfile } from "../../core/rule-request.ts";
import { type Seen, seen, unseen } from "../../core/seen.ts";
import type { RunCommand } from "../run-command.ts";
import { WINDOWS_PROFILES } from "./model.ts";
import { powershell } from "./powershell.ts";

/** Of what kind the network is that each interface is on, by the interface's number. */
export type NetworkKinds = ReadonlyMap<number, WindowsProfile>;

const CATEGORIES: Readonly<Record<string, WindowsProfile>> = {
  Public: "public",
  Private: "private",
  DomainAuthenticated: "domain",
};

/** Numbers and words that are the same in every language of Windows: `12 Public`. */
const COMMAND = "Get-NetConnectionProfile | ForEach-Object { '{0} {1}' -f $_.InterfaceIndex, $_.NetworkCategory }";

/** Asks Windows, which takes PowerShell a second or two. */
export async function readNetworkKinds(run: RunCommand): Promise<Seen<NetworkKinds>> {
  const ran = await run({ argv: powershell(COMMAND) });
  const lines = ran.kind === "ended" && ran.code === 0 ? ran.stdout.split(/\r?\n/) : [];
  const kinds = new Map(lines.flatMap((line) => readLine(line)));
  const hint = "`Get-NetConnectionProfile` in PowerShell shows it";
  return kinds.size > 0 ? seen(kinds) : unseen("which kind of network this is can't be told", hint);
}

function readLine(line: string): [number, WindowsProfile][] {
  const [, index, word = ""] = /^(\d+) (\w+)\s*$/.exec(line) ?? [];
  const kind = CATEGORIES[word];
  return index === undefined || kind === undefined ? [] : [[Number(index), kind]];
}

/** The kinds of network that a connection may come by: of an interface whose kind is not known, every one. */
export function kindsOf(
  kinds: NetworkKinds | undefined,
  interfaces: readonly NetworkInterface[],
  name: string | undefined,
): readonly WindowsProfile[] {
  const index = interfaces.find((each) => each.name === name)?.index;
  const kind = index === undefined ? undefined : kinds?.get(index);
  return kind === undefined ? WINDOWS_PROFILES : [kind];
}

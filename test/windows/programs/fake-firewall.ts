/**
 * netsh and PowerShell, as far as portguard asks them about the firewall: they note in calls.txt how they were called, and
 * keep the rules in the registry, where Windows itself keeps them. What kind of network this is stands in kind.txt.
 */
import { appendFileSync, readFileSync } from "node:fs";

const RULES = String.raw`HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules`;
const FOLDER = String.raw`Z:\win`;

type Words = Readonly<Record<string, string>>;

export function fakeAdvfirewall(argv: readonly string[]): void {
  note("netsh", argv);
  const [, , verb = "", , ...words] = argv;
  const given = Object.fromEntries(words.map((word) => [word.split("=")[0], word.slice(word.indexOf("=") + 1)]));
  const name = given["name"] ?? "";
  switch (verb) {
    case "add":
      return addRule(`{${name}}`, name, given);
    case "delete":
      return end(reg("delete", RULES, "/v", `{${name}}`, "/f"));
    case "show":
      return end(hasRule(`{${name}}`) ? 0 : 1);
    default:
      throw new Error(`netsh was asked to ${verb}`);
  }
}

export function fakePowershell(argv: readonly string[]): void {
  note("powershell", argv);
  const command = argv.at(-1) ?? "";
  const [, cmdlet = "", rest = ""] = /^(\S+) (.*)$/.exec(command) ?? [];
  const options = [...rest.matchAll(/-(\w+) (?:'((?:[^']|'')*)'|(\S+))/g)];
  const given = Object.fromEntries(
    options.map(([, name, quoted, bare]) => [name, quoted?.replaceAll("''", "'") ?? bare ?? ""]),
  );
  const name = given["Name"] ?? "";
  switch (cmdlet) {
    case "Get-NetConnectionProfile":
      return tellKinds();
    case "New-NetFirewallRule":
      return addRule(name, given["DisplayName"] ?? name, toNetsh(given));
    case "Get-NetFirewallRule":
      return end(hasRule(name) ? 0 : 1);
    case "Remove-NetFirewallRule":
      return end(reg("delete", RULES, "/v", name, "/f"));
    default:
      throw new Error(`PowerShell was asked to ${cmdlet}`);
  }
}

function note(program: string, argv: readonly string[]): void {
  appendFileSync(`${FOLDER}\\calls.txt`, `${JSON.stringify([program, ...argv])}\n`);
}

/** Every interface is on a network of that kind. */
function tellKinds(): void {
  const kind = readFileSync(`${FOLDER}\\kind.txt`, "utf8").trim();
  const lines = kind === "" ? [] : Array.from({ length: 99 }, (_, index) => `${index + 1} ${kind}\r\n`);
  process.stdout.write(lines.join(""));
}

function toNetsh(given: Words): Words {
  return {
    action: given["Action"] ?? "",
    protocol: given["Protocol"] ?? "",
    localport: given["LocalPort"] ?? "",
    remoteip: given["RemoteAddress"] ?? "",
    profile: given["Profile"] ?? "",
    ...(given["Program"] !== undefined && { program: given["Program"] }),
  };
}

/** Writes it as Windows does, with what it was given in the words of netsh. */
function addRule(value: string, name: string, given: Words): void {
  const { protocol = "", localport = "", remoteip = "", profile = "", action = "", program } = given;
  const profiles = profile.split(",");
  const remote = remoteip.toLowerCase();
  const text = [
    `v2.30|Action=${capitalize(action)}|Active=TRUE|Dir=In|Protocol=${protocol === "TCP" ? 6 : 17}|`,
    ...(profiles.length === 3 ? [] : profiles.map((each) => `Profile=${capitalize(each)}|`)),
    localport.includes("-") ? `LPort2_10=${localport}|` : `LPort=${localport}|`,
    ...(remote === "localsubnet" ? ["RA4=LocalSubnet|RA6=LocalSubnet|"] : remote === "any" ? [] : [`RA4=${remoteip}|`]),
    ...(program === undefined ? [] : [`App=${program}|`]),
    `Name=${name}|`,
  ].join("");
  end(reg("add", RULES, "/v", value, "/t", "REG_SZ", "/d", text, "/f"));
}

function hasRule(value: string): boolean {
  return reg("query", RULES, "/v", value) === 0;
}

function reg(...argv: readonly string[]): number {
  return Bun.spawnSync(["reg.exe", ...argv], { stdin: "ignore", stdout: "ignore", stderr: "ignore" }).exitCode;
}

function end(code: number): void {
  process.exitCode = code;
}

function capitalize(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}

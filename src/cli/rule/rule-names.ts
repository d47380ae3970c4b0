import { fail } from "../../core/error.ts";
import type { NetworkInterface } from "../../core/network.ts";
import type { OsName } from "../../core/os.ts";
import type { RuleWish } from "./rule-args.ts";

/** What Linux and macOS name interfaces; the wildcards of iptables (`+`), nft (`*`) and pf (groups) are left out. */
const UNIX_INTERFACE = /^[A-Za-z0-9_.:@][A-Za-z0-9_.:@-]{0,14}$/;
/** `Ethernet 2`, `vEthernet (WSL)`: everything but what PowerShell takes for a wildcard, and what no name has. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const WINDOWS_INTERFACE = /^[^*?[\]"'`$|<>\u0000-\u001f\u007f]{1,256}$/;

/**
 * Refuses names of interfaces and programs that stand for more than themselves where they end up, in a rule's own
 * language. `here`: the interfaces that there are, where the rule is for this machine. Throws BAD_USAGE.
 */
export function refuseOddNames(wish: RuleWish, system: OsName, here?: readonly NetworkInterface[]): void {
  const { interface: name, program } = wish;
  if (name !== undefined) refuseInterface(name, system, here);
  if (program !== undefined) refuseProgram(program, system);
}

function refuseInterface(name: string, system: OsName, here: readonly NetworkInterface[] | undefined): void {
  const shape = system === "windows" ? WINDOWS_INTERFACE : UNIX_INTERFACE;
  if (!shape.test(name)) {
    fail("BAD_USAGE", `\`${name}\` is not the name of one interface`, "wildcards differ from tool to tool: name one");
  }
  if (!here || here.some((each) => each.name === name)) return;
  const names = here.map((each) => each.name).slice(0, 8);
  fail("BAD_USAGE", `there is no interface \`${name}\` here`, `there is ${names.join(", ") || "none"}`);
}

function refuseProgram(program: string, system: OsName): void {
  // oxlint-disable-next-line no-control-regex -- no path may have them
  const isOdd = /[\u0000-\u001f\u007f]/.test(program);
  const isWhole =
    system === "windows" ? /^(?:[a-z]:\\|\\\\|%[^%]+%\\|system$)/i.test(program) : program.startsWith("/");
  if (!isOdd && isWhole) return;
  const example = system === "windows" ? String.raw`C:\Program Files\nodejs\node.exe` : "/usr/local/bin/node";
  fail("BAD_USAGE", `\`${program}\` is not the whole path of a program`, `write it as ${example}`);
}

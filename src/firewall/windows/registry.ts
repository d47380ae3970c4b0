import type { WindowsProfile } from "../../core/rule-request.ts";
import { WINDOWS_PROFILES, type ProfileSettings, type StoredRule, type WindowsFirewall } from "./model.ts";
import { parseWindowsRule } from "./parse.ts";

/** Where the firewall's settings are, for `reg query KEY /s`. */
export const FIREWALL_KEYS = [
  String.raw`HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy`,
  String.raw`HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall`,
] as const;

export interface RegistryValue {
  /** The whole key, as it is written there. */
  readonly key: string;
  readonly name: string;
  /** A text, a number, or nothing of another type. */
  readonly data: string | number | undefined;
}

const MOST_VALUES = 200_000;

/** Text of a file that `reg export` wrote: UTF-16 with a mark in front, or else UTF-8. */
export function decodeRegistryFile(bytes: Uint8Array): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isWide ? "utf-16le" : "utf-8").decode(bytes);
}

/** Whether this is the output of `reg query` or a file of `reg export`. */
export function looksLikeRegistry(text: string): boolean {
  return /^(?:Windows Registry Editor Version|REGEDIT4|\s*HKEY_LOCAL_MACHINE\\)/.test(text.replace(/^\uFEFF/, ""));
}

/** Reads what `reg query KEY /s` printed, or a file of `reg export`. */
export function parseRegistry(text: string): RegistryValue[] {
  const values: RegistryValue[] = [];
  let key = "";
  for (const line of text.replaceAll(/,\\\r?\n\s*/g, ",").split(/\r?\n/)) {
    const named = /^\[?(HKEY_[^\]]+)\]?\s*$/.exec(line)?.[1];
    if (named !== undefined) key = named;
    const value = named === undefined ? (readQueried(line) ?? readExported(line)) : undefined;
    if (value && values.push({ key, ...value }) >= MOST_VALUES) break;
  }
  return values;
}

type Value = Omit<RegistryValue, "key">;

/** `    EnableFirewall    REG_DWORD    0x1` */
function readQueried(line: string): Value | undefined {
  const [, name, type, data = ""] = /^ {4}(\S.*?) {4}(REG_[A-Z_]+)(?: {4}(.*))?$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  if (type === "REG_SZ" || type === "REG_EXPAND_SZ") return { name, data };
  return { name, data: type === "REG_DWORD" && /^0x[0-9a-f]+$/i.test(data) ? Number(data) : undefined };
}

/** `"EnableFirewall"=dword:00000001`, `"Name"="text with \\ and \""` */
function readExported(line: string): Value | undefined {
  const [, quoted, rest] = /^"((?:[^"\\]|\\.)*)"=(.*)$/.exec(line) ?? [];
  if (quoted === undefined || rest === undefined) return undefined;
  const name = unescape(quoted);
  const text = /^"((?:[^"\\]|\\.)*)"\s*$/.exec(rest)?.[1];
  if (text !== undefined) return { name, data: unescape(text) };
  const number = /^dword:([0-9a-f]{1,8})\s*$/i.exec(rest)?.[1];
  return { name, data: number === undefined ? undefined : Number.parseInt(number, 16) };
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, "$1");
}

const LOCAL = /\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\([^\\]+)$/i;
const POLICY = /\\Policies\\Microsoft\\WindowsFirewall\\([^\\]+)$/i;
const PROFILE_KEYS: Readonly<Record<string, WindowsProfile>> = {
  domainprofile: "domain",
  standardprofile: "private",
  privateprofile: "private",
  publicprofile: "public",
};

/** The firewall that these values make up: settings of administrators come before those of the machine. */
export function readWindowsFirewall(values: readonly RegistryValue[]): WindowsFirewall {
  const rules: StoredRule[] = [];
  const settings = new Map<string, number>();
  for (const { key, name, data } of values) {
    const [local, policy] = [LOCAL.exec(key)?.[1]?.toLowerCase(), POLICY.exec(key)?.[1]?.toLowerCase()];
    const store = policy === undefined ? "local" : "policy";
    const part = policy ?? local;
    if (part === undefined) continue;
    if (part === "firewallrules" && typeof data === "string")
      rules.push({ id: name, store, rule: parseWindowsRule(data) });
    const profile = PROFILE_KEYS[part];
    if (profile && typeof data === "number") settings.set(`${store} ${profile} ${name.toLowerCase()}`, data);
  }
  const profiles = WINDOWS_PROFILES.map((profile) => [profile, settingsOf(profile, settings)] as const);
  return { profiles: Object.fromEntries(profiles) as Record<WindowsProfile, ProfileSettings>, rules };
}

function settingsOf(profile: WindowsProfile, settings: ReadonlyMap<string, number>): ProfileSettings {
  const read = (name: string, otherwise: number) =>
    settings.get(`policy ${profile} ${name}`) ?? settings.get(`local ${profile} ${name}`) ?? otherwise;
  return {
    enabled: read("enablefirewall", 1) !== 0,
    inbound: read("defaultinboundaction", 1) === 0 ? "allow" : "block",
    blockAll: read("donotallowexceptions", 0) !== 0,
    localRules: read("allowlocalpolicymerge", 1) !== 0,
  };
}

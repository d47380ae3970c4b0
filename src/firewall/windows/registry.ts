import type { RegistryValue } from "../../core/network.ts";
import type { WindowsProfile } from "../../core/rule-request.ts";
import { WINDOWS_PROFILES, type ProfileSettings, type StoredRule, type WindowsFirewall } from "./model.ts";
import { parseWindowsRule } from "./parse.ts";

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

const PLACES = [
  ["mdm", /\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\Mdm\\([^\\]+)$/i],
  ["local", /\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\([^\\]+)$/i],
  ["policy", /\\Policies\\Microsoft\\WindowsFirewall\\([^\\]+)$/i],
] as const;
/** How policies of Windows XP list ports and programs: `8000:TCP:*:enabled:name`. */
const OLD_LIST = /\\Policies\\Microsoft\\WindowsFirewall\\[^\\]+\\(?:GloballyOpenPorts|AuthorizedApplications)\\List$/i;
/** What Windows XP called "standard" is what the machine's own settings have for "private" to this day. */
const PROFILE_KEYS: Readonly<Record<string, WindowsProfile>> = {
  domainprofile: "domain",
  standardprofile: "private",
  privateprofile: "private",
  publicprofile: "public",
};

/** The firewall that these values make up: settings of administrators come before those of the machine. */
export function readWindowsFirewall(values: readonly RegistryValue[]): WindowsFirewall {
  const rules: StoredRule[] = [];
  const settings: Settings = new Map();
  for (const value of values) {
    const { key, name, data } = value;
    if (OLD_LIST.test(key)) rules.push(opaque(value, "policy", "it is a policy in the manner of Windows XP"));
    const place = placeOf(key);
    if (!place) continue;
    const { store, part } = place;
    if (part === "firewallrules") rules.push(storedRule(value, store));
    const profile = PROFILE_KEYS[part];
    if (profile && data !== undefined) settings.set(`${store} ${profile} ${name.toLowerCase()}`, data);
    if (store === "policy" && part === "standardprofile") settings.set("policy standard", 1);
    if (store === "policy" && part === "publicprofile") settings.set("policy public", 1);
  }
  const profiles = WINDOWS_PROFILES.map((profile) => [profile, settingsOf(profile, settings)] as const);
  return { profiles: Object.fromEntries(profiles) as Record<WindowsProfile, ProfileSettings>, rules };
}

type Store = StoredRule["store"];
/** By store, profile and name in lower case. */
type Settings = Map<string, string | number>;

function placeOf(key: string): { readonly store: Store; readonly part: string } | undefined {
  for (const [store, pattern] of PLACES) {
    const part = pattern.exec(key)?.[1];
    if (part !== undefined) return { store, part: part.toLowerCase() };
  }
  return undefined;
}

function storedRule(value: RegistryValue, store: Store): StoredRule {
  const { name, data } = value;
  if (typeof data !== "string") return opaque(value, store, "its text can't be read");
  return { id: name, store, text: data, rule: parseWindowsRule(data) };
}

function opaque({ name, data }: RegistryValue, store: Store, because: string): StoredRule {
  return { id: name, store, text: String(data ?? ""), rule: { kind: "opaque", because } };
}

function settingsOf(profile: WindowsProfile, settings: Settings): ProfileSettings {
  const find = (name: string) =>
    (["policy", "mdm", "local"] as const)
      .map((store) => settings.get(`${store} ${profile} ${name}`))
      .find((value) => value !== undefined);
  const read = (name: string, otherwise: number) => {
    const value = find(name);
    return typeof value === "number" ? value : otherwise;
  };
  const doubt = doubtOf(profile, settings, find("disabledinterfaces"));
  return {
    enabled: read("enablefirewall", 1) !== 0,
    inbound: read("defaultinboundaction", 1) === 0 ? "allow" : "block",
    blockAll: read("donotallowexceptions", 0) !== 0,
    localRules: read("allowlocalpolicymerge", 1) !== 0,
    ...(doubt !== undefined && { doubt }),
  };
}

function doubtOf(profile: WindowsProfile, settings: Settings, exempt: string | number | undefined): string | undefined {
  if (typeof exempt === "string" && exempt.trim() !== "") return `some interfaces are left out of it (${exempt})`;
  const isOld = profile === "public" && settings.has("policy standard") && !settings.has("policy public");
  return isOld ? "a policy for the standard profile of Windows XP may hold for it" : undefined;
}

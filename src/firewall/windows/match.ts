import { type Address, addressBytes } from "../../core/address.ts";
import { cidrContains } from "../../core/cidr.ts";
import type { WindowsConnection, AddressSpec, PortSpec, RuleField, WindowsRule } from "./model.ts";
import { expandPath, samePath } from "./paths.ts";

export type Matched = "yes" | { readonly kind: "no" | "unknown"; readonly why: string };

/** Fields that say nothing about which connections are meant. */
const SAYS_NOTHING = new Set(["Desc", "EmbedCtxt", "Edge", "Defer", "LSM", "LOM"]);
/** Where packaged apps are, and nothing else. */
const PACKAGED = /[\\/](?:WindowsApps|SystemApps)[\\/]/i;
/** Ports behind keywords; what is not here depends on the machine. */
const KEYWORD_PORTS: Readonly<Record<string, number>> = { "RPC-EPMap": 135, mDNS: 5353 };

/** Whether an active rule for what comes in means this connection. A sure no wins over what can't be told. */
export function matchWindowsRule(rule: WindowsRule, connection: WindowsConnection): Matched {
  const answers = [
    matchProfile(rule, connection),
    matchProtocol(rule, connection),
    matchPorts(rule.localPorts, connection.port),
    rule.remotePorts.length === 0 ? "yes" : unknown("the client's port is not known"),
    matchAddresses(rule.localAddresses, connection.local, connection),
    matchAddresses(rule.remoteAddresses, connection.remote, connection),
    matchProgram(rule, connection),
    matchService(rule, connection),
    ...matchRest(rule.rest, connection),
  ];
  const isNo = (answer: Matched) => answer !== "yes" && answer.kind === "no";
  return answers.find(isNo) ?? answers.find((answer) => answer !== "yes") ?? "yes";
}

function no(why: string): Matched {
  return { kind: "no", why };
}

function unknown(why: string): Matched {
  return { kind: "unknown", why };
}

function matchProfile({ profiles }: WindowsRule, { profile }: WindowsConnection): Matched {
  return profiles.length === 0 || profiles.includes(profile)
    ? "yes"
    : no(`it is for ${profiles.join(" and ")} networks`);
}

function matchProtocol({ protocol }: WindowsRule, connection: WindowsConnection): Matched {
  if (protocol === undefined) return "yes";
  return protocol === (connection.protocol === "tcp" ? 6 : 17) ? "yes" : no(`it is for protocol ${protocol}`);
}

function matchPorts(ports: readonly PortSpec[], port: number): Matched {
  return anyOf(
    ports.map((each) => {
      if (each.kind === "ports") {
        return port >= each.first && port <= each.last ? "yes" : no(`port ${port} is none of its ports`);
      }
      const known = KEYWORD_PORTS[each.keyword];
      if (known === undefined) return unknown(`which ports \`${each.keyword}\` are is not known`);
      return known === port ? "yes" : no(`port ${port} is none of its ports`);
    }),
  );
}

function matchAddresses(specs: readonly AddressSpec[], address: Address, connection: WindowsConnection): Matched {
  return anyOf(specs.map((spec) => matchAddress(spec, address, connection)));
}

function matchAddress(spec: AddressSpec, address: Address, { localSubnets }: WindowsConnection): Matched {
  const miss = no(`${address.text} is none of its addresses`);
  switch (spec.kind) {
    case "network":
      return cidrContains(spec.network, address) ? "yes" : miss;
    case "range":
      return isBetween(spec.first, address, spec.last) ? "yes" : miss;
    case "keyword":
      if (spec.family !== address.family) return miss;
      if (spec.keyword !== "LocalSubnet") return unknown(`which addresses \`${spec.keyword}\` are is not known`);
      return localSubnets.some((network) => cidrContains(network, address)) ? "yes" : miss;
  }
}

function isBetween(first: Address, address: Address, last: Address): boolean {
  if (first.family !== address.family) return false;
  const [low, at, high] = [first, address, last].map(addressBytes);
  return Buffer.compare(low!, at!) <= 0 && Buffer.compare(at!, high!) <= 0;
}

function matchProgram({ program }: WindowsRule, connection: WindowsConnection): Matched {
  if (program === undefined) return "yes";
  if (connection.program === undefined) return unknown("which program listens is not known");
  const wanted = expandPath(program, connection.environment);
  if (wanted === undefined) return unknown(`a variable of \`${program}\` is not known`);
  const actual = expandPath(connection.program, connection.environment) ?? connection.program;
  if (samePath(wanted, actual)) return "yes";
  const isOther = !(connection.aliases ?? []).some((alias) => samePath(alias, wanted));
  return isOther ? no(`it is for ${program}`) : unknown(`${program} leads to the program by another way`);
}

function matchService({ service }: WindowsRule, connection: WindowsConnection): Matched {
  if (service === undefined) return "yes";
  if (connection.service === undefined) return unknown(`whether the service ${service} listens is not known`);
  if (connection.service.kind === "none")
    return no(`it is for ${service === "*" ? "services" : `the service ${service}`}`);
  const isMeant = service === "*" || service.toLowerCase() === connection.service.name.toLowerCase();
  return isMeant ? "yes" : no(`it is for the service ${service}`);
}

function matchRest(rest: readonly RuleField[], { version, program }: WindowsConnection): Matched[] {
  const platforms = rest.filter(({ key }) => key === "Platform").map(({ value }) => value);
  const isAtLeast = rest.some(({ key, value }) => key === "Platform2" && value === "GTEQ");
  const others = rest.filter(({ key }) => !SAYS_NOTHING.has(key) && key !== "Platform" && key !== "Platform2");
  return [
    ...others.map((field) => matchField(field, program)),
    anyOf(platforms.map((text, index) => matchPlatform(text, isAtLeast && index === platforms.length - 1, version))),
  ];
}

/** Windows makes such rules by itself for each app of its store: they would leave every other program in doubt. */
function matchField({ key, value }: RuleField, program: string | undefined): Matched {
  const isPackaged = program === undefined || PACKAGED.test(program);
  if (key === "AppPkgId" && !isPackaged) return no("it is for an app of the store");
  return unknown(`\`${key}=${value}\` can't be told`);
}

/** `2:6:2`: Windows NT 6.2; with an operator (it belongs to the last one), this and all later ones. */
function matchPlatform(text: string, isAtLeast: boolean, version: WindowsConnection["version"]): Matched {
  const [, platform, major, minor] = /^(\d+):(\d+):(\d+)$/.exec(text) ?? [];
  if (platform !== "2") return unknown(`\`Platform=${text}\` can't be told`);
  const [wanted, actual] = [Number(major) * 256 + Number(minor), version.major * 256 + version.minor];
  return (isAtLeast ? actual >= wanted : actual === wanted) ? "yes" : no(`it is for Windows ${major}.${minor}`);
}

/** Of a list, one is enough; an empty list means any. */
function anyOf(answers: readonly Matched[]): Matched {
  if (answers.length === 0 || answers.includes("yes")) return "yes";
  return answers.find((each) => each !== "yes" && each.kind === "unknown") ?? answers[0]!;
}

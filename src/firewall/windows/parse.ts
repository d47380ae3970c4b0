import { addressBytes, parseAddress } from "../../core/address.ts";
import { cidrOf, parseCidr } from "../../core/cidr.ts";
import type { WindowsProfile } from "../../core/rule-request.ts";
import type { AddressSpec, OpaqueRule, PortSpec, RuleField, WindowsRule } from "./model.ts";

const MOST_LENGTH = 64 * 1024;
const ACTIONS = { Allow: "allow", Block: "block", ByPass: "bypass" } as const;
const DIRECTIONS = { In: "in", Out: "out" } as const;
const PROFILES = { Domain: "domain", Private: "private", Public: "public" } as const;
const BOOLEANS = { TRUE: true, FALSE: false } as const;

/**
 * Reads one value of a FirewallRules key: `v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8000|`. Keys that are
 * not known are kept; a known one that makes no sense makes the whole rule opaque.
 */
export function parseWindowsRule(text: string): WindowsRule | OpaqueRule {
  if (text.length > MOST_LENGTH) return opaque("it is too long");
  const [head = "", ...parts] = text.split("|");
  const version = /^v(\d{1,3})\.(\d{1,3})$/.exec(head);
  if (!version) return opaque("it does not begin with a version");
  if (parts.pop() !== "") return opaque("its end is missing");
  const reader = new FieldReader();
  for (const part of parts) reader.read(part);
  const { action, direction } = reader;
  if (reader.fault !== undefined) return opaque(reader.fault);
  if (action === undefined || direction === undefined) return opaque("it has no action or no direction");
  const kept = reader.build();
  return {
    kind: "rule",
    version: { major: Number(version[1]), minor: Number(version[2]) },
    action,
    direction,
    ...kept,
  };
}

function opaque(because: string): OpaqueRule {
  return { kind: "opaque", because };
}

class FieldReader {
  action: WindowsRule["action"] | undefined;
  direction: WindowsRule["direction"] | undefined;
  /** What is wrong with it, the first thing of all. */
  fault: string | undefined;
  #active: boolean | undefined;
  #protocol: number | undefined;
  readonly #profiles: WindowsProfile[] = [];
  readonly #localPorts: PortSpec[] = [];
  readonly #remotePorts: PortSpec[] = [];
  readonly #localAddresses: AddressSpec[] = [];
  readonly #remoteAddresses: AddressSpec[] = [];
  readonly #texts = new Map<string, string>();
  readonly #rest: RuleField[] = [];

  read(part: string): void {
    const equals = part.indexOf("=");
    if (equals <= 0) return this.#blame(part);
    this.#readField({ key: part.slice(0, equals), value: part.slice(equals + 1) }, part);
  }

  #readField(field: RuleField, part: string): void {
    switch (field.key) {
      case "Action":
        this.action = this.#once(this.action, lookUp(ACTIONS, field.value), part);
        return;
      case "Active":
        this.#active = this.#once(this.#active, lookUp(BOOLEANS, field.value.toUpperCase()), part);
        return;
      case "Dir":
        this.direction = this.#once(this.direction, lookUp(DIRECTIONS, field.value), part);
        return;
      case "Profile":
        return this.#add(this.#profiles, lookUp(PROFILES, field.value), part);
      case "Protocol":
        this.#protocol = this.#once(this.#protocol, readNumber(field.value, 255), part);
        return;
      case "LPort":
      case "LPort2_10":
      case "LPort2_20":
      case "LPort2_25":
      case "LPort2_29":
        return this.#add(this.#localPorts, readPorts(field), part);
      case "RPort":
      case "RPort2_10":
        return this.#add(this.#remotePorts, readPorts(field), part);
      case "LA4":
      case "LA6":
        return this.#add(this.#localAddresses, readAddresses(field), part);
      case "RA4":
      case "RA6":
      case "RA42":
      case "RA62":
        return this.#add(this.#remoteAddresses, readAddresses(field), part);
      case "App":
      case "Svc":
      case "Name":
        if (this.#texts.has(field.key)) this.#blame(part);
        this.#texts.set(field.key, field.value);
        return;
    }
    this.#rest.push(field);
  }

  build(): Omit<WindowsRule, "kind" | "version" | "action" | "direction"> {
    const [program, service, name] = ["App", "Svc", "Name"].map((key) => this.#texts.get(key));
    return {
      active: this.#active ?? false,
      profiles: this.#profiles,
      ...(this.#protocol !== undefined && { protocol: this.#protocol }),
      localPorts: this.#localPorts,
      remotePorts: this.#remotePorts,
      localAddresses: this.#localAddresses,
      remoteAddresses: this.#remoteAddresses,
      ...(program !== undefined && { program }),
      ...(service !== undefined && { service }),
      ...(name !== undefined && { name }),
      rest: this.#rest,
    };
  }

  #once<T>(before: T | undefined, value: T | undefined, part: string): T | undefined {
    if (before !== undefined || value === undefined) this.#blame(part);
    return value;
  }

  #add<T>(list: T[], value: T | undefined, part: string): void {
    if (value === undefined) this.#blame(part);
    else list.push(value);
  }

  #blame(part: string): void {
    this.fault ??= `\`${part}\` is not understood`;
  }
}

function lookUp<V>(table: Readonly<Record<string, V>>, key: string): V | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function readNumber(text: string, most: number): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

function readPorts({ key, value }: RuleField): PortSpec | undefined {
  const [from = "", to = from, ...more] = value.split("-");
  const [first, last] = [readNumber(from, 65_535), readNumber(to, 65_535)];
  if (first !== undefined && last !== undefined && more.length === 0) {
    return first <= last ? { kind: "ports", first, last } : undefined;
  }
  return /^[A-Za-z][\w-]*$/.test(value) ? { kind: "keyword", key, keyword: value } : undefined;
}

/** An address, `FIRST-LAST`, `ADDRESS/PREFIX`, `ADDRESS/MASK` or a keyword. */
function readAddresses({ key, value }: RuleField): AddressSpec | undefined {
  const family = key.includes("4") ? 4 : 6;
  if (/^[A-Za-z][A-Za-z0-9]*$/.test(value)) return { kind: "keyword", family, keyword: value };
  const [place = "", mask = ""] = value.split("/");
  const network = mask.includes(".") ? networkOfMask(place, mask) : parseCidr(value);
  if (network) return network.address.family === family ? { kind: "network", network } : undefined;
  const [first, last, ...more] = value.split("-").map(parseAddress);
  if (first?.family !== family || last?.family !== family || more.length > 0) return undefined;
  return Buffer.compare(addressBytes(first), addressBytes(last)) <= 0 ? { kind: "range", first, last } : undefined;
}

/** `255.255.255.0` as a prefix; nothing where its ones are not all in front. */
function networkOfMask(place: string, text: string): ReturnType<typeof parseCidr> {
  const [address, mask] = [parseAddress(place), parseAddress(text)];
  if (address?.family !== 4 || mask?.family !== 4) return undefined;
  const bits = [...addressBytes(mask)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(bits) ? cidrOf(address, bits.replaceAll("0", "").length) : undefined;
}

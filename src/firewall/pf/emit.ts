import { formatCidr } from "../../core/cidr.ts";
import type { PfAddress, PfLine, PfPlace, PfPort, PfRule } from "./model.ts";

/** The text that `parsePf` reads as exactly these lines. */
export function emitPf(lines: readonly PfLine[]): string {
  return lines.map((line) => `${emitLine(line)}\n`).join("");
}

function emitLine(line: PfLine): string {
  switch (line.kind) {
    case "rule":
      return emitRule(line);
    case "anchor":
      return ["anchor", `"${line.name}"`, line.quick ? "quick" : "", line.rest].filter(Boolean).join(" ");
    case "other":
      return line.text;
  }
}

/** `pass in quick on en0 inet proto tcp from 192.168.1.0/24 to any port 8000`. */
export function emitRule(rule: PfRule): string {
  const words = [
    rule.action,
    rule.answer,
    rule.direction,
    rule.log ? "log" : undefined,
    rule.quick ? "quick" : undefined,
    rule.on && `on ${rule.on.not ? "! " : ""}${rule.on.name}`,
    rule.family && (rule.family === 4 ? "inet" : "inet6"),
    rule.protocols.length > 0 ? `proto ${emitList(rule.protocols)}` : undefined,
    emitPlaces(rule),
    ...rule.options,
  ];
  return words.filter((word) => word !== undefined).join(" ");
}

function emitPlaces({ from, to }: PfRule): string {
  const isAny = [from, to].every(({ addresses, ports }) => addresses.length === 0 && ports.length === 0);
  return isAny ? "all" : `from ${emitPlace(from)} to ${emitPlace(to)}`;
}

function emitPlace({ addresses, ports }: PfPlace): string {
  const hosts = addresses.length === 0 ? "any" : emitList(addresses.map(emitAddress));
  return ports.length === 0 ? hosts : `${hosts} port ${emitList(ports.map(emitPort))}`;
}

function emitAddress({ not, at }: PfAddress): string {
  return `${not ? "! " : ""}${at.kind === "network" ? formatCidr(at.network) : at.text}`;
}

function emitPort(port: PfPort): string {
  switch (port.op) {
    case "=":
      return String(port.port);
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return `${port.op} ${port.port}`;
    case ":":
      return `${port.first}:${port.last}`;
    case "><":
    case "<>":
      return `${port.first} ${port.op} ${port.last}`;
    case "named":
      return port.name;
  }
}

function emitList(items: readonly string[]): string {
  return items.length === 1 ? items[0]! : `{ ${items.join(", ")} }`;
}

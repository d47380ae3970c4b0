import { type Address, LOOPBACK4, LOOPBACK6, formatHostPort, parseAddress, sameAddress } from "./address.ts";
import type { Protocol } from "./endpoint.ts";
import { fail } from "./error.ts";
import type { PortChoice, PortRequest } from "./port-request.ts";

const SHAPES = "ports are 0 to 65535, as in 8000, 127.0.0.1:8000, [::1]:8000, 8000-8010, 53/udp or web=8000";

/** One item of a word, with what it left unsaid left out. */
interface Said {
  readonly name?: string;
  readonly hosts?: readonly Address[];
  readonly ports: PortChoice;
  readonly protocol?: Protocol;
}

/**
 * Reads one word of the command line: `[NAME=][HOST:]PORTS[/PROTOCOL]`, or several of them with commas between.
 * `hosts` are the addresses of an item that names none. Throws BAD_PORT or BAD_ADDRESS.
 */
export function parsePortWord(word: string, hosts: PortRequest["hosts"] = "every"): readonly PortRequest[] {
  const said = word.split(",").map((item) => parseItem(item, word));
  refuseHalfSaid(said, word);
  return said.map((item) => ({ ...item, protocol: item.protocol ?? "tcp", hosts: item.hosts ?? hosts }));
}

/** The text that `parsePortWord` reads as exactly this request; one item for each host that `--host` gave. */
export function formatPortRequest({ name, hosts, ports, protocol }: PortRequest): string {
  const label = name === undefined ? "" : `${name}=`;
  const tail = formatChoice(ports) + (protocol === "udp" ? "/udp" : "");
  if (hosts === "every") return label + tail;
  if (isLocalhost(hosts)) return `${label}localhost:${tail}`;
  return hosts.map((host) => `${label}${formatHostPort(host, 0).slice(0, -1)}${tail}`).join(",");
}

/** Reads one `--host`: an address, or `localhost` for both loopbacks. Throws BAD_ADDRESS. */
export function parseHost(text: string): readonly Address[] {
  if (text.toLowerCase() === "localhost") return [LOOPBACK4, LOOPBACK6];
  const address = parseAddress(text);
  return address ? [address] : fail("BAD_ADDRESS", `\`${text}\` is not an IP address`, hintForHost(text));
}

function parseItem(item: string, word: string): Said {
  const url = /^[a-z]+:\/\/([^/]*)/i.exec(item);
  if (url) fail("BAD_PORT", `\`${item}\` is a URL, not a port`, url[1] ? `write ${url[1]}` : SHAPES);
  const equals = item.indexOf("=");
  const name = equals < 0 ? {} : { name: requireName(item.slice(0, equals)) };
  const [place, protocol, ...more] = item.slice(equals + 1).split("/");
  if (place === undefined || place === "" || more.length > 0) refuse(item, word);
  const at = splitHost(place);
  return {
    ...name,
    ...(at.host === undefined ? {} : { hosts: parseHost(at.host) }),
    ports: parseChoice(at.ports, word),
    ...(protocol === undefined ? {} : { protocol: requireProtocol(protocol, word) }),
  };
}

function refuse(item: string, word: string): never {
  const what = item === "" && word !== "" ? `\`${word}\` has an empty part` : `\`${word}\` is not a port`;
  return fail("BAD_PORT", word === "" ? "an empty word is not a port" : what, SHAPES);
}

function requireName(name: string): string {
  if (/^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name)) return name;
  return fail(
    "BAD_PORT",
    `\`${name}\` is not a name for a port`,
    "a name has letters, digits, `-` and `_`, as in web=8000",
  );
}

function requireProtocol(text: string, word: string): Protocol {
  const protocol = text.toLowerCase();
  if (protocol === "tcp" || protocol === "udp") return protocol;
  return fail("BAD_PORT", `\`${text}\` is not a protocol in \`${word}\``, "tcp and udp can be reserved, as in 53/udp");
}

/** `[::1]:8000` → `[::1]` and `8000`; a bare IPv6 address is refused, as its last group could be meant as the port. */
function splitHost(place: string): { readonly host?: string; readonly ports: string } {
  const colon = place.lastIndexOf(":");
  if (colon < 0)
    return parseAddress(place) || place === "localhost" ? refuseWithoutPort(place, place) : { ports: place };
  const host = place.slice(0, colon);
  const ports = place.slice(colon + 1);
  if (place.endsWith("]")) refuseWithoutPort(place, place);
  if (host === "" || host === "*")
    fail("BAD_ADDRESS", `\`${place}\` names no address`, `write ${ports || 8000} for every address`);
  if (host.includes(":") && !(host.startsWith("[") && host.endsWith("]"))) refuseBareIPv6(place, host, ports);
  if (ports === "") refuseWithoutPort(place, host);
  return { host, ports };
}

function refuseWithoutPort(place: string, host: string): never {
  return fail("BAD_PORT", `\`${place}\` names no port`, `write ${host}:8000`);
}

function refuseBareIPv6(place: string, host: string, ports: string): never {
  const split = parseAddress(host) && /^[0-9-]+$/.test(ports);
  const hint = split ? `write [${host}]:${ports}` : `write [${parseAddress(place) ? place : "::1"}]:8000`;
  return fail("BAD_ADDRESS", `\`${place}\` leaves open where the address ends`, hint);
}

function hintForHost(text: string): string {
  if (text === "" || text === "*") return "leave the address out for every one, or write 0.0.0.0 or `::`";
  if (text.includes("%")) return "write the interface as its number, as in [fe80::1%2]:8000";
  if (/^[0-9.]+$/.test(text)) return "an IPv4 address has four numbers from 0 to 255, as in 127.0.0.1";
  if (/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(text))
    return "names are not looked up: give one of this machine's addresses, or localhost";
  return "give one as 127.0.0.1, 0.0.0.0, [::1], [::] or localhost";
}

function parseChoice(text: string, word: string): PortChoice {
  const range = /^(\d+)-(\d+)$/.exec(text);
  if (!range) {
    const port = parsePort(text, word);
    return port === 0 ? { kind: "any" } : { kind: "one", port };
  }
  const [from, to] = [parsePort(range[1]!, word), parsePort(range[2]!, word)];
  if (from === 0) fail("BAD_PORT", `the range \`${text}\` starts at 0`, "ranges start at 1; 0 alone is any free port");
  if (from > to) fail("BAD_PORT", `the range \`${text}\` runs backwards`, `write ${to}-${from}`);
  return from === to ? { kind: "one", port: from } : { kind: "range", from, to };
}

function parsePort(text: string, word: string): number {
  if (/^-?\d+$/.test(text) && !(Number(text) >= 0 && Number(text) <= 65_535)) {
    fail("BAD_PORT", `${text} is not a port`, "ports are 0 to 65535; 0 is any free one");
  }
  if (/^0\d+$/.test(text)) fail("BAD_PORT", `\`${text}\` starts with a zero`, `write ${Number(text)}`);
  return /^\d+$/.test(text) ? Number(text) : refuse(text, word);
}

/** In a list, what one part says (a name, a host, a protocol) could be meant for all: then each part has to say it. */
function refuseHalfSaid(said: readonly Said[], word: string): void {
  for (const field of ["name", "hosts", "protocol"] as const) {
    const count = said.filter((item) => item[field] !== undefined).length;
    if (count === 0 || count === said.length) continue;
    const hint = {
      name: "web=8000,api=8443",
      hosts: "127.0.0.1:8000,127.0.0.1:8443, or --host",
      protocol: "8000/tcp,8443/udp",
    };
    const label = { name: "a name", hosts: "an address", protocol: "a protocol" };
    fail("BAD_PORT", `\`${word}\` gives ${label[field]} to only some of its ports`, `give it to each: ${hint[field]}`);
  }
}

function formatChoice(ports: PortChoice): string {
  switch (ports.kind) {
    case "one":
      return String(ports.port);
    case "range":
      return `${ports.from}-${ports.to}`;
    case "first-of":
      return ports.among.join(",");
    case "any":
      return "0";
  }
}

function isLocalhost(hosts: readonly Address[]): boolean {
  return hosts.length === 2 && sameAddress(hosts[0]!, LOOPBACK4) && sameAddress(hosts[1]!, LOOPBACK6);
}

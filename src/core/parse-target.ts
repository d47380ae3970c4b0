import { type Address, parseAddress, unmapAddress } from "./address.ts";
import type { Protocol } from "./endpoint.ts";
import { fail } from "./error.ts";
import type { Target, TargetHost, TargetUrl } from "./target.ts";

const SHAPES =
  "a target is a port, HOST:PORT or a URL, as in 8000, db.lan:5432, [::1]:8000 or http://db.lan:8000/health";
/** Longer URLs are refused by servers as well. */
const LONGEST = 2048;

const URL_PORTS: Readonly<Record<TargetUrl["scheme"], number>> = { http: 80, https: 443, ws: 80, wss: 443 };

/** Where other schemes are at home, for a hint. */
const OTHER_PORTS: Readonly<Record<string, number>> = {
  amqp: 5672,
  ftp: 21,
  ldap: 389,
  mongodb: 27_017,
  mqtt: 1883,
  mysql: 3306,
  postgres: 5432,
  postgresql: 5432,
  redis: 6379,
  rediss: 6380,
  sftp: 22,
  ssh: 22,
};

/**
 * Reads what somebody wants to reach: `8000`, `:8000`, `db.lan:5432`, `127.0.0.1:8000`, `[fe80::1%eth0]:8443`, `53/udp`,
 * `http://0.0.0.0:8000/health`. `udp` is `--udp`. Names become ASCII (IDN). Throws BAD_TARGET, whose text never repeats a
 * password.
 */
export function parseTarget(text: string, { udp = false }: { readonly udp?: boolean } = {}): Target {
  refuseUnfit(text);
  refuseSecrets(text);
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) return parsePlace(text, udp);
  if (!isUrlScheme(scheme.toLowerCase())) return refuseScheme(text, scheme.toLowerCase(), rest);
  if (udp) fail("BAD_TARGET", `\`${text}\` is spoken over TCP`, "leave --udp out, or write HOST:PORT");
  return parseUrl(text, scheme.toLowerCase() as TargetUrl["scheme"], rest);
}

/**
 * Refuses a user name and password, which would end in process lists and logs, even where one has a `/` in it: then what
 * stands before looks like a host with a port that is none. Throws BAD_TARGET.
 */
export function refuseSecrets(text: string): void {
  const authority = /^(?:[a-z][a-z0-9+.-]*:[/\\]+|[/\\]*)([^/\\?#]*)/i.exec(text)?.[1] ?? "";
  const oddPort = /:[^\]]*[^\d\]][^\]]*$/.test(authority);
  if (!authority.includes("@") && !(oddPort && text.includes("@"))) return;
  fail("BAD_TARGET", "a user name or password stands in the target", "leave out all that stands before the `@`");
}

function refuseUnfit(text: string): void {
  if (text === "") fail("BAD_TARGET", "an empty word is not a target", SHAPES);
  if (text.length > LONGEST) {
    fail("BAD_TARGET", `the target has ${text.length} characters`, `${LONGEST} are the most`);
  }
  // oxlint-disable-next-line no-control-regex -- what a URL parser would drop without a word
  if (/[\s\u0000-\u001f\u007f]/.test(text)) {
    fail("BAD_TARGET", "the target has a blank or a control character in it", "in a URL, a blank is written %20");
  }
}

function isUrlScheme(scheme: string): scheme is TargetUrl["scheme"] {
  return Object.hasOwn(URL_PORTS, scheme);
}

function refuseScheme(text: string, scheme: string, rest: string): never {
  const { host, port } = splitPlace(rest.split(/[/?#]/)[0] ?? "");
  const known = port ?? (Object.hasOwn(OTHER_PORTS, scheme) ? String(OTHER_PORTS[scheme]) : undefined);
  const hint =
    host === "" || known === undefined
      ? "portguard speaks http, https, ws and wss; anything else is written HOST:PORT"
      : `whether it takes a connection: write ${host}:${known}`;
  return fail("BAD_TARGET", `portguard does not speak \`${scheme}\`, as \`${text}\` asks`, hint);
}

function parseUrl(text: string, scheme: TargetUrl["scheme"], rest: string): Target {
  const [, authority = "", tail = ""] = /^([^/\\?#]*)(.*)$/s.exec(rest) ?? [];
  const { host, port } = splitPlace(authority);
  if (host === "") fail("BAD_TARGET", `\`${text}\` names no host`, `write ${scheme}://localhost${authority}${tail}`);
  const { pathname, search } = new URL(`http://host${tail}`);
  return {
    text,
    protocol: "tcp",
    port: port === undefined || port === "" ? URL_PORTS[scheme] : parsePort(port, text),
    // In a URL the `%` before a zone may itself be written `%25` (RFC 6874).
    host: parseHost(host.replace(/^(\[[^%\]]*%)25(?=[^\]])/, "$1"), text),
    url: { scheme, path: `${pathname}${search}` },
  };
}

/** `8000`, `:8000`, `HOST:PORT`, each with `/tcp` or `/udp` behind it. */
function parsePlace(text: string, udp: boolean): Target {
  const { place, protocol } = splitProtocol(text, udp);
  if (/^:?-?\d+$/.test(place)) {
    return { text, protocol, port: parsePort(place.replace(/^:/, ""), text), host: { kind: "this-machine" } };
  }
  if (/^:?\d+[-,]\d/.test(place)) fail("BAD_TARGET", `\`${text}\` is more than one port`, "ask for one at a time");
  const { host, port } = splitPlace(place);
  if (host.includes(":") && !host.startsWith("[")) refuseBareIPv6(text, host, port);
  if (host === "") fail("BAD_TARGET", `\`${text}\` is not a target`, SHAPES);
  const where = parseHost(host, text);
  if (port === undefined || port === "") {
    fail("BAD_TARGET", `\`${text}\` names no port`, `write ${host}:8000, or http://${host}/ for a web server's own`);
  }
  return { text, protocol, port: parsePort(port, text), host: where };
}

function splitProtocol(text: string, udp: boolean): { readonly place: string; readonly protocol: Protocol } {
  const [place = "", ...rest] = text.split("/");
  const said = rest.join("/").toLowerCase();
  if (rest.length === 0) return { place, protocol: udp ? "udp" : "tcp" };
  if (said === "tcp" && udp) fail("BAD_TARGET", `\`${text}\` and --udp contradict each other`, "leave one of them out");
  if (said === "tcp" || said === "udp") return { place, protocol: said };
  if (place === "" || place.toLowerCase() === "unix:") {
    fail("BAD_TARGET", `\`${text}\` is a file, not a place in the network`, "`curl --unix-socket` asks a unix socket");
  }
  const where = text.replace(/^:?(?=\d+\/)/, "localhost:");
  return fail("BAD_TARGET", `\`${text}\` has a path, but no scheme`, `write http://${where}`);
}

/** Cuts at the last colon outside of brackets; `port` is missing where there is none. */
function splitPlace(place: string): { readonly host: string; readonly port?: string } {
  const bracket = place.lastIndexOf("]");
  const colon = place.lastIndexOf(":");
  if (colon <= bracket) return { host: place };
  return { host: place.slice(0, colon), port: place.slice(colon + 1) };
}

function parsePort(digits: string, text: string): number {
  if (!/^-?\d+$/.test(digits)) fail("BAD_TARGET", `\`${digits}\` is not a port, in \`${text}\``, SHAPES);
  const port = Number(digits);
  if (port === 0)
    fail("BAD_TARGET", "port 0 can't be reached", "0 asks for any free port: name the one that was given");
  if (!(port >= 1 && port <= 65_535)) fail("BAD_TARGET", `${digits} is not a port`, "ports are 1 to 65535");
  if (digits.startsWith("0")) fail("BAD_TARGET", `\`${digits}\` starts with a zero`, `write ${port}`);
  return port;
}

function parseHost(host: string, text: string): TargetHost {
  if (host.startsWith("[") || host.endsWith("]")) return parseBracketed(host, text);
  const address = parseAddress(host);
  if (address?.family === 4) return { kind: "address", address };
  if (host.includes(":")) refuseBareIPv6(text, host, undefined);
  const name = toAsciiName(host);
  if (name === undefined) {
    const every = host === "*" ? "leave `*` out for this machine" : SHAPES;
    return fail("BAD_TARGET", `\`${host}\` is not a name or an address`, every);
  }
  // What getaddrinfo takes for an address is one here, too: 127.1, 0x7f000001.
  const numeric = parseAddress(name);
  return numeric ? { kind: "address", address: numeric } : { kind: "name", name };
}

/** `[::1]`, `[fe80::1%eth0]`: the zone is a name or a number of this machine, so it is kept as it was written. */
function parseBracketed(host: string, text: string): TargetHost {
  const [, bare = "", zone] = /^\[([^%\]]*)(?:%([^%\]]{1,64}))?\]$/.exec(host) ?? [];
  const address: Address | undefined = parseAddress(bare);
  if (address?.family !== 6) {
    return fail(
      "BAD_TARGET",
      `\`${host}\` is not an IPv6 address, in \`${text}\``,
      "write it as [::1] or [fe80::1%eth0]",
    );
  }
  return { kind: "address", address: unmapAddress(address), ...(zone !== undefined && { zone }) };
}

function refuseBareIPv6(text: string, host: string, port: string | undefined): never {
  const whole = parseAddress(text.split("%")[0] ?? "");
  const split = port !== undefined && /^\d+$/.test(port) && parseAddress(host.split("%")[0] ?? "");
  const hint = split ? `write [${host}]:${port}` : `write ${whole ? `[${text}]` : "[::1]"}:8000`;
  return fail("BAD_TARGET", `\`${text}\` leaves open where the address ends`, hint);
}

/** A host name in lower-case ASCII (`bücher.example` → `xn--bcher-kva.example`); nothing where it can't be one. */
function toAsciiName(host: string): string | undefined {
  if (host.includes("%") || !URL.canParse(`http://${host}/`)) return undefined;
  const { hostname } = new URL(`http://${host}/`);
  const labels = hostname.replace(/\.$/, "").split(".");
  const isName =
    hostname.length <= 254 && labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  return isName ? hostname : undefined;
}

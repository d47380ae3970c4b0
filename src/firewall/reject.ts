/** What a rejected client is told. Names of ICMP as nft has them, one for both families. */
export type Reject =
  | "tcp-reset"
  | "net-unreachable"
  | "host-unreachable"
  | "protocol-unreachable"
  | "port-unreachable"
  | "net-prohibited"
  | "host-prohibited"
  | "admin-prohibited"
  | "no-route"
  | "address-unreachable"
  | "not-neighbour"
  | "policy-fail"
  | "reject-route";

/** What `connect()` fails with; of a UDP socket: what it gets, or nothing where the kernel keeps it to itself. */
export type Errno = "ECONNREFUSED" | "EHOSTUNREACH" | "ENETUNREACH" | "ENOPROTOOPT" | "EACCES";

interface Told {
  readonly code: number;
  readonly errno: Errno;
  /** Whether a connected UDP socket hears of it (`icmp_err_convert[].fatal`). */
  readonly udp: boolean;
}

/** ICMP type 3, by net/ipv4/icmp.c. */
const V4: Partial<Record<Reject, Told>> = {
  "net-unreachable": { code: 0, errno: "ENETUNREACH", udp: false },
  "host-unreachable": { code: 1, errno: "EHOSTUNREACH", udp: false },
  "protocol-unreachable": { code: 2, errno: "ENOPROTOOPT", udp: true },
  "port-unreachable": { code: 3, errno: "ECONNREFUSED", udp: true },
  "net-prohibited": { code: 9, errno: "ENETUNREACH", udp: true },
  "host-prohibited": { code: 10, errno: "EHOSTUNREACH", udp: true },
  "admin-prohibited": { code: 13, errno: "EHOSTUNREACH", udp: true },
};

/** ICMPv6 type 1, by net/ipv6/icmp.c. */
const V6: Partial<Record<Reject, Told>> = {
  "no-route": { code: 0, errno: "ENETUNREACH", udp: false },
  "admin-prohibited": { code: 1, errno: "EACCES", udp: true },
  "not-neighbour": { code: 2, errno: "EHOSTUNREACH", udp: false },
  "address-unreachable": { code: 3, errno: "EHOSTUNREACH", udp: false },
  "port-unreachable": { code: 4, errno: "ECONNREFUSED", udp: true },
  "policy-fail": { code: 5, errno: "EACCES", udp: true },
  "reject-route": { code: 6, errno: "EACCES", udp: true },
};

/** What the client's socket makes of it; nothing: it never hears of it. */
export function errnoOf(reject: Reject, family: 4 | 6, protocol: "tcp" | "udp"): Errno | undefined {
  if (reject === "tcp-reset") return "ECONNREFUSED";
  const told = toldOf(reject, family);
  return told && (protocol === "tcp" || told.udp) ? told.errno : undefined;
}

/** The ICMP packet that says so; nothing for a reset, and for what this family does not have. */
export function icmpOf(reject: Reject, family: 4 | 6): { readonly type: number; readonly code: number } | undefined {
  const told = toldOf(reject, family);
  return told && { type: family === 4 ? 3 : 1, code: told.code };
}

function toldOf(reject: Reject, family: 4 | 6): Told | undefined {
  return (family === 4 ? V4 : V6)[reject];
}

import { ANY4, ANY6 } from "./address.ts";
import { type Endpoint, overlaps } from "./endpoint.ts";
import { fail } from "./error.ts";
import { formatPortRequest } from "./parse-port-request.ts";
import type { PortRequest } from "./port-request.ts";

/** Refuses requests that can't all be granted: the same port twice, two names alike. Throws BAD_PORT. */
export function checkPortRequests(requests: readonly PortRequest[]): void {
  for (const [index, request] of requests.entries()) {
    for (const earlier of requests.slice(0, index)) {
      refuseSameName(earlier, request);
      refuseSamePort(earlier, request);
    }
  }
}

/** Case doesn't tell names apart: they can end in environment variables, which Windows compares without it. */
function refuseSameName(a: PortRequest, b: PortRequest): void {
  if (a.name === undefined || a.name.toLowerCase() !== b.name?.toLowerCase()) return;
  fail("BAD_PORT", `two ports are named \`${b.name}\``, "give each its own name, as in web=8000 api=8443");
}

function refuseSamePort(a: PortRequest, b: PortRequest): void {
  if (!endpointsOf(a).some((one) => endpointsOf(b).some((other) => overlaps(one, other)))) return;
  fail(
    "BAD_PORT",
    `\`${formatPortRequest(a)}\` and \`${formatPortRequest(b)}\` are the same port`,
    "ask for each port once",
  );
}

/** Where a fixed port would be; a range or any port gives way to the others, so it never collides. */
function endpointsOf({ hosts, ports, protocol }: PortRequest): readonly Endpoint[] {
  if (ports.kind !== "one") return [];
  const addresses = hosts === "every" ? [ANY4, ANY6] : hosts;
  return addresses.map((address) => ({ protocol, address, port: ports.port, dual: false }));
}

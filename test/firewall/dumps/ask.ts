import { parseCidr } from "../../../src/core/cidr.ts";
import type { FirewallAnswer } from "../../../src/core/firewall-answer.ts";
import type { DumpQuestion } from "../../../src/firewall/dumps/question.ts";
import { askDumps, readDumps } from "../../../src/firewall/dumps/read-dumps.ts";

/** What these dumps say of a connection to port 8000 from this client (an address or a network). */
export function askOf(
  dumps: string | readonly string[],
  from = "192.168.1.50",
  of: Partial<DumpQuestion> = {},
): FirewallAnswer {
  const texts = typeof dumps === "string" ? [dumps] : dumps;
  const network = parseCidr(from)!;
  const dumped = readDumps(texts.map((text, index) => ({ name: `dump ${index}`, text })));
  return askDumps(dumped, {
    protocol: "tcp",
    port: 8000,
    family: network.address.family,
    from: { kind: "network", network },
    ...of,
  });
}

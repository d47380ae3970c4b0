import { type Cidr, formatCidr, halvesOf } from "../../core/cidr.ts";
import type { RuleRequest } from "../../core/rule-request.ts";
import { formatPorts } from "../../core/rule-request.ts";
import type { Source } from "./plan.ts";

/** What tells two of ufw's rules apart, as ufw itself does: their action and comment do not. */
interface UfwIdentity {
  readonly protocol: string;
  readonly port: string;
  readonly source: string;
  /** `in`, or `in_eth0`. */
  readonly direction: string;
}

const EVERYWHERE = { 4: "0.0.0.0/0", 6: "::/0" } as const;
const MOST_SPLITS = 3;

/** The line of ufw's rule file that stands for this rule, with the comment that makes it ours. */
export function tupleOf(request: RuleRequest, source: Source, family: 4 | 6, comment: string): string {
  const { protocol, port, source: from, direction } = identityOf(request, source, family);
  const action = request.action === "open" ? "allow" : "deny";
  const hex = Buffer.from(comment).toString("hex");
  const any = EVERYWHERE[family];
  return `### tuple ### ${action} ${protocol} ${port} ${any} any ${from} ${direction} comment=${hex}`;
}

/**
 * ufw has each rule once, whatever its action: where one of others stands in the way, an equal one is neither put before it
 * nor moved. It is left alone, and the source is told in halves, which is the same and is not equal.
 */
export function avoidEqual(
  request: RuleRequest,
  source: Source,
  rulesFiles: string,
  splits = 0,
): readonly Source[] | "equal" {
  const taken = familiesOf(source).filter((family) => hasEqual(rulesFiles, request, source, family));
  if (taken.length === 0) return [source];
  if (splits === MOST_SPLITS) return "equal";
  const parts = familiesOf(source).flatMap((family) => {
    const halves = halvesOf(source.cidr ?? everywhere(family));
    return halves ? halves.map((cidr) => ({ family, cidr })) : [];
  });
  if (parts.length === 0) return "equal";
  const avoided = parts.map((part) => avoidEqual(request, part, rulesFiles, splits + 1));
  return avoided.includes("equal") ? "equal" : avoided.flatMap((each) => (each === "equal" ? [] : each));
}

export function familiesOf({ family }: Source): readonly (4 | 6)[] {
  return family === undefined ? [4, 6] : [family];
}

/** `from any`, in one family or both, or a network. */
export function sourceText({ family, cidr }: Source): string {
  if (cidr) return withoutFullPrefix(cidr);
  return family === undefined ? "any" : EVERYWHERE[family];
}

function everywhere(family: 4 | 6): Cidr {
  return { address: { family, text: family === 4 ? "0.0.0.0" : "::", scopeId: 0 }, prefix: 0 };
}

function identityOf(request: RuleRequest, { cidr }: Source, family: 4 | 6): UfwIdentity {
  return {
    protocol: request.protocol,
    port: formatPorts(request.ports, ":"),
    source: cidr ? withoutFullPrefix(cidr) : EVERYWHERE[family],
    direction: request.interface === undefined ? "in" : `in_${request.interface}`,
  };
}

/** Ours do not count: they carry our comment, and are found by it. */
function hasEqual(rulesFiles: string, request: RuleRequest, source: Source, family: 4 | 6): boolean {
  const wanted = identityOf(request, source, family);
  const ours = Buffer.from(`portguard:${request.id}`).toString("hex");
  return rulesFiles.split("\n").some((line) => {
    const [, , , action, protocol, port, destination, sourcePort, from, direction, comment] = line.split(" ");
    if (!line.startsWith("### tuple ### ") || action === undefined || comment === `comment=${ours}`) return false;
    return (
      protocol === wanted.protocol &&
      port === wanted.port &&
      destination === EVERYWHERE[family] &&
      sourcePort === "any" &&
      from === wanted.source &&
      direction === wanted.direction
    );
  });
}

/** ufw writes one address without its prefix. */
function withoutFullPrefix(cidr: Cidr): string {
  const most = cidr.address.family === 4 ? 32 : 128;
  return cidr.prefix === most ? cidr.address.text : formatCidr(cidr);
}

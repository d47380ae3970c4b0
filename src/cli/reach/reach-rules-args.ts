import { type Address, parseAddress } from "../../core/address.ts";
import { cidrOf } from "../../core/cidr.ts";
import { fail } from "../../core/error.ts";
import { parseVantage } from "../../core/parse-vantage.ts";
import type { Target, Vantage } from "../../core/target.ts";
import type { DumpClient, DumpQuestion } from "../../firewall/dumps/question.ts";
import { oneOf, refuseBoth, textOf, textsOf } from "../words/flag-values.ts";
import type { FlagValues } from "../words/parse-args.ts";

/** `reach --rules`: a question to the rules of some machine, and to nothing else. */
export interface RulesArgs {
  readonly kind: "rules";
  readonly target: Target;
  readonly from: Vantage;
  readonly question: DumpQuestion;
  /** `-` is stdin. */
  readonly files: readonly string[];
  readonly trace: boolean;
  readonly quiet: boolean;
}

/** What only the rules of another machine can be asked. */
const OF_RULES = ["to", "in", "profile", "program"] as const;
/** What is done only where something is contacted. */
const OF_CONTACT = ["probe", "origin", "timeout", "follow", "html", "path", "fix", "yes", "dry-run"] as const;
const PROFILES = ["domain", "private", "public"] as const;

/** Nothing where no rules are given. Throws BAD_USAGE, BAD_ADDRESS. */
export function readRulesQuestion(flags: FlagValues, target: Target | undefined): RulesArgs | undefined {
  const files = textsOf(flags, "rules");
  if (files.length === 0) {
    const odd = OF_RULES.find((name) => flags.has(name));
    if (odd !== undefined) fail("BAD_USAGE", `--${odd} is asked of the rules of a dump`, "give them: --rules=FILE");
    return undefined;
  }
  if (!target)
    return fail("BAD_USAGE", "no target is given", "say which port, as in `portguard reach 8000 --rules FILE`");
  for (const name of OF_CONTACT)
    refuseBoth(flags, "rules", name, "don't go together: with --rules nothing is contacted");
  refuseBoth(flags, "json", "quiet");
  if (files.filter((file) => file === "-").length > 1) fail("BAD_USAGE", "stdin is given twice", "give it once");
  const from = parseVantage(textOf(flags, "from") ?? failWithoutClient());
  return {
    kind: "rules",
    target,
    from,
    question: readDumpQuestion(flags, target, from),
    files,
    trace: flags.has("trace"),
    quiet: flags.has("quiet"),
  };
}

function failWithoutClient(): never {
  return fail(
    "BAD_USAGE",
    "who would connect is not said",
    "say it: --from=192.168.1.50, --from=internet, or --from=here for that machine itself",
  );
}

function readDumpQuestion(flags: FlagValues, target: Target, from: Vantage): DumpQuestion {
  const to = readDestination(flags, target);
  const [name, profile, program] = ["in", "profile", "program"].map((flag) => textOf(flags, flag));
  const client = readClient(from);
  if (client.kind === "self" && name !== undefined) {
    fail("BAD_USAGE", "what a machine says to itself comes in by lo alone", "leave --in out, or say who else connects");
  }
  return {
    protocol: target.protocol,
    port: target.port,
    family: readFamily(flags, to, client),
    from: client,
    ...(to && { to }),
    ...(name !== undefined && { interface: name }),
    ...(profile !== undefined && { profile: oneOf(PROFILES, profile, "--profile") }),
    ...(program !== undefined && { program }),
  };
}

/** Names are not looked up here: the dump may be of another network. */
function readDestination(flags: FlagValues, { host, text }: Target): Address | undefined {
  const named = textOf(flags, "to");
  if (host.kind === "name") {
    return fail("BAD_USAGE", `\`${text}\` is not looked up: with --rules nothing is contacted`, "give its address");
  }
  if (named === undefined) return host.kind === "address" ? host.address : undefined;
  const address =
    parseAddress(named) ?? fail("BAD_ADDRESS", `\`${named}\` is not an address`, "as in --to=192.168.1.20");
  if (host.kind === "address" && host.address.text !== address.text) {
    fail("BAD_USAGE", `\`${text}\` and --to=${named} say two addresses`, "leave one of them out");
  }
  return address;
}

function readClient(from: Vantage): DumpClient {
  switch (from.kind) {
    case "here":
      return { kind: "self" };
    case "internet":
      return { kind: "internet" };
    case "network":
      return { kind: "network", network: cidrOf(from.address, from.prefix) };
    case "lan":
    case "container":
      return fail(
        "BAD_USAGE",
        `where the ${from.kind === "lan" ? "LAN" : "containers"} of that machine ${from.kind === "lan" ? "is" : "are"} does not stand in its rules`,
        "give an address or a network: --from=192.168.1.0/24",
      );
  }
}

function readFamily(flags: FlagValues, to: Address | undefined, from: DumpClient): 4 | 6 {
  refuseBoth(flags, "4", "6");
  const asked: 4 | 6 | undefined = flags.has("6") ? 6 : flags.has("4") ? 4 : undefined;
  const client = from.kind === "network" ? from.network.address.family : undefined;
  const said = [to?.family, client, asked].filter((family) => family !== undefined);
  const [first] = said;
  if (said.some((family) => family !== first)) {
    fail("BAD_USAGE", "the addresses are of two families", "give both in IPv4, or both in IPv6");
  }
  return first ?? 4;
}

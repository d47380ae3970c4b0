import type { Address } from "../../core/address.ts";
import { type Cidr, cidrContains, cidrOf } from "../../core/cidr.ts";
import type { FirewallAnswer } from "../../core/firewall-answer.ts";
import type { WindowsProfile } from "../../core/rule-request.ts";
import { numberOf } from "../addresses.ts";
import { answerOfWindows } from "../windows/answer.ts";
import { evaluateWindows } from "../windows/evaluate.ts";
import { type WindowsConnection, type AddressSpec, type WindowsFirewall, WINDOWS_PROFILES } from "../windows/model.ts";
import { networkBounds, rangeBounds } from "./address-bounds.ts";
import { type Cases, casesOf } from "./cases.ts";
import type { Mentioned } from "./mentioned.ts";
import { describeQuestion, openAnswer } from "./open-answer.ts";
import type { DumpQuestion } from "./question.ts";
import { settleCases } from "./settle-cases.ts";

/** What the rules of a Windows registry do with the connection, for every kind of network that it may come by. */
export function askWindows(firewall: WindowsFirewall, question: DumpQuestion): FirewallAnswer {
  const { profile, from } = question;
  if (from.kind === "self") {
    const because = "let through: Windows' firewall leaves what stays on the machine alone";
    return { verdict: "accept", because, asked: describeQuestion(question), assumed: [], trace: [] };
  }
  const profiles = profile === undefined ? WINDOWS_PROFILES : [profile];
  const answers = profiles.map((each) => ({ profile: each, answer: askOn(firewall, question, each) }));
  const [first] = answers;
  const other = answers.find(({ answer }) => answer.verdict !== first!.answer.verdict);
  if (!other) return answers.at(-1)!.answer;
  const parts = answers.map((each) => `on a ${each.profile} network it is ${ENDS[each.answer.verdict]}`);
  const open = openAnswer(question, `${parts.join(", ")}: \`--profile\` says which it is`);
  return { ...open, assumed: first!.answer.assumed, trace: first!.answer.trace };
}

const ENDS = { accept: "let through", drop: "dropped", reject: "rejected", unknown: "not known" } as const;

function askOn(firewall: WindowsFirewall, question: DumpQuestion, profile: WindowsProfile): FirewallAnswer {
  const cases = casesOf(question, mentionedByWindows(firewall), firewall.rules.length);
  if ("because" in cases) return openAnswer(question, cases.because);
  const judged = pairsOf(cases).map(({ source, destination }) => {
    return { source, destination, answer: judge(firewall, question, { source, destination, profile }) };
  });
  return settleCases(question, cases, judged);
}

interface Pair {
  readonly source: Address;
  readonly destination: Address;
}

/** Rules of Windows that name an interface are not understood, whichever it is. */
function pairsOf({ destinations, sources }: Cases): Pair[] {
  return destinations.flatMap((destination) => sources.map((source) => ({ source, destination })));
}

/** `LocalSubnet` is asked both ways where it is not said which network that machine is on. */
function judge(
  firewall: WindowsFirewall,
  question: DumpQuestion,
  { source, destination, profile }: Pair & { readonly profile: WindowsProfile },
): FirewallAnswer {
  const { protocol, port, program } = question;
  const near = cidrOf(source, source.family === 4 ? 24 : 64);
  const ask = (localSubnets: readonly Cidr[]) =>
    evaluateWindows(firewall, {
      protocol,
      port,
      local: destination,
      remote: source,
      profile,
      ...(program !== undefined && { program, ...serviceOf(program) }),
      localSubnets,
      environment: ENVIRONMENT,
      version: { major: 10, minor: 0 },
    });
  const [beside, apart] = [ask([near]), ask([])];
  const asked = describeQuestion(question);
  if (beside.kind === apart.kind) return answerOfWindows(beside, asked, protocol);
  if (!question.to) {
    const because = `it hangs on whether ${source.text} is in a subnet of that machine: \`--to\` with its address tells`;
    return { ...openAnswer(question, because), trace: answerOfWindows(beside, asked, protocol).trace };
  }
  const isNear = cidrContains(near, question.to);
  const what = `${source.text} ${isNear ? "is" : "is not"} in a subnet of that machine`;
  return { ...answerOfWindows(isNear ? beside : apart, asked, protocol), assumed: [what] };
}

/** Where Windows puts itself, on nearly every machine. */
const ENVIRONMENT = {
  SystemRoot: "C:\\Windows",
  windir: "C:\\Windows",
  ProgramFiles: "C:\\Program Files",
  "ProgramFiles(x86)": "C:\\Program Files (x86)",
  SystemDrive: "C:",
};

/** Services live in svchost.exe, unless they have a program of their own: that can't be told. */
function serviceOf(program: string): Pick<WindowsConnection, "service"> {
  return /[\\/](?:node|python\w*|java|ruby|php|deno|bun|go|dotnet|docker\w*)\.exe$/i.test(program)
    ? { service: { kind: "none" } }
    : {};
}

function mentionedByWindows({ rules }: WindowsFirewall): Mentioned {
  const known = rules.flatMap(({ rule }) =>
    rule.kind === "rule" && rule.active && rule.direction === "in" ? [rule] : [],
  );
  return {
    interfaces: { exact: new Set(), prefixes: new Set() },
    own: boundsOf(known.flatMap(({ localAddresses }) => localAddresses)),
    clients: boundsOf(known.flatMap(({ remoteAddresses }) => remoteAddresses)),
    translatedTo: new Set(),
  };
}

function boundsOf(specs: readonly AddressSpec[]): Mentioned["own"] {
  const bounds = specs.flatMap((spec) => {
    switch (spec.kind) {
      case "network":
        return networkBounds(spec.network);
      case "range":
        return rangeBounds(numberOf(spec.first), numberOf(spec.last));
      // What it stands for is asked both ways, or not known.
      case "keyword":
        return [];
    }
  });
  return { bounds: new Set(bounds), isOdd: false };
}

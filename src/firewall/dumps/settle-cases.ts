import type { Address } from "../../core/address.ts";
import type { FirewallAnswer } from "../../core/firewall-answer.ts";
import type { Cases } from "./cases.ts";
import { describeQuestion, openAnswer } from "./open-answer.ts";
import type { DumpQuestion } from "./question.ts";

/** One case of a question, and what the rules say of it. */
export interface JudgedCase {
  readonly source: Address;
  readonly destination: Address;
  /** Nothing: from the machine itself, or not known which. */
  readonly interface?: string;
  readonly answer: FirewallAnswer;
}

/** One answer where all cases come to the same; else it is open, and what it hangs on is said. */
export function settleCases(question: DumpQuestion, cases: Cases, judged: readonly JudgedCase[]): FirewallAnswer {
  const [first, ...others] = judged;
  if (!first) return openAnswer(question, "no client could come to an address of that machine");
  const { answer } = first;
  const assumed = [...cases.assumed, ...answer.assumed];
  const other = others.find((each) => tellingOf(each.answer) !== tellingOf(answer));
  if (!other) return { ...answer, asked: describeQuestion(question), assumed };
  const because = `${sayCase(first, cases)}, and ${sayCase(other, cases)}: ${hintFor(first, other)}`;
  return { ...openAnswer(question, because), assumed, trace: answer.trace };
}

/** What a client can tell apart, and whether it is known at all. */
function tellingOf({ verdict, errno }: FirewallAnswer): string {
  return verdict === "reject" ? `reject ${errno}` : verdict;
}

const ENDS = { accept: "let through", drop: "dropped", reject: "rejected", unknown: "not known" } as const;

/** `to 10.0.0.1 by eth0 it is dropped`: of each that is open, what it was in this case. */
function sayCase({ source, destination, interface: by, answer }: JudgedCase, cases: Cases): string {
  const parts = [
    ...(cases.sources.length > 1 ? [`from ${source.text}`] : []),
    ...(cases.destinations.length > 1 ? [`to ${destination.text}`] : []),
    ...(cases.interfaces.length > 1 && by !== undefined ? [`by ${by}`] : []),
  ];
  return `${parts.join(" ")} it is ${ENDS[answer.verdict]}`;
}

/** How the question becomes narrow enough. */
function hintFor(a: JudgedCase, b: JudgedCase): string {
  const flags = [
    ...(a.source.text === b.source.text ? [] : ["`--from` with one address"]),
    ...(a.destination.text === b.destination.text ? [] : ["`--to`"]),
    ...(a.interface === b.interface ? [] : ["`--in`"]),
  ];
  return `${flags.join(" and ")} ${flags.length > 1 ? "say" : "says"} which is meant`;
}

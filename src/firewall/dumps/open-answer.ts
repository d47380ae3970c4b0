import { formatHostPort } from "../../core/address.ts";
import { formatCidr } from "../../core/cidr.ts";
import type { FirewallAnswer } from "../../core/firewall-answer.ts";
import type { DumpQuestion } from "./question.ts";

/** What is said where the question is too wide for one answer. */
export function openAnswer(question: DumpQuestion, because: string): FirewallAnswer {
  return { verdict: "unknown", because, asked: describeQuestion(question), assumed: [], trace: [] };
}

/** `tcp from 192.168.1.0/24 to port 8000 of that machine by eth0`. */
export function describeQuestion({ protocol, port, from, to, interface: name }: DumpQuestion): string {
  const at = to ? formatHostPort(to, port) : `port ${port} of that machine`;
  return `${protocol} from ${describeClient(from)} to ${at}${name === undefined ? "" : ` by ${name}`}`;
}

function describeClient(from: DumpQuestion["from"]): string {
  switch (from.kind) {
    case "self":
      return "the machine itself";
    case "internet":
      return "the internet";
    case "network": {
      const { address, prefix } = from.network;
      return prefix === (address.family === 4 ? 32 : 128) ? address.text : formatCidr(from.network);
    }
  }
}

import type { FirewallAnswer } from "../../core/firewall-answer.ts";
import { answerOfPf, type PfRules } from "../pf/answer.ts";
import type { PfPacket } from "../pf/evaluate.ts";
import type { PfLine, PfPlace } from "../pf/model.ts";
import { networkBounds } from "./address-bounds.ts";
import { type Cases, casesOf } from "./cases.ts";
import type { Mentioned } from "./mentioned.ts";
import { describeQuestion, openAnswer } from "./open-answer.ts";
import type { DumpQuestion } from "./question.ts";
import { settleCases } from "./settle-cases.ts";

/** What pf's rules do with the connection, asked for every case that they tell apart. */
export function askPf(dump: PfRules, question: DumpQuestion): FirewallAnswer {
  const cases = casesOf(question, mentionedByPf(dump.lines), dump.lines.length);
  if ("because" in cases) return openAnswer(question, cases.because);
  return settleCases(
    question,
    cases,
    casesIn(question, cases).map((packet) => ({
      ...packet,
      answer: answerOfPf(dump, packet, describeQuestion(question)),
    })),
  );
}

function casesIn({ protocol, port, from }: DumpQuestion, { interfaces, destinations, sources }: Cases): PfPacket[] {
  return interfaces.flatMap((name) =>
    destinations.flatMap((destination) =>
      sources.map((source): PfPacket => {
        const by = from.kind === "self" || source.text === destination.text ? "lo0" : name;
        return { protocol, port, source, destination, ...(by !== undefined && { interface: by }) };
      }),
    ),
  );
}

function mentionedByPf(lines: readonly PfLine[]): Mentioned {
  const rules = lines.flatMap((line) => (line.kind === "rule" ? [line] : []));
  const names = rules.flatMap(({ on }) => (on && on.name !== "lo0" ? [on.name] : []));
  return {
    // Without a number at its end it is the group of all such interfaces.
    interfaces: {
      exact: new Set(names.filter((name) => /\d$/.test(name))),
      prefixes: new Set(names.filter((name) => !/\d$/.test(name))),
    },
    own: { bounds: boundsIn(rules.map(({ to }) => to)), isOdd: false },
    clients: { bounds: boundsIn(rules.map(({ from }) => from)), isOdd: false },
    translatedTo: new Set(),
  };
}

function boundsIn(places: readonly PfPlace[]): ReadonlySet<bigint> {
  const addresses = places.flatMap((place) => place.addresses);
  return new Set(addresses.flatMap(({ at }) => (at.kind === "network" ? networkBounds(at.network) : [])));
}

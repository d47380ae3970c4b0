import type { Evidence } from "../../core/finding.ts";
import type { ResolverAnswer } from "../../core/network.ts";

/** What each resolver said by itself. */
export function showResolvers(resolvers: readonly ResolverAnswer[]): readonly Evidence[] {
  return resolvers.map(({ resolver, answer }) => ({ what: tellAnswer(answer), source: `resolver ${resolver.text}` }));
}

function tellAnswer(answer: ResolverAnswer["answer"]): string {
  switch (answer.kind) {
    case "addresses":
      return `it answers ${answer.addresses.map(({ text }) => text).join(", ")}`;
    case "none":
      return `it answers ${answer.shown}`;
    case "silent":
      return "it does not answer";
  }
}

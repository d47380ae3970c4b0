import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { IPSET, LISTED, SAVED, answersOf } from "./dumps.ts";
import { type Misread, anyDamaged, misreadLine, misreadStatement } from "./mutations.ts";

describe("a dump that was damaged", () => {
  test("is refused in one clear line, or evaluated, whatever was done to it", () => {
    fc.assert(
      fc.property(anyDamaged([...SAVED, ...LISTED, IPSET]), (text) => {
        answersOf([text, IPSET === text ? "" : SAVED[0]!.replace("*filter", "*raw")]);
        answersOf([text]);
      }),
      { numRuns: 500 },
    );
  });

  test("is refused where it was cut off, anywhere within a table", () => {
    fc.assert(
      fc.property(fc.constantFrom(...SAVED, ...LISTED), fc.double({ min: 0, max: 1, noNaN: true }), (text, where) => {
        const cut = text.slice(0, Math.floor(where * (text.trimEnd().length - 1))).trimEnd();
        // Between two tables nothing shows that there were more of them.
        if (cut === "" || cut.endsWith("COMMIT")) return;
        expect(answersOf([cut])).toBeUndefined();
      }),
      { numRuns: 400 },
    );
  });
});

describe("what is not understood of a rule is not taken for anything", () => {
  /** A certain answer is what each reading of the rule comes to, as far as that is certain itself. */
  function expectHonest({ text, readings }: Misread): void {
    const answers = answersOf([text, IPSET]);
    expect(answers).toBeDefined();
    for (const reading of readings) {
      for (const [index, answer] of answersOf([reading, IPSET])!.entries()) {
        const given = answers![index]!;
        if (given !== "unknown" && answer !== "unknown") expect(given).toBe(answer);
      }
    }
  }

  test("neither a match nor a target of iptables", () => {
    const property = fc.property(fc.nat(), fc.nat(), fc.nat(), fc.boolean(), (dump, which, what, isTarget) =>
      expectHonest(misreadLine(SAVED[dump % SAVED.length]!, which, what, isTarget)),
    );
    fc.assert(property, { numRuns: 120 });
  });

  test("nor a match of nft", () => {
    const property = fc.property(fc.nat(), fc.nat(), fc.nat(), (dump, which, what) =>
      expectHonest(misreadStatement(LISTED[dump % LISTED.length]!, which, what)),
    );
    fc.assert(property, { numRuns: 120 });
  });

  test("and it matters to some packets, but never to all", () => {
    const line = "-A DOCKER-USER -s 10.77.0.9/32 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP";
    const docker = SAVED.find((text) => text.includes(line))!;
    const answers = answersOf([docker.replace(line, "-A DOCKER-USER -m odd --odd 1 -j DROP")])!;
    const before = answersOf([docker])!;
    expect(answers.filter((answer) => answer === "unknown").length).toBeGreaterThan(0);
    expect(answers.filter((answer, index) => answer === before[index]).length).toBeGreaterThan(0);
  });
});

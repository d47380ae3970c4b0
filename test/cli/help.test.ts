import { describe, expect, test } from "bun:test";
import { RESERVE_FLAGS } from "../../src/cli/flags.ts";
import { renderLongHelp, renderRootHelp, renderShortHelp } from "../../src/cli/help.ts";
import { splitAtDashes } from "../../src/cli/parse-args.ts";
import { parseReserveArgs } from "../../src/cli/reserve-args.ts";
import { RESERVE_HELP } from "../../src/cli/reserve-help.ts";
import { VERBS } from "../../src/cli/verbs.ts";

const short = renderShortHelp(RESERVE_HELP);
const long = renderLongHelp(RESERVE_HELP);

describe("the help of reserve", () => {
  test("is one screen with -h: examples before the usage, the usual flags behind it", () => {
    expect(short.trimEnd().split("\n").length).toBeLessThanOrEqual(24);
    const order = ["portguard reserve:", "portguard reserve 8000 -- uvicorn", "usage:", "--handoff"];
    expect(order.map((text) => short.indexOf(text))).toEqual(
      order.map((text) => short.indexOf(text)).toSorted((a, b) => a - b),
    );
  });

  test("fits into 100 columns", () => {
    for (const line of `${short}${long}`.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("has every flag with --help", () => {
    for (const { name } of RESERVE_FLAGS) expect(long).toContain(`  --${name}`);
  });

  test("has three examples, each of which is a good line", () => {
    expect(RESERVE_HELP.examples).toHaveLength(3);
    for (const example of RESERVE_HELP.examples) {
      expect(parseReserveArgs(splitAtDashes(example.split(" ").slice(1))).request.ports).toHaveLength(1);
    }
  });
});

test("portguard's own help lists every verb", () => {
  for (const verb of Object.keys(VERBS)) expect(renderRootHelp(VERBS)).toContain(`  ${verb}  `);
});

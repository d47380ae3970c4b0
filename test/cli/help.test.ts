import { describe, expect, test } from "bun:test";
import { parseCleanArgs } from "../../src/cli/clean/clean-args.ts";
import { CLEAN_HELP, SCHEDULE_HELP } from "../../src/cli/clean/clean-help.ts";
import { parseShell } from "../../src/cli/completions/completions.ts";
import { COMPLETIONS_HELP } from "../../src/cli/completions/completions-help.ts";
import { spellFlag } from "../../src/cli/words/flags.ts";
import { parseFreeArgs } from "../../src/cli/free/free-args.ts";
import { FREE_HELP } from "../../src/cli/free/free-help.ts";
import { type HelpPage, renderLongHelp, renderRootHelp, renderShortHelp } from "../../src/cli/words/help.ts";
import { type Invocation, splitAtDashes } from "../../src/cli/words/parse-args.ts";
import { parsePickArgs } from "../../src/cli/pick/pick-args.ts";
import { PICK_HELP } from "../../src/cli/pick/pick-help.ts";
import { parseListArgs } from "../../src/cli/list/list-args.ts";
import { LIST_HELP } from "../../src/cli/list/list-help.ts";
import { parseReachArgs } from "../../src/cli/reach/reach-args.ts";
import { REACH_HELP } from "../../src/cli/reach/reach-help.ts";
import { parseReserveArgs } from "../../src/cli/reserve/reserve-args.ts";
import { RESERVE_HELP } from "../../src/cli/reserve/reserve-help.ts";
import { parseRestartArgs } from "../../src/cli/restart/restart-args.ts";
import { RESTART_HELP } from "../../src/cli/restart/restart-help.ts";
import { parseRuleArgs } from "../../src/cli/rule/rule-args.ts";
import { RULE_HELP } from "../../src/cli/rule/rule-help.ts";
import { VERBS } from "../../src/cli/verbs.ts";
import { parseWaitArgs } from "../../src/cli/wait/wait-args.ts";
import { WAIT_HELP } from "../../src/cli/wait/wait-help.ts";
import { parseWhoArgs } from "../../src/cli/who/who-args.ts";
import { WHO_HELP } from "../../src/cli/who/who-help.ts";
import { parseWrapArgs } from "../../src/cli/wrap/wrap-args.ts";
import { WRAP_HELP } from "../../src/cli/wrap/wrap-help.ts";

const PAGES: readonly HelpPage[] = [
  RESERVE_HELP,
  RESTART_HELP,
  REACH_HELP,
  RULE_HELP,
  WHO_HELP,
  WAIT_HELP,
  PICK_HELP,
  WRAP_HELP,
  LIST_HELP,
  FREE_HELP,
  CLEAN_HELP,
  SCHEDULE_HELP,
  COMPLETIONS_HELP,
];
const PARSERS: Readonly<Record<string, (invocation: Invocation) => unknown>> = {
  reserve: parseReserveArgs,
  restart: parseRestartArgs,
  reach: parseReachArgs,
  rule: parseRuleArgs,
  who: parseWhoArgs,
  wait: parseWaitArgs,
  pick: parsePickArgs,
  wrap: parseWrapArgs,
  list: parseListArgs,
  free: parseFreeArgs,
  clean: parseCleanArgs,
  completions: ({ words, command }) => parseShell(words, command),
};

describe.each(PAGES.map((page) => [page.verb, page] as const))("the help of %s", (verb, page) => {
  const short = renderShortHelp(page);
  const long = renderLongHelp(page);

  test("is one screen with -h: examples before the usage, the usual flags behind it", () => {
    expect(short.trimEnd().split("\n").length).toBeLessThanOrEqual(24);
    const order = [`portguard ${verb}:`, `  portguard ${page.examples[0]}`, "usage:", "  --"];
    expect(order.map((text) => short.indexOf(text))).toEqual(
      order.map((text) => short.indexOf(text)).toSorted((a, b) => a - b),
    );
    expect(short).toContain(page.examples[0] ?? "an example");
  });

  test("fits into 100 columns", () => {
    for (const line of `${short}${long}`.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("has every flag with --help, and says what a value looks like", () => {
    for (const flag of page.flags) {
      expect(long).toContain(`  ${spellFlag(flag)}`);
      expect([flag.name, flag.shows !== undefined]).toEqual([flag.name, flag.value !== "none"]);
    }
  });

  test("has three examples, each of which is a good line", () => {
    expect(page.examples).toHaveLength(3);
    for (const example of page.examples) {
      const [named = "", ...words] = example.split(" ");
      expect(`${example} `).toStartWith(`${verb} `);
      expect(() => PARSERS[named]?.(splitAtDashes(words))).not.toThrow();
    }
  });
});

test("a flag has one meaning, whichever verb takes it", () => {
  const all = PAGES.flatMap(({ verb, flags }) => flags.map((flag) => ({ verb, ...flag })));
  for (const flag of all) {
    const others = all.filter(({ name }) => name === flag.name);
    expect(others.map(({ value, short, repeatable, group }) => ({ value, short, repeatable, group }))).toEqual(
      others.map(() => ({ value: flag.value, short: flag.short, repeatable: flag.repeatable, group: flag.group })),
    );
  }
});

test("every verb has its page, and portguard's own help lists it", async () => {
  const pages = PAGES.filter((page) => page !== SCHEDULE_HELP);
  expect(Object.keys(VERBS)).toEqual(pages.map(({ verb }) => verb));
  expect(await Promise.all(Object.values(VERBS).map(({ help }) => help()))).toEqual(pages);
  for (const verb of Object.keys(VERBS)) expect(renderRootHelp(VERBS)).toMatch(new RegExp(`^  ${verb} `, "m"));
});

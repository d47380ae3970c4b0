import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { Stage } from "../../src/core/diagnosis.ts";
import { STAGES } from "../../src/core/finding.ts";
import { renderPath } from "../../src/report/reach-path.ts";
import { renderSpans } from "../../src/report/spans.ts";
import { chooseStyle } from "../../src/report/style.ts";
import { pathOf } from "./diagnosis.ts";

const UTF8 = chooseStyle("never", false, { LANG: "C.UTF-8" });
const ASCII = chooseStyle("never", false, { LANG: "C" });
const COLORED = chooseStyle("always", true, { LANG: "C.UTF-8" });

/** Of two columns, of one in several characters, and of none. */
const WIDE = fc.constantFrom("漢", "か", "👩‍💻", "e\u0301", " ");

const draw = (path: readonly Stage[], style = UTF8) => renderPath(path, style).map((line) => renderSpans(line, style));

describe("the path line", () => {
  test("shows every station with its mark, and what stands at the break", () => {
    expect(draw(pathOf({ firewall: "unknown rules not read", socket: "broken nobody on 8000" }))).toEqual([
      "  ✓ client ▸ - name ▸ ✓ route ▸ ? firewall ▸ ✗ socket ▸ - process ▸ - protocol",
      "                                             └ nobody on 8000",
    ]);
  });

  test("is ASCII where the terminal has only that", () => {
    expect(draw(pathOf({ name: "broken db.lan: EAI_NONAME", route: "none", socket: "unknown x" }), ASCII)).toEqual([
      "  + client > x name > - route > - firewall > ? socket > - process > - protocol",
      "             ` db.lan: EAI_NONAME",
    ]);
  });

  test("points at the first doubt where nothing is broken, and at nothing where all is well", () => {
    expect(draw(pathOf({ firewall: "unknown rules not read" }))[1]).toBe(`${" ".repeat(32)}└ rules not read`);
    expect(draw(pathOf({ socket: "ok 127.0.0.1:8000" }))).toHaveLength(1);
  });

  test("has the words on the other side of the mark where there is more room", () => {
    const [line = "", words = ""] = draw(pathOf({ process: `broken ${"a long name ".repeat(4).trim()}` }));
    expect(words).toEndWith("a long name a long name a long name a long name ┘");
    expect(words.indexOf("┘")).toBe(line.indexOf("✗"));
  });

  test("marks the break in red", () => {
    expect(draw(pathOf({ socket: "broken x" }), COLORED)[0]).toContain("\u001b[31m✗ socket\u001b[0m");
  });

  test("never takes more than 80 columns, whatever the names, and points at the right station", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.array(WIDE, { maxLength: 120 }).map((chars) => chars.join("")),
    );
    const mark = fc.constantFrom<Stage["mark"]>("ok", "broken", "unknown", "none");
    const stages = fc.tuple(...STAGES.map((name) => fc.record({ name: fc.constant(name), mark, text })));
    fc.assert(
      fc.property(stages, fc.boolean(), (path, utf8) => {
        const [line = "", words] = draw(path, utf8 ? UTF8 : ASCII);
        expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
        if (words === undefined) return;
        expect(Bun.stringWidth(words)).toBeLessThanOrEqual(80);
        const broken = path.findIndex((stage) => stage.mark === "broken");
        if (broken >= 0 && words.trimStart().startsWith(utf8 ? "└" : "`")) {
          expect(words.search(/[└`]/)).toBe(line.search(utf8 ? "✗" : " x ") + (utf8 ? 0 : 1));
        }
      }),
    );
  });
});

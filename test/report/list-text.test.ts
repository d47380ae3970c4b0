import { describe, expect, test } from "bun:test";
import type { Listed } from "../../src/core/listing.ts";
import { renderList, renderListChange } from "../../src/report/list-text.ts";
import { renderSpans } from "../../src/report/spans.ts";
import { chooseStyle } from "../../src/report/style.ts";
import { at, madeReservation } from "../state/made-reservation.ts";

const NOW = 100_000_000;
const PLAIN = chooseStyle("never", false, { LANG: "C.UTF-8" });
const LISTED: readonly Listed[] = [
  {
    at: at("127.0.0.1", 3000),
    state: "listening",
    process: { pid: 4711, name: "node", command: ["node"], user: "ada", startedAt: NOW - 5000, cwd: "/home/ada/site" },
    sharedWith: 0,
  },
  {
    at: at("0.0.0.0", 8000),
    state: "listening",
    process: { pid: 4712, name: "uvicorn", command: [], user: "ada", startedAt: NOW - 7_300_000, cwd: "/" },
    sharedWith: 2,
    reservation: madeReservation(),
  },
  { at: at("::", 9000, true), state: "held", sharedWith: 0, reservation: madeReservation({ name: "api" }), uid: 0 },
  { at: at("10.0.0.1", 22), state: "listening", sharedWith: 0, uid: 0, user: "root" },
];

function render(columns?: number): string[] {
  const lines = renderList(LISTED, NOW, { utf8: true, ...(columns !== undefined && { columns }) });
  return lines.map((line) => renderSpans(line, PLAIN));
}

describe("the table", () => {
  test("has a line for each place, with who has it, whose it is and to whom it is open", () => {
    expect(render()).toEqual([
      "address    port  open to       process     pid   user  age  directory       reservation",
      "127.0.0.1  3000  this machine  node        4711  ada   5s   /home/ada/site",
      "0.0.0.0    8000  others        uvicorn +2  4712  ada   2h   /home/ada/shop  shop-8000",
      "[::]       9000  nobody: held  ?           ?     0          /home/ada/shop  api",
      "10.0.0.1   22    others        ?           ?     root",
    ]);
  });

  test.each([100, 84, 70, 60, 50])("fits into %i columns", (columns) => {
    const lines = render(columns);
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(columns);
    expect(lines[2]).toContain("8000");
    expect(lines[2]).toContain("4712");
    expect(lines[2]).toContain("shop-8000");
  });

  test("keeps the end of a long directory", () => {
    expect(render(86)[2]).toContain("…");
    expect(render(86)[2]).toContain("/shop ");
  });

  test("is safe from what a program calls itself", () => {
    const evil = { ...LISTED[0]!, process: { pid: 1, name: "\u001b[2Jnode", command: [] } };
    const [, line = []] = renderList([evil], NOW, { utf8: true });
    expect(renderSpans(line, PLAIN)).toContain("\\x1b[2Jnode");
  });
});

test("a change says what, where and who", () => {
  const line = (change: "appeared" | "gone", index: number) =>
    renderSpans(renderListChange(change, LISTED[index]!, new Date(2026, 0, 2, 3, 4, 5)), PLAIN);
  expect(line("appeared", 1)).toBe("03:04:05 + 0.0.0.0:8000 uvicorn (pid 4712), reserved as shop-8000");
  expect(line("gone", 2)).toBe("03:04:05 - [::]:9000, held, reserved as api");
});

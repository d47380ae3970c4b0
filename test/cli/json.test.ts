import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PICK_JSON } from "../../src/cli/pick/pick-help.ts";
import { WRAP_JSON } from "../../src/cli/wrap/wrap-help.ts";
import { SWEPT_JSON } from "../../src/report/clean-text.ts";
import { expandFields, type JsonField } from "../../src/report/json-fields.ts";
import { KILLS_JSON } from "../../src/report/kill-log-text.ts";
import { LIST_CHANGE_JSON, LIST_JSON } from "../../src/report/list-json.ts";
import { PLAN_JSON } from "../../src/report/plan-text.ts";
import { RESTART_JSON } from "../../src/report/restart-text.ts";
import { SCHEDULE_JSON } from "../../src/report/schedule-text.ts";
import { FREED_JSON } from "../../src/report/stop-json.ts";
import { WHO_JSON } from "../../src/report/who-json.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { ask, portguard, STATE } from "../free/freeing.ts";
import { server } from "../holders/scene.ts";
import { fieldsOf, untold } from "../report/fields-of.ts";

/** What portguard really says has no field that the help does not list, and every field that is always there. */
async function expectTold(table: readonly JsonField[], ...words: readonly (string | number)[]): Promise<void> {
  const { stdout } = await ask([...words, "--json"]);
  expectListed(table, stdout);
}

function expectListed(table: readonly JsonField[], text: string): void {
  expect(untold(text, table)).toEqual([]);
  const always = expandFields(table).filter((field) => !/[?[]/.test(field));
  expect(fieldsOf(JSON.parse(text))).toEqual(expect.arrayContaining(always));
}

test("what who, free, clean, list and restart really say is told by their help", async () => {
  const port = freePort();
  const name = `json-${process.pid}`;
  await using run = portguard(["reserve", port, "--name", name, "--", ...server(port)]);
  await until("its record", async () => (await ask(["list", "--name", name, "--url"])).stdout.includes(`:${port}`));
  await expectTold(WHO_JSON, "who");
  await expectTold(WHO_JSON, "who", port);
  await expectTold(LIST_JSON, "list");
  await using follow = portguard(["list", "--follow", "--json", "--name", name]);
  const line = await until("a line", () => /^.*\n/.exec(follow.stdout)?.[0]);
  expectListed(LIST_CHANGE_JSON, line);
  await expectTold(RESTART_JSON, "restart", name);
  await expectTold(RESTART_JSON, "restart", "nobody-has-it");
  await expectTold(SWEPT_JSON, "clean");
  await expectTold(PLAN_JSON, "free", port, "--dry-run");
  await expectTold(FREED_JSON, "free", port, "--yes");
  await run.ended();
  await expectTold(KILLS_JSON, "clean", "--log");
});

test("what pick really says is told by its help", async () => {
  await using picked = portguard(["pick", "--count", "2", "--for", "1m", "--json"]);
  expect(await picked.ended()).toBe(0);
  expectListed(PICK_JSON, picked.stdout);
});

test("what clean schedule really says is told by its help", async () => {
  await expectTold(SCHEDULE_JSON, "clean", "schedule", "--status", "--with", "cron");
  await expectTold(PLAN_JSON, "clean", "schedule", "--remove", "--dry-run");
});

test("what wrap really says is told by its help", async () => {
  const file = join(STATE, `${process.pid}.mcp.json`);
  writeFileSync(file, '{"mcpServers": {"shim": {"command": "python", "args": ["shim.py"]}}}');
  await expectTold(WRAP_JSON, "wrap", file, "shim", "--port", "3005", "--dry-run");
  await expectTold(WRAP_JSON, "wrap", file, "shim", "--port", "3005");
  await expectTold(WRAP_JSON, "wrap", file, "shim", "--undo");
});

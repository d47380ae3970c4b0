import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, driveBare, type Run } from "../drive.ts";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { needThat } from "../need.ts";
import { driveAlone, serverFor } from "./guarded.ts";

const FAKETIME = ["x86_64", "aarch64"]
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path));

const folder = mkdtempSync(join(tmpdir(), "portguard-clock-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The clock of a program whose environment this is; the one that only goes forward is left alone, as a kernel leaves it. */
function clock(name: string) {
  const file = join(folder, name);
  const set = (offset: string) => writeFileSync(file, `${offset}\n`);
  set("+0");
  const env = {
    LD_PRELOAD: FAKETIME!,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  return { env, set };
}

async function ask(of: Run, ...words: readonly string[]) {
  await using run = driveBare([binary(), ...words, "--json"], { env: { XDG_STATE_HOME: of.state } });
  return { code: await run.ended(), told: JSON.parse(run.stdout) as Record<string, unknown> };
}

const pidOn = async (port: number) => Number((await get("127.0.0.1", port)).body);
const yearOf = (run: Run, index: number) => new Date(String(run.events.at(index)?.["time"])).getUTCFullYear();

if (needThat("faketime", FAKETIME !== undefined)) {
  describe("a clock that is set while a reservation runs", () => {
    test.each([
      ["back", "-400d", -1],
      ["forward", "+400d", 1],
    ])("%s changes nothing of it", async (way, offset, years) => {
      const port = freePort();
      const { env, set } = clock(way);
      const command = ["env", "-u", "LD_PRELOAD", ...serverFor("takeover", port)];
      const flags = ["--name", "api", "--restart", "on-failure", "--ready-timeout", "60s"];
      await using run = driveAlone({ args: ["reserve", `${port}`, ...flags, "--", ...command], env, ports: [port] });
      await run.event("ready");
      const before = yearOf(run, -1);
      set(offset);
      expect((await ask(run, "restart", "api")).told).toMatchObject({ ok: true, generation: 2 });
      expect(Math.sign(yearOf(run, -1) - before)).toBe(years);
      expect(await ask(run, "list", "--name", "api")).toMatchObject({ code: 0 });
      const crashed = await pidOn(port);
      process.kill(crashed, "SIGKILL");
      await until("a third generation", () => run.events.filter(({ event }) => event === "ready").length === 3);
      expect(await pidOn(port)).not.toBe(crashed);
      expect(await run.stop("SIGTERM")).toBe("SIGTERM");
      await run.expectNothingLeft();
    });
  });
}

import { expect, test } from "bun:test";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { ask, portguard } from "./freeing.ts";

test("the log says of a pick that was ended whose it was, and no command that nobody types", async () => {
  await using run = portguard(["pick", "--for", "60s", "--json"]);
  expect(await run.ended()).toBe(0);
  const { ports, keeper } = JSON.parse(run.stdout) as { ports: number[]; keeper: number };
  expect((await ask(["free", ports[0]!, "--yes"])).exit).toBe(0);
  const { stdout } = await ask(["clean", "--log", "--json"]);
  const { kills } = JSON.parse(stdout) as { kills: { pid: number; role: string; again?: string }[] };
  const mine = kills.filter(({ pid }) => pid === keeper);
  expect(mine).toMatchObject([{ role: "reservation" }]);
  expect(mine[0]).not.toHaveProperty("again");
});

test("a port that is not in the words of the portguard that has it is freed, too", async () => {
  const asked = freePort();
  await using first = portguard(["reserve", asked]);
  await until("the hold", () => first.stderr.includes("held on"));
  const runs = [
    [["pick", "--for", "60s"], /^(\d+)\n/],
    [["pick", "--exec", "--", "sh", "-c", 'echo "$0"; exec sleep 600', "{port}"], /^(\d+)\n/],
    [["reserve", asked, "--if-held", "next"], /took (\d+) instead of/],
  ] as const;
  for (const [words, told] of runs) {
    await using run = portguard(words);
    const port = await until("its port", () => (told.exec(run.stdout) ?? told.exec(run.stderr))?.[1]);
    const { exit, stdout } = await ask(["free", port, "--yes"]);
    expect(stdout).toMatch(new RegExp(`^✓ ${port} is free: portguard \\(pid \\d+\\) ended on SIGTERM`));
    expect(exit).toBe(0);
  }
});

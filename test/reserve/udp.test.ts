import { expect, test } from "bun:test";
import { join } from "node:path";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { drive } from "../drive.ts";
import { FORMS, MACHINE, openForms } from "./forms.ts";

const CHILD = join(import.meta.dir, "programs", "udp-child.ts");

test("a held UDP port drops datagrams until the hand-over, and is the server's then", async () => {
  const port = freePort();
  await using run = drive({
    args: ["reserve", `${port}/udp`, "--", process.execPath, CHILD, `${port}`],
    stdin: "pipe",
  });
  await run.event("started");
  const client = await Bun.udpSocket({});
  client.send("early", port, "127.0.0.1");
  expect(openForms(port, "udp")).toEqual([]);
  run.write("go\n");
  await until("its bind", () => run.stdout.includes("bound"));
  client.send("late", port, "127.0.0.1");
  await until("a datagram", () => run.stdout.includes("late"));
  expect(run.stdout).toBe("bound\nlate\n");
  expect(openForms(port, "udp", MACHINE)).toEqual([]);
  expect(await run.event("ready")).toMatchObject({
    way: "takeover",
    bound: [{ at: { protocol: "udp", address: "127.0.0.1", port } }],
  });
  client.close();
  expect(await run.stop()).toBe("SIGTERM");
  expect(openForms(port, "udp")).toEqual(FORMS);
});

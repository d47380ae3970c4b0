import { expect, test } from "bun:test";
import { exchange } from "../drive/ask.ts";
import { LOOPBACKS } from "./addresses.ts";
import { describeServer } from "./find-server.ts";
import { serve } from "./serve.ts";

function ping(host: string, port: number): Promise<string> {
  return exchange(host, port, "PING\r\n", (received) => received.endsWith("\r\n"));
}

describeServer("redis-server", (redis) => {
  const addresses = LOOPBACKS.join(" ");
  const command = (port: number) => [
    redis,
    "--port",
    `${port}`,
    "--bind",
    ...LOOPBACKS,
    "--save",
    "",
    "--appendonly",
    "no",
  ];

  test(`gets the held port on ${addresses}, a socket each`, async () => {
    await using served = await serve({ command });
    await served.expectHandedOver("takeover", LOOPBACKS);
    for (const host of LOOPBACKS) expect(await ping(host, served.port)).toBe("+PONG\r\n");
    await served.expectEnd(0);
  });

  test(`binds ${addresses} for itself by release`, async () => {
    await using served = await serve({ command, handoff: "release" });
    await served.expectHandedOver("release", LOOPBACKS);
    for (const host of LOOPBACKS) expect(await ping(host, served.port)).toBe("+PONG\r\n");
    await served.expectEnd(0);
  });
});

import { describe, expect, test } from "bun:test";
import { freePort } from "../drive/free-port.ts";
import { bindsPlainly } from "../drive/plain-bind.ts";
import { drive } from "../drive.ts";
import { FORMS, openForms } from "./forms.ts";
import { bindingChild, childsWord } from "./hand-over.ts";
import { US } from "../drive/us.ts";
import { hold } from "./held.ts";
import { TestSocket } from "./test-socket.ts";
import { leaveClientTimeWait, leaveTimeWait } from "./time-wait.ts";

/** A port with nothing but a closing connection. */
function closingPort(leave: (port: number) => void = leaveTimeWait): number {
  const port = freePort();
  leave(port);
  expect(bindsPlainly("127.0.0.1", port)).toBeFalse();
  return port;
}

describe("a port whose last connections are in TIME_WAIT", () => {
  test.each([
    ["a server that was ready to share", leaveTimeWait],
    ["a client that was ready to share", leaveClientTimeWait],
  ])("of %s is held, and shared with nobody", async (_, leave) => {
    const port = closingPort(leave);
    await using held = await hold([`${port}`]);
    expect(openForms(port)).toEqual([]);
    expect(await held.run.stop()).toBe("SIGTERM");
    expect(openForms(port)).toEqual(FORMS);
  });

  test.each(["takeover", "inherit", "release"] as const)("is handed over by %s", async (way) => {
    const port = closingPort();
    const flags = { takeover: [], inherit: ["--fd", "{fd}"], release: ["--share"] }[way];
    const command = [...bindingChild("127.0.0.1", port), ...flags];
    await using run = drive({ args: ["reserve", `${port}`, "--handoff", way, "--", ...command] });
    expect(await childsWord(run)).toBe("listening");
    expect((await run.event("ready"))["way"]).toBe(way);
    expect(await run.stop()).toBe("SIGTERM");
  });

  test("is refused where somebody listens, too, and he is named", async () => {
    const port = closingPort();
    using _holder = new TestSocket({ port, options: ["reuseaddr"], listens: true });
    expect(await refusal(port)).toBe(`port ${port} is held by ${US} on 127.0.0.1:${port}`);
  });

  test("is refused where somebody is bound, too, though he may be ready to share", async () => {
    const port = closingPort();
    using _holder = new TestSocket({ port, address: "0.0.0.0", options: ["reuseaddr", "reuseport"] });
    expect(await refusal(port)).toBe(`port ${port} is held by ${US} on 0.0.0.0:${port}`);
  });

  test("is refused where they share with nobody, which is said with a way to wait", async () => {
    const port = closingPort((each) => leaveTimeWait(each, []));
    await using run = drive({ args: ["reserve", `${port}`] });
    expect(await run.ended()).toBe(125);
    expect(run.voice).toEqual([
      `port ${port} is held by connections that are still closing on 127.0.0.1:${port}`,
      `  127.0.0.1:${port} (IPv4) connections that are still closing (TIME_WAIT, a minute at most)`,
      "hint: `--if-held wait=60s` waits until they are closed",
    ]);
  });
});

async function refusal(port: number): Promise<string | undefined> {
  await using run = drive({ args: ["reserve", `${port}`] });
  expect(await run.ended()).toBe(125);
  return run.voice[0];
}

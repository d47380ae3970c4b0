import { test } from "bun:test";
import { lookup } from "node:dns/promises";
import { EVERY_ADDRESS, LOOPBACKS } from "./addresses.ts";
import { describeServer } from "./find-server.ts";
import { serve, type Way } from "./serve.ts";
import { copyOfProject } from "./work-folder.ts";

const TITLE = "<title>first</title>";

describeServer("vite", (vite) => {
  async function expectServes(
    flags: readonly string[],
    bound: string,
    hosts: readonly string[],
    handoff?: Way,
  ): Promise<void> {
    using project = copyOfProject("vite");
    const command = (port: number) => [vite, "--port", `${port}`, ...flags];
    await using served = await serve({ command, cwd: project.path, ...(handoff && { handoff }) });
    await served.expectHandedOver(handoff ?? "takeover", [bound]);
    await served.expectAnswers(hosts, TITLE);
    await served.expectEnd(143);
  }

  test("probes every wildcard first and still gets the port on localhost", async () => {
    const { address } = await lookup("localhost", { order: "verbatim" });
    await expectServes([], address, [address]);
  });

  test("with --strictPort does the same", async () => {
    const { address } = await lookup("localhost", { order: "verbatim" });
    await expectServes(["--strictPort"], address, [address]);
  });

  test("with --host serves on every address that it probed", () => expectServes(["--host"], EVERY_ADDRESS, LOOPBACKS));

  test("is not taken for a thief while it probes, by release", async () => {
    const { address } = await lookup("localhost", { order: "verbatim" });
    await expectServes([], address, [address], "release");
  });
});

import { afterAll, describe, expect, test } from "bun:test";
import { addressesHere } from "../drive/plain-bind.ts";
import { freePort } from "../drive/free-port.ts";
import { MACHINE, openForms } from "./forms.ts";
import { bindingChild, childsWord, InheritingChild, startHandOver } from "./hand-over.ts";

const inheriting = new InheritingChild();
afterAll(() => inheriting[Symbol.dispose]());

describe.each(addressesHere(["127.0.0.1", "0.0.0.0", "::1", "::"]))("while a child serves on %s", (address) => {
  test.each([
    ["takeover", bindingChild],
    ["inherit", inheriting.command],
  ] as const)("by %s, everything else stays held on this machine's addresses", async (way, command) => {
    const port = freePort();
    await using run = startHandOver({ way, address, command, port });
    expect(await childsWord(run)).toBe("listening");
    expect(openForms(port, "tcp", MACHINE)).toEqual([]);
    const { bound } = await run.event("ready");
    expect(bound).toMatchObject([{ at: { address, port } }]);
    expect(await run.stop()).toBe("SIGTERM");
    await run.expectNothingLeft();
  });
});

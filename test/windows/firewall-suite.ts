import { afterAll, beforeAll, describe } from "bun:test";
import { until } from "../drive/until.ts";
import { testFirewallReach } from "./firewall-reach-suite.ts";
import { testFirewallRule } from "./firewall-rule-suite.ts";
import { WineMachine } from "./wine-machine.ts";
import type { Wine } from "./wine.ts";

/** The Windows firewall, on a machine of its own: wine has only its place in the registry, and the tests fill that. */
export function testFirewall(built: () => Wine): void {
  describe("the firewall", () => {
    let machine: WineMachine;
    let wine: Wine;
    beforeAll(async () => {
      machine = await WineMachine.open();
      // netsh and PowerShell of its own do nothing: the fakes stand before them
      wine = built().on(machine, { WINEPATH: String.raw`Z:\win\fake`, LC_ALL: "C.UTF-8" });
    });
    afterAll(async () => {
      try {
        await until("nothing that was started is left", () => !wine || wine.left().length === 0);
      } finally {
        wine?.[Symbol.dispose]();
        machine?.[Symbol.dispose]();
      }
    });

    testFirewallReach(() => wine);
    testFirewallRule(() => wine);
  });
}

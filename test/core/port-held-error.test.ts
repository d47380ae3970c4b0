import { expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import { PortHeldError } from "../../src/core/port-held-error.ts";
import type { Holder } from "../../src/core/reserve-event.ts";

const holder = (address: string, pid?: number): Holder => ({
  at: { protocol: "tcp", address: requireAddress(address), port: 8000, dual: false },
  ...(pid === undefined ? {} : { process: { pid, name: "node", command: [] } }),
});

test("a held port names its holder, and where", () => {
  const error = new PortHeldError(8000, [holder("127.0.0.1", 4711)]);
  expect(error.what).toBe("port 8000 is held by node (pid 4711) on 127.0.0.1:8000");
  expect(error).toMatchObject({ code: "PORT_HELD", exit: 125 });
});

test("a holder of many sockets stands once, another one beside it", () => {
  const { what } = new PortHeldError(8000, [
    holder("127.0.0.1", 1),
    holder("::1", 1),
    holder("::1", 1),
    holder("10.0.0.1", 2),
  ]);
  expect(what).toBe(
    "port 8000 is held by node (pid 1) on 127.0.0.1:8000 and [::1]:8000 and by node (pid 2) on 10.0.0.1:8000",
  );
});

test("a holder that can't be seen is said to be unseen", () => {
  expect(new PortHeldError(8000, [holder("::1")]).what).toBe(
    "port 8000 is held by a process that can't be seen on [::1]:8000",
  );
  expect(new PortHeldError(8000, []).what).toBe("port 8000 is held by a process that can't be seen");
});

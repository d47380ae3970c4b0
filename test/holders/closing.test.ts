import { expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import type { SocketOwner } from "../../src/core/origin.ts";
import type { SocketRow } from "../../src/core/socket.ts";
import { listHolders } from "../../src/holders/list-holders.ts";
import { loadOs } from "../../src/os/index.ts";

const AT = { protocol: "tcp", address: requireAddress("127.0.0.1"), port: 8000, dual: false } as const;
const ROW: SocketRow = { at: AT, state: "listen", id: "4711", uid: 0 };

test("a socket that was closed while its owner was looked for is nobody's, and not a hidden process's", async () => {
  const real = await loadOs();
  const origins = await real.origins();
  const ownersOf = (): ReadonlyMap<string, SocketOwner> => new Map([[ROW.id, { kind: "hidden", among: [] }]]);
  const holdersIf = (now: readonly SocketRow[]) =>
    listHolders([ROW], {
      os: { ...real, sockets: () => [...now] },
      origins: { ...origins, ownersOf },
      reservations: () => [],
    });
  expect(holdersIf([])).toEqual([]);
  expect(holdersIf([ROW])).toMatchObject([{ owner: { kind: "hidden" }, verdict: { grade: "unknown" } }]);
});

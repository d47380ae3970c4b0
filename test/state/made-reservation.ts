import { hostname } from "node:os";
import { requireAddress } from "../../src/core/address.ts";
import type { Endpoint } from "../../src/core/endpoint.ts";
import type { Reservation } from "../../src/core/reservation.ts";

export const at = (address: string, port = 8000, dual = false): Endpoint => ({
  protocol: "tcp",
  address: requireAddress(address),
  port,
  dual,
});

/** A reservation of `shop` on port 8000 by portguard 10, its guard 11 and uvicorn 12. */
export function madeReservation(changes: Partial<Reservation> = {}): Reservation {
  return {
    version: 1,
    name: "shop-8000",
    host: hostname(),
    portguard: { pid: 10, born: "boot 10" },
    guard: { pid: 11, born: "boot 11" },
    server: { pid: 12, born: "boot 12" },
    ports: [{ port: 8000, held: [at("::", 8000, true), at("127.0.0.1")], bound: [at("127.0.0.1")] }],
    directory: "/home/ada/shop",
    command: ["uvicorn", "app:app"],
    generation: 1,
    way: "takeover",
    since: "2026-01-02T03:04:05.678Z",
    ...changes,
  };
}

import { describe, expect, test } from "bun:test";
import { isOpenToOthers } from "../../src/core/listing.ts";
import { clientAddress, defaultReservationName, requireReservationName, reserves } from "../../src/core/reservation.ts";
import { at, madeReservation } from "../state/made-reservation.ts";

describe("the name of a reservation", () => {
  test.each([
    ["/home/ada/shop", "shop-8000"],
    ["C:\\Users\\ada\\my shop", "my-shop-8000"],
    ["/srv/.hidden", "hidden-8000"],
    ["/", "8000"],
    ["/päckchen", "p-ckchen-8000"],
    [`/${"x".repeat(100)}`, `${"x".repeat(48)}-8000`],
  ])("in %s is %s unless it is said", (directory, name) => {
    expect(defaultReservationName(directory, 8000)).toBe(name);
    expect(requireReservationName(name)).toBe(name);
  });

  test.each(["", "-x", "a/b", "..", "a b", "x".repeat(64)])("is not `%s`", (text) => {
    expect(() => requireReservationName(text)).toThrow("is not a name for a reservation");
  });
});

test("a reservation is in the way where it holds or serves", () => {
  const local = madeReservation({ ports: [{ port: 8000, held: [at("127.0.0.1")], bound: [] }] });
  expect(reserves(local, at("0.0.0.0"))).toBeTrue();
  expect(reserves(local, at("127.0.0.2"))).toBeFalse();
  expect(reserves(local, at("127.0.0.1", 8001))).toBeFalse();
});

test("a client on this machine is sent to an address that answers", () => {
  const sent = (address: string, dual = false) => clientAddress(at(address, 80, dual)).text;
  expect([sent("0.0.0.0"), sent("::", true), sent("::"), sent("10.0.0.1")]).toEqual([
    "127.0.0.1",
    "127.0.0.1",
    "::1",
    "10.0.0.1",
  ]);
});

test("what others can reach is told by its address, and what nobody serves is closed", () => {
  const open = (address: string, state: "listening" | "held" = "listening") =>
    isOpenToOthers({ at: at(address), state });
  expect([open("127.0.0.1"), open("::1"), open("::ffff:127.0.0.1"), open("0.0.0.0", "held")]).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect([open("0.0.0.0"), open("::"), open("10.0.0.1")]).toEqual([true, true, true]);
});

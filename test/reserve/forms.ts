import { listOwnAddresses } from "../../src/os/own-addresses.ts";
import { addressesHere } from "../drive/plain-bind.ts";
import { TestSocket, type TestSocketOptions } from "./test-socket.ts";

/** Every address that a program may bind, of those that this machine has: the wildcards, the loopbacks, one more of them. */
export const FORMS = addressesHere(["127.0.0.1", "0.0.0.0", "::1", "::", "127.0.0.2"]);

/** The same with this machine's own addresses, and without the loopback addresses that nothing but a wildcard can hold. */
export const MACHINE = addressesHere(["0.0.0.0", "::", ...listOwnAddresses().map(({ text }) => text)]);

const OPTIONS: readonly TestSocketOptions["options"][] = [[], ["reuseaddr"], ["reuseport"], ["reuseaddr", "reuseport"]];

/** Of these addresses, those on which a socket with some combination of sharing options can be bound. */
export function openForms(port: number, protocol: "tcp" | "udp" = "tcp", forms: readonly string[] = FORMS): string[] {
  return forms.filter((address) =>
    OPTIONS.some((options = []) => TestSocket.fits({ protocol, address, port, options })),
  );
}

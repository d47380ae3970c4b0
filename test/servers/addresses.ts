import { addressesHere } from "../drive/plain-bind.ts";

/** The loopback addresses of this machine; IPv6 may be off. */
export const LOOPBACKS: readonly string[] = addressesHere(["127.0.0.1", "::1"]);

/** What a server that asks for every address gets: `::` for both families, where there is IPv6. */
export const EVERY_ADDRESS: string = addressesHere(["::"])[0] ?? "0.0.0.0";

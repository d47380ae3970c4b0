import type { Protocol } from "../../core/endpoint.ts";
import { fail } from "../../core/error.ts";
import { requireReservationName } from "../../core/reservation.ts";
import type { ColorMode } from "../../report/style.ts";
import { colorOf, refuseBoth, textOf } from "../words/flag-values.ts";
import { LIST_FLAGS } from "./list-flags.ts";
import { type Invocation, parseArgs } from "../words/parse-args.ts";

/** A `list` command line, read. */
export type ListArgs =
  | {
      readonly kind: "table";
      readonly name?: string;
      readonly mine: boolean;
      /** Only those whose starter is gone, certainly or probably. */
      readonly orphans: boolean;
      readonly protocol: Protocol;
      readonly follow: boolean;
      readonly json: boolean;
      readonly color: ColorMode;
    }
  | { readonly kind: "url"; readonly name: string };

/** Reads what follows `portguard list`. Throws a PortguardError whose exit is 2. */
export function parseListArgs({ words, command }: Invocation): ListArgs {
  const flags = parseArgs(words, { verb: "list", flags: LIST_FLAGS }, (word) =>
    fail("BAD_USAGE", `list takes no \`${word}\``, "`portguard list --name NAME` lists one reservation"),
  );
  if (command) fail("BAD_USAGE", "list runs no command", "leave out what stands behind `--`");
  const text = textOf(flags, "name");
  const name = text === undefined ? undefined : requireReservationName(text);
  if (flags.has("url")) {
    for (const other of ["json", "follow", "mine", "orphans", "udp"])
      refuseBoth(flags, "url", other, "can't be had together");
    return { kind: "url", name: name ?? fail("BAD_USAGE", "--url needs a name", "`portguard list --name api --url`") };
  }
  return {
    kind: "table",
    ...(name !== undefined && { name }),
    mine: flags.has("mine"),
    orphans: flags.has("orphans"),
    protocol: flags.has("udp") ? "udp" : "tcp",
    follow: flags.has("follow"),
    json: flags.has("json"),
    color: colorOf(flags),
  };
}

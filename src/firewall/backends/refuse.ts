import { fail } from "../../core/error.ts";

const MOST_SHOWN = 80;

/** A dump has something that its tool does not print: what hangs on it can't be told, so that nothing is. Throws BAD_RULES. */
export function refuse(name: string, what: string, text: string): never {
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  return fail("BAD_RULES", `${name} ${what}: \`${shown}\``, "give the whole of what the tool itself prints");
}

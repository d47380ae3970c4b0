import type { FirewalldZone } from "./firewalld.ts";

/** Reads what `firewall-cmd --list-all-zones` printed: a name at the margin, and its settings indented below. */
export function parseZones(text: string): readonly FirewalldZone[] {
  return text
    .split(/^(?=\S)/m)
    .filter((block) => block.trim() !== "")
    .map((block) => {
      const words = (field: string) => (new RegExp(`^  ${field}:[ ]*(.*)$`, "m").exec(block)?.[1] ?? "").split(" ");
      const filled = (field: string) => words(field).filter((word) => word !== "");
      const [name = ""] = block.split(/\s/, 1);
      const richRules = [...block.matchAll(/^\t(rule .*)$/gm)].map(([, rule]) => rule!);
      return { name, interfaces: filled("interfaces"), sources: filled("sources"), richRules };
    });
}

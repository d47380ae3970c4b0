/** Lines that name it, and no more of them than a reader wants to see. */
const MOST_LINES = 8;

/** The lines of a hosts file that give this name an address, as they stand there. */
export function findHostsLines(text: string, name: string): string[] {
  const wanted = plain(name);
  const lines = text.split("\n").filter((line) => {
    const [, ...names] = (line.split("#")[0] ?? "").trim().split(/\s+/);
    return names.some((each) => plain(each) === wanted);
  });
  return lines.slice(0, MOST_LINES).map((line) => line.trim());
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

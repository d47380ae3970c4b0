/**
 * What `socketfilterfw --listapps` prints of macOS' application firewall, by path: `2 : /usr/libexec/remoted`, and on the
 * next line `( Allow incoming connections )` or `( Block … )`.
 */
export function parseFirewallPrograms(text: string): ReadonlyMap<string, "allowed" | "blocked"> {
  const programs = [...text.matchAll(/^\d+\s*:\s*(\/.*?)\s*\n\s*\(\s*(Allow|Block) incoming connections\s*\)/gm)];
  return new Map(programs.map(([, path, does]) => [path!, does === "Allow" ? "allowed" : "blocked"]));
}

/** Puts the values of `%VARIABLES%` in; nothing where one is not known. */
export function expandPath(path: string, environment: Readonly<Record<string, string>>): string | undefined {
  const values = new Map(Object.entries(environment).map(([name, value]) => [name.toLowerCase(), value]));
  const names = [...path.matchAll(/%([^%]+)%/g)].map(([, name]) => name!.toLowerCase());
  if (!names.every((name) => values.has(name))) return undefined;
  return path.replaceAll(/%([^%]+)%/g, (_, name: string) => values.get(name.toLowerCase())!);
}

export function samePath(one: string, other: string): boolean {
  return normalize(one) === normalize(other);
}

/** `node.exe`, in lower case. */
export function baseNameOf(path: string): string {
  return normalize(path).split("\\").at(-1)!;
}

function normalize(path: string): string {
  return path.replaceAll("/", "\\").toLowerCase();
}

/** Variables that are the same for every user: the firewall is a service, and knows no others. */
const MACHINE_VARIABLES =
  /^(?:system(?:root|drive)|windir|program(?:files(?:\(x86\))?|w6432|data)|commonprogram(?:files(?:\(x86\))?|w6432)|allusersprofile)$/i;

/** Of an environment, what paths in rules may have. */
export function machineVariables(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && MACHINE_VARIABLES.test(name) ? [[name, value]] : [],
    ),
  );
}

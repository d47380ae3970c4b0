import type { HeldRequest } from "./acquire.ts";

/** The environment of the command: ours, and the port in `name`; a named port also in `name_WEB`. */
export function commandEnvironment(
  ours: Readonly<Record<string, string | undefined>>,
  held: readonly HeldRequest[],
  name: string | undefined,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries(ours)) if (value !== undefined) env[key] = value;
  if (name === undefined || held.length === 0) return env;
  env[name] = String(held[0]!.hold.port);
  for (const { request, hold } of held) {
    if (request.name !== undefined)
      env[`${name}_${request.name.toUpperCase().replaceAll("-", "_")}`] = String(hold.port);
  }
  return env;
}

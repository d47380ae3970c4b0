/**
 * One field of an object of `--json`, for `--help`: `[]` is each item of a list, `?` may be missing. One that is no text,
 * number or truth value names the shape that it has.
 */
export type JsonField = readonly [field: string, what: string, shape?: keyof typeof JSON_SHAPES];

/** What stands in several objects. */
export const JSON_SHAPES = {
  endpoint: ["protocol", "address", "port", "dual"],
  process: ["pid", "ppid?", "name?", "command[]", "program?", "user?", "startedAt?", "born?", "cwd?"],
  mark: ["pid", "born?"],
  evidence: ["what", "source"],
  verdict: ["grade", "because", "evidence[].what", "evidence[].source"],
  remedy: ["what", "commands[][]", "risk", "undo?"],
  refusal: ["because", "what", "hint"],
  stopped: ["pid", "name?", "command[]", "role", "outcome", "tookMs"],
} as const;

/** What a shape's fields are, where their names don't say it. */
const NOTES: Readonly<Partial<Record<keyof typeof JSON_SHAPES, readonly string[]>>> = {
  endpoint: ["dual: takes IPv4 as well"],
  process: ["startedAt in milliseconds; pid and born tell it from every other"],
  remedy: ["what is done, and each command as its words"],
  stopped: ["role: holder, worker, watcher, reservation", "outcome: ended, killed, gone, let-go, denied, stuck"],
};

/** Every field by its whole name: those of shapes in the place of the field that has the shape. */
export function expandFields(fields: readonly JsonField[]): readonly string[] {
  return fields.flatMap(([field, , shape]) =>
    shape === undefined ? [field] : JSON_SHAPES[shape].map((part) => `${field}.${part}`),
  );
}

/** A line for each field, and then one for each shape that they have. */
export function describeFields(...tables: readonly (readonly JsonField[])[]): readonly string[] {
  const fields = tables.flat();
  const width = Math.max(...fields.map(([field]) => field.length));
  const shapes = [...new Set(fields.flatMap(([, , shape]) => shape ?? []))];
  return [
    ...fields.map(([field, what, shape]) => `${field.padEnd(width)}  ${what}${shape ? ` (${shape})` : ""}`),
    ...shapes.flatMap((shape) => [
      `${shape}: ${JSON_SHAPES[shape].join(", ")}`,
      ...(NOTES[shape] ?? []).map((note) => `  ${note}`),
    ]),
  ];
}

/** What `free` and `clean` tell of a holder, under this name. */
export function holderFields(name: string, what: string): readonly JsonField[] {
  return [
    [`${name}.who`, what],
    [`${name}.pid?`, "missing where no process is seen"],
    [`${name}.command?[]`, "its words"],
    [`${name}.cwd?`, "its folder"],
    [`${name}.at[]`, "where it is", "endpoint"],
    [`${name}.verdict`, "as `who` tells it", "verdict"],
  ];
}

/** What a value of a file must look like: nothing that was read is taken on trust. */
export type Shape = (value: unknown) => boolean;
export type Fields = Readonly<Record<string, unknown>>;

export const isText: Shape = (value) => typeof value === "string" && !value.includes("\0");
export const isNumber: Shape = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
export const isTime: Shape = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
export const isPort: Shape = (value) => isNumber(value) && Number(value) <= 65_535;

export function optional(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

export function oneOf(...values: readonly unknown[]): Shape {
  return (value) => values.includes(value);
}

export function list(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape);
}

export function object(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value) => isFields(value) && Object.entries(shapes).every(([key, shape]) => shape(value[key]));
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads a file of ours: an object of this version whose fields have these shapes, or what is wrong with it, to complete
 * "it can't be used: …".
 */
export function parseFields(text: string, version: number, shapes: Readonly<Record<string, Shape>>): Fields | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is not whole";
  }
  if (!isFields(value)) return "it is no entry";
  if (value["version"] !== version)
    return `it has version ${String(value["version"])}, and this portguard knows ${version}`;
  const wrong = Object.keys(shapes).find((key) => !shapes[key]!(value[key]));
  return wrong === undefined ? value : `its \`${wrong}\` is not understood`;
}

import { type Address, formatHostPort } from "../core/address.ts";
import { sanitizeJson } from "./sanitize.ts";

/** The version of every JSON object that portguard writes: raised when a field changes its meaning or goes. */
const SCHEMA = 1;

/** One line of JSON. Addresses become their text (`fe80::1%2`), as scripts expect them. */
export function renderJson(fields: object): string {
  return sanitizeJson(JSON.stringify({ schema: SCHEMA, ...fields }, showAddress));
}

function showAddress(_key: string, value: unknown): unknown {
  return isAddress(value) ? textOf(value) : value;
}

function isAddress(value: unknown): value is Address {
  return typeof value === "object" && value !== null && "family" in value && "text" in value && "scopeId" in value;
}

function textOf(address: Address): string {
  return formatHostPort(address, 0).replace(/^\[|\]?:0$/g, "");
}

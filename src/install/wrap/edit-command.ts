import { type Edit, type Node, applyEdits } from "jsonc-parser";
import { type Config, type Server, wordsOf } from "./config.ts";

/**
 * The configuration's text with another beginning of this server's command line: `front` takes the place of its first
 * `dropped` words (the command is the first). What stands behind, comments and the file's own layout stay as they are.
 */
export function editCommand({ text }: Config, server: Server, dropped: number, front: readonly string[]): string {
  const before = wordsOf(server);
  const after = [...front, ...before.slice(dropped)];
  // The first word that stays an element of `args`: the command never was one, and what becomes the command is none.
  const kept = front.length > 0 ? Math.max(dropped, 1) : dropped + 1;
  const fresh = after.slice(1, after.length - (before.length - kept));
  const command: Edit = { ...placeOf(server.command), content: JSON.stringify(after[0]) };
  const args = server.args ? editHead(text, server.args, kept - 1, fresh) : addArgs(text, server.command, fresh);
  return applyEdits(text, [command, ...args]);
}

/** Puts `fresh` into the place of the first `gone` elements, each where the list's own layout has them. */
function editHead(text: string, list: Node, gone: number, fresh: readonly string[]): Edit[] {
  if (gone === 0 && fresh.length === 0) return [];
  const elements = list.children ?? [];
  const literals = fresh.map((word) => JSON.stringify(word));
  const [first] = elements;
  if (!first) return [{ offset: list.offset + 1, length: 0, content: literals.join(`,${spaceBefore(text, list)}`) }];
  const between = separatorOf(text, list, elements);
  const next = elements[gone];
  const content = literals.map((literal) => `${literal},${between}`).join("");
  if (next) return [{ offset: first.offset, length: next.offset - first.offset, content }];
  const last = elements.at(-1)!;
  const comma = literals.length > 0 ? "" : (/^\s*,/.exec(text.slice(endOf(last)))?.[0] ?? "");
  const length = endOf(last) + comma.length - first.offset;
  return [{ offset: first.offset, length, content: literals.join(`,${between}`) }];
}

/** What stands between two elements beside the comma: a line's end and indent, a space, or nothing. */
function separatorOf(text: string, list: Node, elements: readonly Node[]): string {
  const [first, second] = elements;
  const before = text.slice(list.offset + 1, first!.offset);
  const indent = /(?:\r\n|\r|\n)[ \t]*$/.exec(before)?.[0];
  if (indent !== undefined) return indent;
  const gap =
    second === undefined ? spaceBefore(text, list) : text.slice(endOf(first!), second.offset).replace(",", "");
  return /^[ \t]*$/.test(gap) ? gap : " ";
}

/** Adds the missing `args` behind the command: on a line of its own where the command has one. */
function addArgs(text: string, command: Node, args: readonly string[]): Edit[] {
  if (args.length === 0) return [];
  const line = text.slice(text.lastIndexOf("\n", command.offset) + 1, command.offset);
  const indent = /^([ \t]*)"(?:command|path)"/.exec(line)?.[1];
  const space = spaceBefore(text, command);
  const between = indent === undefined ? space : `${text.includes("\r\n") ? "\r\n" : "\n"}${indent}`;
  const literals = args.map((word) => JSON.stringify(word)).join(`,${space}`);
  return [{ offset: endOf(command), length: 0, content: `,${between}"args":${space}[${literals}]` }];
}

/** A file without a space behind its colons has none behind its commas, either. */
function spaceBefore(text: string, { offset }: Node): string {
  return text[offset - 1] === ":" ? "" : " ";
}

function placeOf({ offset, length }: Node): { offset: number; length: number } {
  return { offset, length };
}

function endOf(node: Node): number {
  return node.offset + node.length;
}

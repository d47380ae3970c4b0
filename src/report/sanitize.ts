/**
 * C0 and C1 controls, DEL, line and paragraph separators, and whatever changes the direction or visibility of the text
 * around it: a program's name could otherwise clear the screen or show another name than its own.
 */
// oxlint-disable-next-line no-control-regex -- controls are what it looks for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** Text from the system or the user, made safe for a terminal: `\x1b` and its like are shown instead of sent. */
export function sanitize(text: string): string {
  return text.replace(UNSAFE, showEscape).toWellFormed();
}

/** JSON whose strings hold the same values, with the unsafe characters that JSON leaves as they are escaped. */
export function sanitizeJson(json: string): string {
  return json.replace(UNSAFE, (char) => `\\u${hex(char, 4)}`);
}

/** At most `length` characters, the last of them an ellipsis where something was left out. */
export function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function showEscape(char: string): string {
  if (char === "\n") return "\\n";
  if (char === "\t") return "\\t";
  return char.charCodeAt(0) < 256 ? `\\x${hex(char, 2)}` : `\\u${hex(char, 4)}`;
}

function hex(char: string, digits: number): string {
  return char.charCodeAt(0).toString(16).padStart(digits, "0");
}

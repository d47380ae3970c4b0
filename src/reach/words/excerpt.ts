/** What the other side said, fit for one line: blanks as one, the rest cut. */
export function excerpt(said: string | Uint8Array, most = 80): string {
  const text = typeof said === "string" ? said : new TextDecoder("utf-8").decode(said);
  // oxlint-disable-next-line no-control-regex -- a banner may be made of them
  const line = text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

import type { PfRules } from "../pf/answer.ts";
import { parsePf } from "../pf/parse.ts";

const WORDS =
  /^(?:pass|block|match|anchor|scrub|scrub-anchor|nat|nat-anchor|rdr|rdr-anchor|binat|binat-anchor|no|set|load|antispoof|altq|queue|dummynet-anchor|table\s+<|[A-Za-z_]\w*\s*=|\})(?=[\s"<{]|$)/;

/** Whether every line of it begins as pf's lines do, and one of them filters. */
export function looksLikePf(text: string): boolean {
  const lines = text
    .replaceAll(/\\\r?\n/g, " ")
    .split(/\r?\n/, 2000)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return lines.some((line) => /^(?:pass|block|anchor)\b/.test(line)) && lines.every((line) => isPfs(line));
}

function isPfs(line: string): boolean {
  return WORDS.test(line) || /^table\s+</.test(line) || /^[A-Za-z_]\w*\s*=/.test(line);
}

/** Reads `pfctl -sr`, `pfctl -a '*' -sr`, or a file as /etc/pf.conf: with its macros filled in, and the rules of anchors in the place where they are asked. */
export function readPf(text: string): PfRules {
  const whole = openAnchors(fillMacros(text.replaceAll(/\\\r?\n/g, " ")));
  const skips = [...whole.matchAll(/^\s*set\s+skip\s+on\s+(?:\{([^}]*)\}|(\S+))/gm)].flatMap(([, list, one]) =>
    (list ?? one ?? "").split(/[\s,]+/).filter((name) => name !== ""),
  );
  const policy = /^\s*set\s+block-policy\s+(drop|return)/m.exec(whole)?.[1] as PfRules["blockPolicy"];
  return { lines: parsePf(whole), skips, ...(policy && { blockPolicy: policy }) };
}

const MOST_EXPANDED = 8 * 1024 * 1024;

/** `ext = "en0"` and later `$ext`; a macro may be made of others. One that is not there stays as it is, and is not understood. */
function fillMacros(text: string): string {
  const macros = new Map<string, string>();
  let length = 0;
  const fill = (line: string) => {
    const filled = line.replaceAll(/\$([A-Za-z_]\w*)/g, (whole, name: string) => macros.get(name) ?? whole);
    length += filled.length;
    return length > MOST_EXPANDED ? line : filled;
  };
  return text
    .split(/\r?\n/)
    .map((line) => {
      const [, name, value] = /^\s*([A-Za-z_]\w*)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
      if (name === undefined || value === undefined) return line.trimStart().startsWith("#") ? line : fill(line);
      macros.set(name, fill(value).replaceAll(/^"|"$/g, ""));
      return "";
    })
    .join("\n");
}

/**
 * `pfctl -a '*' -sr` prints the rules of an anchor in braces behind it. Of one that is entered always they are simply the
 * next rules; of another it is not known which packets enter it, and the anchor's own line says that.
 */
function openAnchors(text: string): string {
  const kept: string[] = [];
  let hidden = 0;
  let open = 0;
  for (const line of text.split("\n")) {
    const [, rest] = /^\s*anchor\b\s*(?:"[^"]*")?\s*(.*?)\s*\{\s*$/.exec(line) ?? [];
    const isEnd = /^\s*\}\s*$/.test(line);
    if (hidden > 0) hidden += rest === undefined ? (isEnd ? -1 : 0) : 1;
    else if (rest !== undefined && rest !== "" && rest !== "all") {
      kept.push(line.replace(/\{\s*$/, ""));
      hidden = 1;
    } else if (rest !== undefined) open++;
    else if (isEnd && open > 0) open--;
    else kept.push(line);
  }
  // One that is cut off may go on in any way.
  return [...kept, ...(open + hidden > 0 ? ["…"] : [])].join("\n");
}

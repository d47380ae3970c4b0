import { type MatchReader, type ReadMatch, always, eachOption, fixed } from "../reader.ts";
import type { Option } from "../words.ts";

export const NOT_EXHAUSTED = "no rate limit is exhausted";
const NOT_USED_UP = "no quota is used up";
const NOT_LISTED = "no list of recent clients has this one";

export const readLimit: MatchReader = always(true, NOT_EXHAUSTED);

/** How much of it is left, iptables-save does not say. */
export const readQuota = eachOption(({ name, not }) => (name === "quota" ? fixed(!not, NOT_USED_UP) : undefined));

/** `--hashlimit-upto` holds as long as the rate is not reached, `--hashlimit-above` once it is. */
export const readHashlimit: MatchReader = (options) => {
  const limit = options.find(({ name }) => ["hashlimit-upto", "hashlimit-above", "hashlimit"].includes(name));
  if (!limit) return undefined;
  const holds = (limit.name !== "hashlimit-above") !== limit.not;
  return [{ match: fixed(holds, NOT_EXHAUSTED), text: limit.text }];
};

export const readConnlimit: MatchReader = (options) => {
  const limit = options.find(({ name }) => name === "connlimit-above" || name === "connlimit-upto");
  if (!limit || Number(limit.values[0]) < 1) return undefined;
  const holds = (limit.name === "connlimit-upto") !== limit.not;
  return [{ match: fixed(holds, NOT_EXHAUSTED), text: limit.text }];
};

/** `--set` puts the client on the list and always holds; the others ask whether it is there, often enough. */
export const readRecent: MatchReader = (options) => {
  const valueOf = (wanted: string) => options.find(({ name }) => name === wanted)?.values[0];
  const list = `recent ${valueOf("name") ?? "DEFAULT"}`;
  const verb = options.find(({ name }) => ["set", "rcheck", "update", "remove"].includes(name));
  if (!verb) return undefined;
  const text = options.map((option: Option) => option.text).join(" ");
  if (verb.name === "set") return verb.not ? undefined : [{ match: fixed(true), text, touches: list }];
  const isOften = Number(valueOf("hitcount") ?? 1) > 1;
  const read: ReadMatch = {
    match: isOften ? fixed(verb.not, NOT_LISTED) : { kind: "listed", list, not: verb.not, assumed: NOT_LISTED },
    text,
  };
  return [read];
};

/** Counts only. */
export const readCounting: MatchReader = eachOption(() => fixed(true));

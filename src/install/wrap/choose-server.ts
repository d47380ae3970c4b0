import { fail } from "../../core/error.ts";
import { type Config, findServer, projectsOf, type Server } from "./config.ts";

/** Which of several servers of one name is meant. */
export interface Meant {
  readonly name: string;
  /** As `--project` says. */
  readonly project?: string;
  /** Where we are, the nearest first: a project that is one of these is meant where nothing was said. */
  readonly folders: readonly string[];
}

/**
 * The server that is meant: as Claude Code itself would choose, that of this very folder, else the one for every folder; else
 * one that has no second one of its name. Throws SERVER_UNKNOWN, BAD_USAGE; nothing where there is none of that name.
 */
export function chooseServer(config: Config, { name, project, folders }: Meant): Server | undefined {
  const all = projectsOf(config, name);
  if (project !== undefined) {
    const found = all.find((each) => each !== undefined && isSameFolder(each, project));
    if (found !== undefined) return findServer(config, name, found);
    const hint = all.length > 0 ? `it has one ${all.map(describe).join(", ")}` : "it has none of that name";
    return fail("SERVER_UNKNOWN", `${config.name} has no server \`${name}\` for ${project}`, hint);
  }
  const here = folders.flatMap((folder) => all.find((each) => each !== undefined && isSameFolder(each, folder)) ?? []);
  if (here.length > 0) return findServer(config, name, here[0]);
  if (all.includes(undefined) || all.length < 2) return findServer(config, name, all[0]);
  const projects = all.flatMap((each) => each ?? []);
  return fail(
    "BAD_USAGE",
    `${config.name} has a server \`${name}\` for each of ${projects.join(", ")}`,
    `say which one: --project ${projects[0]}`,
  );
}

function describe(project: string | undefined): string {
  return project === undefined ? "for every folder" : `for ${project}`;
}

/** On Windows a folder is written with either slash, and its drive in either case (github.com/anthropics/claude-code/issues/88418). */
function isSameFolder(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(folder: string): string {
  const slashed = /^[A-Za-z]:/.test(folder) ? folder[0]!.toLowerCase() + folder.slice(1).replaceAll("\\", "/") : folder;
  return slashed.length > 1 ? slashed.replace(/\/$/, "") : slashed;
}

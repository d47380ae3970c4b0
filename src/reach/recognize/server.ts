import type { ProcessInfo } from "../../core/socket.ts";
import { baseName, isTitle, stripInterpreter } from "../../holders/recognize/command.ts";

/** The servers that portguard knows by their command line; `other` is any program that it doesn't. */
export type ServerKind =
  | "uvicorn"
  | "gunicorn"
  | "hypercorn"
  | "flask"
  | "django"
  | "python-http-server"
  | "streamlit"
  | "vite"
  | "next"
  | "webpack-dev-server"
  | "angular"
  | "rails"
  | "puma"
  | "php"
  | "jupyter"
  | "nginx"
  | "apache"
  | "caddy"
  | "redis"
  | "postgres"
  | "mysql"
  | "mongodb"
  | "memcached"
  | "node"
  | "bun"
  | "deno"
  | "python"
  | "java"
  /** It takes one connection and ends. */
  | "one-shot"
  | "other";

/** What the program is called, or the file of it that an interpreter runs. */
const BY_NAME: Readonly<Record<string, ServerKind>> = {
  uvicorn: "uvicorn",
  gunicorn: "gunicorn",
  hypercorn: "hypercorn",
  streamlit: "streamlit",
  vite: "vite",
  "vite.js": "vite",
  "next-server": "next",
  "webpack-dev-server": "webpack-dev-server",
  "webpack-dev-server.js": "webpack-dev-server",
  puma: "puma",
  "jupyter-lab": "jupyter",
  "jupyter-notebook": "jupyter",
  "jupyter-server": "jupyter",
  nginx: "nginx",
  apache2: "apache",
  httpd: "apache",
  caddy: "caddy",
  "redis-server": "redis",
  "valkey-server": "redis",
  postgres: "postgres",
  postmaster: "postgres",
  mysqld: "mysql",
  mariadbd: "mysql",
  mongod: "mongodb",
  memcached: "memcached",
};

/** Programs that serve only when a word says so: `flask run`. */
const BY_WORD: readonly (readonly [program: RegExp, word: RegExp, kind: ServerKind])[] = [
  [/^flask$/, /^run$/, "flask"],
  [/^(?:manage\.py|django-admin(?:\.py)?|django)$/, /^runserver$/, "django"],
  [/^next(?:\.js)?$/, /^(?:dev|start)$/, "next"],
  [/^webpack(?:\.js)?$/, /^serve$/, "webpack-dev-server"],
  [/^ng(?:\.js)?$/, /^serve$/, "angular"],
  [/^rails$/, /^(?:s|server)$/, "rails"],
  [/^jupyter$/, /^(?:lab|notebook|server)$/, "jupyter"],
];

const BY_INTERPRETER: readonly (readonly [program: RegExp, kind: ServerKind])[] = [
  [/^node(?:js)?$/, "node"],
  [/^bun$/, "bun"],
  [/^deno$/, "deno"],
  [/^(?:python|pypy)[\d.]*$/, "python"],
  [/^java$/, "java"],
];

/** Which server a process is, as far as its command line tells. */
export function recognizeServer({ command, name }: ProcessInfo): ServerKind {
  // `nginx: worker process`, `puma 6.4 (tcp://…)`, `redis-server *:6379`: a title, whose first word is the program.
  const [first, ...words] = isTitle(command) ? command.join("").split(/:? /) : stripInterpreter(command);
  const program = baseName(first);
  const known = Object.hasOwn(BY_NAME, program) ? BY_NAME[program] : undefined;
  if (known) return known;
  if (program === "http.server") return "python-http-server";
  if (isOneShot(command)) return "one-shot";
  if (/^php[\d.]*$/.test(baseName(command[0]))) return command.includes("-S") ? "php" : "other";
  const byWord = BY_WORD.find(([named, word]) => named.test(program) && words.some((each) => word.test(each)));
  if (byWord) return byWord[2];
  const interpreter = baseName(command[0]) || (name ?? "");
  return BY_INTERPRETER.find(([named]) => named.test(interpreter))?.[1] ?? "other";
}

/** netcat without `-k` and socat without `fork` end with their first connection. */
function isOneShot(command: readonly string[]): boolean {
  const words = baseName(command[0]) === "busybox" ? command.slice(1) : command;
  const program = baseName(words[0]);
  const options = words.slice(1);
  if (program === "socat") return options.some(isSocatListener) && !options.some((word) => /,fork\b/i.test(word));
  if (!/^(?:nc|ncat|netcat|nc\.openbsd|nc\.traditional)$/.test(program)) return false;
  const letters = options.filter((word) => /^-[A-Za-z]/.test(word)).join("");
  const listens = /l/.test(letters) || options.includes("--listen");
  // The traditional netcat's -k is another option (keep-alive), and busybox writes `-ll` for it.
  const keeps = /ll/.test(letters) || (program !== "nc.traditional" && /k/.test(letters));
  return listens && !keeps && !options.includes("--keep-open");
}

function isSocatListener(word: string): boolean {
  return /^(?:tcp[46]?|openssl|ssl|udp[46]?)-(?:l|listen)\b/i.test(word);
}

const WEB: ReadonlySet<ServerKind> = new Set([
  "uvicorn",
  "gunicorn",
  "hypercorn",
  "flask",
  "django",
  "python-http-server",
  "streamlit",
  "vite",
  "next",
  "webpack-dev-server",
  "angular",
  "rails",
  "puma",
  "php",
  "jupyter",
  "nginx",
  "apache",
  "caddy",
]);

/** Whether it is known to speak HTTP, so that it may be asked something. */
export function isWebServer(kind: ServerKind): boolean {
  return WEB.has(kind);
}

const DATABASES: ReadonlySet<ServerKind> = new Set(["redis", "postgres", "mysql", "mongodb", "memcached"]);

/** Whether it is a database, which counts connections that say nothing. */
export function isDatabase(kind: ServerKind): boolean {
  return DATABASES.has(kind);
}

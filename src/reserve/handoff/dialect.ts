/** A listening socket that the command will find open. */
export interface InheritedSocket {
  readonly fd: number;
  readonly port: number;
  readonly name?: string;
}

/** How one kind of server is told to serve on sockets that are open already. */
export interface Dialect {
  readonly name: string;
  /** Whether this is that server's command line, and in a form that can take a socket. */
  recognizes(command: readonly string[]): boolean;
  /** The address that the command line itself asks for; nothing where it leaves that to the server's default. */
  askedHost?(command: readonly string[]): string | undefined;
  /** Where the server listens by default. */
  readonly defaultHost: string;
  /** A web server that never calls listen() on an inherited socket: that it serves shows only when it accepts. */
  readonly provenByConnecting?: true;
  adapt(command: readonly string[], sockets: readonly InheritedSocket[]): Adapted;
}

export interface Adapted {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The server checks LISTEN_PID against its own pid. */
  readonly listenPid: boolean;
}

/** Programs that run another one, named behind them. */
const RUNNERS: readonly (readonly string[])[] = [
  ["uv", "run"],
  ["poetry", "run"],
  ["pipenv", "run"],
  ["pdm", "run"],
  ["hatch", "run"],
  ["env"],
];

/** Where the server's own name stands in a command such as `uv run python3 -m uvicorn app:app`; -1 where it doesn't. */
export function findProgram(command: readonly string[], program: string): number {
  let at = 0;
  for (let runner = runnerAt(command, at); runner; runner = runnerAt(command, at)) {
    at += runner.length;
    while (/^(?:-|[A-Za-z_]\w*=)/.test(command[at] ?? "")) at++;
  }
  if (/^python(?:\d(?:\.\d+)?)?$/.test(baseName(command[at]))) {
    const module = command.indexOf("-m", at);
    return module >= 0 && command[module + 1] === program ? module + 1 : -1;
  }
  return baseName(command[at]) === program ? at : -1;
}

function runnerAt(command: readonly string[], at: number): readonly string[] | undefined {
  return RUNNERS.find((words) => words.every((word, index) => baseName(command[at + index]) === word));
}

function baseName(word = ""): string {
  return (word.split(/[/\\]/).pop() ?? "").replace(/\.exe$/i, "");
}

/** The value of an option given as `--host X`, `--host=X`, or a short `-b X`, `-bX`. */
export function optionValue(command: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of command.entries()) {
    const name = names.find((each) => word === each || word.startsWith(each.startsWith("--") ? `${each}=` : each));
    if (name === undefined) continue;
    return word === name ? command[index + 1] : word.slice(name.length).replace(/^=/, "");
  }
  return undefined;
}

/** The command without these options and their values. */
export function withoutOptions(command: readonly string[], ...names: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < command.length; index++) {
    const word = command[index]!;
    if (names.includes(word)) index++;
    else if (!names.some((name) => word.startsWith(name.startsWith("--") ? `${name}=` : name))) kept.push(word);
  }
  return kept;
}

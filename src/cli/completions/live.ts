/** A word that could stand at the cursor. */
export interface Candidate {
  readonly value: string;
  readonly what: string;
}

type Look = () => Promise<readonly Candidate[]>;

/** What is there at this moment. */
export interface Live {
  /** That somebody listens on. */
  readonly ports: Look;
  /** Whoever listens, by name, and by pid. */
  readonly programs: Look;
  readonly pids: Look;
  readonly reservations: Look;
  /** Of an MCP client's configuration. */
  readonly servers: (file: string) => Promise<readonly Candidate[]>;
  readonly rules: Look;
  readonly causes: Look;
  readonly interfaces: Look;
  readonly shells: readonly string[];
}

/** What the words mean that help has for a value; `file` is one that stands before it. */
export async function findLive(
  kinds: ReadonlySet<string>,
  live: Live,
  file: string | undefined,
): Promise<readonly Candidate[]> {
  const looks: (Look | false)[] = [
    (kinds.has("PORT") || kinds.has("TARGET")) && live.ports,
    // A name beside a port is anybody's who may have it.
    kinds.has("NAME") && kinds.has("PORT") && live.programs,
    kinds.has("NAME") && (file === undefined ? live.reservations : () => live.servers(file)),
    // Beside ports they would only be mistaken for such.
    kinds.has("PID") && kinds.size === 1 && live.pids,
    kinds.has("ID") && live.rules,
    kinds.has("CODE") && live.causes,
    kinds.has("IF") && live.interfaces,
    kinds.has("SHELL") && (async () => live.shells.map((value) => ({ value, what: "" }))),
  ];
  const found = await Promise.all(looks.flatMap((look) => (look === false ? [] : [look()])));
  return found.flat();
}

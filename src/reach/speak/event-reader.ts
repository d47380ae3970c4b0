export interface ServerEvent {
  /** `message` where it has no name of its own. */
  readonly name: string;
  readonly data: string;
}

/** Reads server-sent events (the HTML standard, 9.2.6) as they come. It is given no more than the body that is kept. */
export class EventReader {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #name = "";
  #data: string[] = [];

  /** The events that are complete with this piece. */
  take(piece: Uint8Array): readonly ServerEvent[] {
    const lines = (this.#rest + this.#decoder.decode(piece, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#takeLine(line));
  }

  #takeLine(line: string): readonly ServerEvent[] {
    if (line === "") return this.#dispatch();
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "event") this.#name = value ?? "";
    if (field === "data") this.#data.push(value ?? "");
    return [];
  }

  #dispatch(): readonly ServerEvent[] {
    const event = { name: this.#name || "message", data: this.#data.join("\n") };
    const isEmpty = this.#data.length === 0;
    [this.#name, this.#data] = ["", []];
    return isEmpty ? [] : [event];
  }
}

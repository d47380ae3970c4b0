import { join } from "node:path";

/** The bytes of a dump: lines of an offset and what stands there, both hexadecimal; what no line tells is zero. */
export function readDump(text: string, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (const line of text.trim().split("\n")) {
    const [offset, hex] = line.trim().split(" ");
    bytes.set(Buffer.from(hex!, "hex"), Number.parseInt(offset!, 16));
  }
  return bytes;
}

/** A dump in `fixtures/`. They were written by a C program with the structures of xnu 11417. */
export async function readFixture(name: string, size: number): Promise<Uint8Array<ArrayBuffer>> {
  return readDump(await Bun.file(join(import.meta.dir, "fixtures", name)).text(), size);
}

/** One thing in an archive. */
export interface CpioEntry {
  /** Relative to the archive's root. */
  readonly path: string;
  /** As in stat(2): the upper bits tell a file from a folder and a link. */
  readonly mode: number;
  /** A file's bytes, or the path that a link points to. */
  readonly content: Uint8Array;
}

const MAGIC = "070701";
const ALIGNMENT = 4;
const NOTHING = new Uint8Array(0);

/**
 * The pieces of a "newc" archive, which Linux unpacks its first file system from: a header of hexadecimal numbers, the
 * name and the content, the latter two filled up to a multiple of four bytes (buffer-format.rst in the kernel's
 * documentation). Everything belongs to root and has no time.
 */
export function* encodeCpio(entries: Iterable<CpioEntry>): Generator<Uint8Array> {
  let inode = 0;
  for (const entry of entries) yield* encodeEntry(entry, ++inode);
  yield* encodeEntry({ path: "TRAILER!!!", mode: 0, content: NOTHING }, 0);
}

function* encodeEntry(entry: CpioEntry, inode: number): Generator<Uint8Array> {
  const head = Buffer.from(`${encodeHeader(entry, inode)}${entry.path}\0`);
  yield head;
  yield paddingAfter(head);
  yield entry.content;
  yield paddingAfter(entry.content);
}

function encodeHeader({ path, mode, content }: CpioEntry, inode: number): string {
  const owner = { uid: 0, gid: 0, links: 1, time: 0 };
  const devices = { ownMajor: 0, ownMinor: 0, nodeMajor: 0, nodeMinor: 0 };
  const sizes = { content: content.length, ...devices, name: Buffer.byteLength(path) + 1, checksum: 0 };
  const numbers = [inode, mode, ...Object.values(owner), ...Object.values(sizes)];
  return MAGIC + numbers.map((number) => number.toString(16).padStart(8, "0")).join("");
}

function paddingAfter({ length }: Uint8Array): Uint8Array {
  return new Uint8Array(-length & (ALIGNMENT - 1));
}

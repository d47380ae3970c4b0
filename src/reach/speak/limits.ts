/** How much of what the other side says is read, in bytes; it may send as much as it likes. */
export const BODY_BYTES = 64 * 1024;
/** All status lines and headers of one answer together. */
export const HEAD_BYTES = 256 * 1024;
/** One line of a head; the rest of it is left out. */
export const LINE_BYTES = 8 * 1024;
export const HEADERS = 200;
/** What is shown of something that is not the protocol it should be. */
export const START_BYTES = 1024;
/** What is shown of a body. */
export const SHOWN_BYTES = 4 * 1024;
/** Everything on a connection: a library reads some of it (TLS). */
export const WIRE_BYTES = 1024 * 1024;

/** Windows' error numbers that mean something to portguard (winerror.h). */
export const ERROR_BROKEN_PIPE = 109;
export const ERROR_INSUFFICIENT_BUFFER = 122;
export const ERROR_MORE_DATA = 234;
/** Refused: an excluded range or a policy, but also somebody's exclusive socket on an overlapping address. */
export const WSAEACCES = 10013;
export const WSAEAFNOSUPPORT = 10047;
export const WSAEADDRINUSE = 10048;
export const WSAEADDRNOTAVAIL = 10049;

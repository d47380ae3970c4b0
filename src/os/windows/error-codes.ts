/** Windows' error numbers that mean something to portguard (winerror.h). */
export const ERROR_BROKEN_PIPE = 109;
export const ERROR_INSUFFICIENT_BUFFER = 122;
/** Of a pipe whose other end was closed by DisconnectNamedPipe, and not by the end of its process. */
export const ERROR_PIPE_NOT_CONNECTED = 233;
export const ERROR_MORE_DATA = 234;
/** Refused: an excluded range or a policy, but also somebody's exclusive socket on an overlapping address. */
export const WSAEACCES = 10013;
export const WSAEAFNOSUPPORT = 10047;
export const WSAEADDRINUSE = 10048;
export const WSAEADDRNOTAVAIL = 10049;
export const WSAEINVAL = 10022;
export const WSAEWOULDBLOCK = 10035;
export const WSAENOPROTOOPT = 10042;
export const WSAEPROTONOSUPPORT = 10043;
export const WSAENETDOWN = 10050;
export const WSAENETUNREACH = 10051;
export const WSAECONNABORTED = 10053;
export const WSAECONNRESET = 10054;
/** Said by connect() where no port is left to come from. */
export const WSAENOBUFS = 10055;
export const WSAETIMEDOUT = 10060;
export const WSAECONNREFUSED = 10061;
export const WSAEHOSTDOWN = 10064;
export const WSAEHOSTUNREACH = 10065;

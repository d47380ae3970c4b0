import { constants } from "node:os";

const mac = process.platform === "darwin";

/** Error numbers of this machine: the negatives of what the functions of this folder answer. */
export const {
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EACCES,
  EBADF,
  EFAULT,
  EPERM,
  EINTR,
  EINVAL,
  ENOENT,
  ENOMEM,
  ENXIO,
  ENOSYS,
  ESRCH,
  EAGAIN,
  EINPROGRESS,
  ECONNREFUSED,
  ECONNRESET,
  EPIPE,
  ETIMEDOUT,
  EHOSTUNREACH,
  ENETUNREACH,
  ENETDOWN,
  ENOPROTOOPT,
  EPROTONOSUPPORT,
} = constants.errno;
/** Node has no name for it. */
export const EHOSTDOWN = mac ? 64 : 112;
export const EBUSY = constants.errno.EBUSY;
export const ENOEXEC = constants.errno.ENOEXEC;
export const ENOTDIR = constants.errno.ENOTDIR;

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = mac ? 30 : 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;

export const SOL_SOCKET = mac ? 0xffff : 1;
export const SO_REUSEADDR = mac ? 0x4 : 2;
export const SO_REUSEPORT = mac ? 0x200 : 15;
export const SO_TYPE = mac ? 0x1008 : 3;
export const SO_ERROR = mac ? 0x1007 : 4;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = mac ? 27 : 26;

export const SHUT_RD = 0;
export const POLLIN = 0x1;
export const POLLOUT = 0x4;
export const POLLHUP = 0x10;
export const POLLERR = 0x8;

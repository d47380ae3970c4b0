import { type Seen, seen, unseen } from "../../../core/seen.ts";
import { lastError, lazyDll } from "../dll.ts";

const advapi32 = lazyDll("advapi32.dll", {
  OpenSCManagerW: { args: ["ptr", "ptr", "u32"], returns: "u64" },
  OpenServiceW: { args: ["u64", "buffer", "u32"], returns: "u64" },
  QueryServiceStatus: { args: ["u64", "buffer"], returns: "i32" },
  CloseServiceHandle: { args: ["u64"], returns: "i32" },
});

const SC_MANAGER_CONNECT = 1;
const SERVICE_QUERY_STATUS = 4;
/** struct SERVICE_STATUS: seven words, the state in the second. */
const STATUS_WORDS = 7;
const SERVICE_RUNNING = 4;

/** Whether a service runs. (One that is only starting does not.) */
export function readServiceState(name: string): Seen<"running" | "stopped"> {
  const manager = advapi32().OpenSCManagerW(null, null, SC_MANAGER_CONNECT);
  if (manager === 0n) return refuse(name);
  try {
    return readFrom(manager, name);
  } finally {
    advapi32().CloseServiceHandle(manager);
  }
}

function readFrom(manager: bigint, name: string): Seen<"running" | "stopped"> {
  const service = advapi32().OpenServiceW(manager, Buffer.from(`${name}\0`, "utf16le"), SERVICE_QUERY_STATUS);
  if (service === 0n) return refuse(name);
  try {
    const status = new Uint32Array(STATUS_WORDS);
    if (advapi32().QueryServiceStatus(service, status) === 0) return refuse(name);
    return seen(status[1] === SERVICE_RUNNING ? "running" : "stopped");
  } finally {
    advapi32().CloseServiceHandle(service);
  }
}

function refuse(name: string): Seen<never> {
  return unseen(
    `the state of the service ${name} can't be read (error ${lastError()})`,
    `\`sc query ${name}\` shows it`,
  );
}

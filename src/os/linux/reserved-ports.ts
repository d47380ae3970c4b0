import { readTextPath } from "../unix/paths.ts";

const SETTING = "net.ipv4.ip_local_reserved_ports";

/** A reserved port is left out where the kernel chooses one (bind to 0, connect); whoever asks for its number gets it. */
export function explainSetAside(port: number): string | undefined {
  const reserved = readTextPath(`/proc/sys/${SETTING.replaceAll(".", "/")}`) ?? "";
  return listsPort(reserved, port)
    ? `the kernel gives ${port} to nobody by its own choice (${SETTING}): a program that asks for it gets it`
    : undefined;
}

/** Whether the port is in `8080,9000-9010`. */
export function listsPort(list: string, port: number): boolean {
  return list.split(",").some((part) => {
    const [from, to] = part.split("-").map((end) => (end.trim() === "" ? Number.NaN : Number(end)));
    return from !== undefined && port >= from && port <= (to ?? from);
  });
}

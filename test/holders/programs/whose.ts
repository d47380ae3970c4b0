// Whose the sockets on a port are, where every process that there is can be seen: `whose.ts PORT`. A test's process namespace
// is not the machine's first, but its network is its own.
import { readSocketTable } from "../../../src/os/linux/socket-table.ts";
import { findSocketOwners } from "../../../src/os/linux/origin/socket-owners.ts";

const rows = readSocketTable({ port: Number(process.argv[2]) });
process.stdout.write(JSON.stringify([...findSocketOwners(rows, () => true).values()]));

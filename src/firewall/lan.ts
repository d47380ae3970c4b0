import { type Cidr, cidrCovers, cidrOf } from "../core/cidr.ts";
import type { NetworkInterface } from "../core/network.ts";

/** Networks of containers and virtual machines: whoever is there is on this machine. */
const VIRTUAL = /^(?:docker|br-|veth|virbr|cni|flannel|cali|lxc|lxd|podman|vmnet|vboxnet|bridge\d|tap|vnet)/;

export function isLanInterface({ name, up, loopback }: NetworkInterface): boolean {
  return up && !loopback && !isVirtualName(name);
}

/** Whether an interface of this name leads to containers or virtual machines. */
export function isVirtualName(name: string): boolean {
  return VIRTUAL.test(name);
}

/**
 * The networks that stand for `lan`: those that this machine has an address in, or only those of `interfaceName`. Single
 * addresses (tunnels) are no network; every link-local address of IPv6 is one.
 */
export function lanNetworks(interfaces: readonly NetworkInterface[], interfaceName?: string): readonly Cidr[] {
  const chosen = interfaces.filter((each) =>
    interfaceName === undefined ? isLanInterface(each) : each.name === interfaceName,
  );
  const networks = chosen.flatMap(({ addresses }) =>
    addresses.flatMap(({ address, prefix }) =>
      prefix < (address.family === 4 ? 31 : 127) ? [cidrOf(address, prefix)] : [],
    ),
  );
  return networks.filter(
    (network, index) =>
      !networks.some(
        (other, at) => at !== index && cidrCovers(other, network) && (at < index || !cidrCovers(network, other)),
      ),
  );
}

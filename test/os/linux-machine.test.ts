import { expect, test } from "bun:test";
import { nameCloud } from "../../src/os/linux/network/cloud.ts";
import { describeWsl, nameRuntime, readMachine } from "../../src/os/linux/network/machine.ts";

/** What machines say of themselves in /sys/class/dmi/id. */
const FIRMWARE = [
  ["Amazon EC2", { sys_vendor: "Amazon EC2", product_name: "t3.micro", chassis_asset_tag: "Amazon EC2" }],
  ["Amazon EC2", { sys_vendor: "Xen", product_name: "HVM domU", bios_version: "4.11.amazon" }],
  ["Google Compute Engine", { sys_vendor: "Google", product_name: "Google Compute Engine" }],
  [
    "Microsoft Azure",
    {
      sys_vendor: "Microsoft Corporation",
      product_name: "Virtual Machine",
      chassis_asset_tag: "7783-7084-3265-9085-8269-3286-77",
    },
  ],
  ["Hetzner Cloud", { sys_vendor: "Hetzner", product_name: "vServer" }],
  ["DigitalOcean", { sys_vendor: "DigitalOcean", product_name: "Droplet" }],
  ["Oracle Cloud", { sys_vendor: "QEMU", product_name: "Standard PC", chassis_asset_tag: "OracleCloud.com" }],
  ["Alibaba Cloud", { sys_vendor: "Alibaba Cloud", product_name: "Alibaba Cloud ECS" }],
  ["Vultr", { sys_vendor: "Vultr", product_name: "VC2" }],
  ["Linode", { sys_vendor: "Linode", product_name: "Compute Instance" }],
  ["an OpenStack cloud", { sys_vendor: "OpenStack Foundation", product_name: "OpenStack Nova" }],
] as const;

for (const [cloud, fields] of FIRMWARE) {
  test(`the firmware of ${cloud} is told from ${Object.keys(fields).join(", ")}`, () => {
    expect(nameCloud((field) => (fields as Record<string, string>)[field] ?? "")).toBe(cloud);
  });
}

test("a virtual machine of one's own is no cloud, nor is Hyper-V, Xen or a laptop", () => {
  const own = [
    { sys_vendor: "QEMU", product_name: "Standard PC (Q35 + ICH9, 2009)", bios_version: "1.16.2" },
    { sys_vendor: "Microsoft Corporation", product_name: "Virtual Machine", chassis_asset_tag: "1234-5678" },
    { sys_vendor: "Xen", product_name: "HVM domU", bios_version: "4.17" },
    { sys_vendor: "LENOVO", product_name: "20XW", chassis_asset_tag: "No Asset Information" },
    {},
  ];
  for (const fields of own) {
    expect(nameCloud((field) => (fields as Record<string, string>)[field] ?? "")).toBeUndefined();
  }
});

const at = (name: string, ...texts: string[]) => ({
  name,
  addresses: texts.map((text) => ({ address: { family: 4, text, scopeId: 0 } as const, prefix: 20 })),
});
const WSL2 = "6.6.87.2-microsoft-standard-WSL2";

test("WSL is told by its kernel, and the way it is networked by its interfaces", () => {
  expect(describeWsl("4.4.0-19041-Microsoft", [])).toEqual({ version: 1, networking: "unknown" });
  expect(describeWsl(WSL2, [at("lo", "127.0.0.1"), at("eth0", "172.28.107.9")])).toEqual({
    version: 2,
    networking: "nat",
  });
  expect(describeWsl(WSL2, [at("lo"), at("eth0", "192.168.1.50"), at("loopback0")])).toEqual({
    version: 2,
    networking: "mirrored",
  });
  expect(describeWsl(WSL2, [at("eth0", "192.168.1.50"), at("loopback0", "169.254.73.249")])).toEqual({
    version: 2,
    networking: "unknown",
  });
  expect(describeWsl(WSL2, [at("eth0", "192.168.1.50")])).toEqual({ version: 2, networking: "unknown" });
});

const mount = (root: string, place: string) => `637 619 259:1 ${root} ${place} rw,relatime - ext4 /dev/nvme0n1p1 rw`;

test("the container around us is told by where its hosts file is mounted from", () => {
  const id = "f".repeat(64);
  const told = (root: string, place = "/etc/hosts") => nameRuntime(`${mount("/", "/")}\n${mount(root, place)}\n`);
  expect(told(`/var/lib/docker/containers/${id}/hosts`)).toBe("docker");
  expect(told(`/home/me/.local/share/docker/containers/${id}/hostname`, "/etc/hostname")).toBe("docker");
  expect(told(`/var/lib/kubelet/pods/0a1b/etc-hosts`)).toBe("kubernetes");
  expect(told(`/containers/storage/overlay-containers/${id}/userdata/hosts`)).toBe("podman");
  expect(told(`/var/lib/nerdctl/1935db59/etchosts/default/${id}/hosts`)).toBe("containerd");
  expect(told("/etc/hosts.d/mine")).toBeUndefined();
  expect(told(`/var/lib/docker/containers/${id}/hosts`, "/mnt/etc/hosts")).toBeUndefined();
});

test("the machine that runs this is described without an error", () => {
  expect(readMachine()).not.toHaveProperty("windows");
});

/** Files of /sys/class/dmi/id that everybody may read. */
type DmiField = "sys_vendor" | "product_name" | "chassis_asset_tag" | "chassis_vendor" | "bios_version";

/** The first that fits names the cloud. Some rent the same virtual hardware as others do: then the asset tag tells. */
const CLOUDS: readonly (readonly [cloud: string, field: DmiField, expression: RegExp])[] = [
  ["Oracle Cloud", "chassis_asset_tag", /^OracleCloud\.com$/],
  ["Microsoft Azure", "chassis_asset_tag", /^7783-7084-3265-9085-8269-3286-77$/],
  ["Huawei Cloud", "chassis_asset_tag", /^HUAWEICLOUD$/],
  ["Open Telekom Cloud", "chassis_asset_tag", /^OpenTelekomCloud$/],
  ["Amazon EC2", "sys_vendor", /^Amazon EC2$/],
  // The older, Xen machines.
  ["Amazon EC2", "bios_version", /\.amazon$/],
  ["Google Compute Engine", "product_name", /^Google Compute Engine$/],
  ["Hetzner Cloud", "sys_vendor", /^Hetzner$/],
  ["DigitalOcean", "sys_vendor", /^DigitalOcean$/],
  ["Alibaba Cloud", "sys_vendor", /^Alibaba Cloud$/],
  ["Tencent Cloud", "sys_vendor", /^Tencent Cloud$/],
  ["Vultr", "sys_vendor", /^Vultr$/],
  ["Linode", "sys_vendor", /^(?:Linode|Akamai)/],
  ["Scaleway", "sys_vendor", /^Scaleway$/],
  ["UpCloud", "sys_vendor", /^UpCloud$/],
  ["Exoscale", "sys_vendor", /^Exoscale$/],
  ["OVHcloud", "sys_vendor", /^OVHcloud/],
  ["IBM Cloud", "chassis_vendor", /^IBM:Cloud/],
  ["an OpenStack cloud", "product_name", /^OpenStack (?:Nova|Compute)$/],
];

/** Whose virtual machine this is; nothing for one of our own, or where the firmware does not tell. */
export function nameCloud(read: (field: DmiField) => string): string | undefined {
  return CLOUDS.find(([, field, expression]) => expression.test(read(field)))?.[0];
}

/** The spool and what cron keeps under /run are the namespace's own, and so are the processes: all ends with the first. */
export const OWN_CRON = [
  "unshare",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
  "sh",
  "-c",
  [
    "mount -t tmpfs none /var/spool/cron",
    "mkdir /var/spool/cron/crontabs",
    "chown root:crontab /var/spool/cron/crontabs",
    "chmod 1730 /var/spool/cron/crontabs",
    "mount -t tmpfs none /run",
    'exec "$@"',
  ].join(" && "),
  "sh",
];

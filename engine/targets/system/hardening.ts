/**
 * For the services of gateway and planner. No option that would give them a mount namespace of their own
 * (ProtectSystem=, PrivateTmp=, ProtectKernelModules= and the like): bind sources are looked up, and mounts
 * made, in the namespace of users and the engine. Nor RestrictSUIDSGID=: it makes openat2(2) fail, by which
 * paths are opened without following links. The remaining capabilities serve to decide for users and to mount
 * for containers.
 */
export const hardening = `NoNewPrivileges=yes
CapabilityBoundingSet=~CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_TIME CAP_SYS_BOOT CAP_SYS_PACCT CAP_SYSLOG
CapabilityBoundingSet=~CAP_MAC_ADMIN CAP_MAC_OVERRIDE CAP_AUDIT_CONTROL CAP_AUDIT_READ CAP_AUDIT_WRITE
CapabilityBoundingSet=~CAP_BLOCK_SUSPEND CAP_WAKE_ALARM CAP_LINUX_IMMUTABLE CAP_NET_RAW CAP_NET_BROADCAST
SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM
SystemCallArchitectures=native
ProtectClock=yes
KeyringMode=private
RestrictRealtime=yes
LockPersonality=yes
`;

import path from 'node:path';
import { fixedLimits } from '../../../shared/process/time-limits.ts';
import { lxcfsDirectory, procFilesDirectory } from '../../base/lxcfs-files.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { engineEnvironment } from '../guarded/engine-home.ts';
import { gatewayArguments } from '../guarded/gateway-arguments.ts';
import { lxcfsHangWatch, lxcfsScript } from '../guarded/lxcfs-script.ts';
import { commandLine, quote, unitDirectory, unitFile } from '../guarded/unit-text.ts';
import { hardening } from './hardening.ts';
import { engineUnits, ownUnits } from './unit-names.ts';

/** A file that the installation writes. */
export interface InstalledFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

export interface UnitOptions {
  readonly paths: RootPaths;
  /** Absolute path of the launcher (`bin/bulkhead`). */
  readonly bulkheadCommand: string;
  /** Group that may use the Docker socket, as set in docker.socket. */
  readonly group: string;
  /** Whether /usr/bin/lxcfs exists. */
  readonly lxcfs: boolean;
}

export const dropInFile = (unit: string): string => path.join(unitDirectory, `${unit}.d`, '50-bulkhead.conf');

/** Whether a file changes the configuration with which the engine is started. */
export const isDropIn = ({ path: file }: { readonly path: string }): boolean =>
  path.dirname(file).endsWith('.d');

const seconds = (ms: number): number => ms / 1000;

const header = '# Written by "bulkhead install"; removed by "bulkhead uninstall". Changes are lost.\n';

/** Every unit and drop-in that puts gateway and planner in front of docker.service. Pure. */
export function unitFiles(options: UnitOptions): InstalledFile[] {
  const file = (name: string, text: string): InstalledFile => ({
    path: name,
    text: header + text,
    mode: 0o644,
  });
  return [
    file(unitFile(ownUnits.recover), recoverService(options)),
    file(unitFile(ownUnits.planner), plannerService(options)),
    file(unitFile(ownUnits.gatewaySocket), gatewaySocket(options)),
    file(unitFile(ownUnits.gateway), gatewayService(options)),
    ...(options.lxcfs
      ? [
          file(unitFile(ownUnits.lxcfs), lxcfsService(options)),
          {
            path: lxcfsScriptFile(options.paths),
            text: `#!/bin/sh\n${header}${lxcfsHangWatch(fixedLimits.lxcfsResponse)}\n${lxcfsScript()}\n`,
            mode: 0o755,
          },
        ]
      : []),
    file(dropInFile(engineUnits.socket), engineSocketDropIn(options)),
    file(dropInFile(engineUnits.service), engineServiceDropIn(options)),
  ];
}

/**
 * Clients connect here; systemd keeps the socket, so that its inode outlives gateway and engine (moby#22789).
 */
const gatewaySocket = ({ paths, group }: UnitOptions): string => `[Unit]
Description=Docker socket, served by Bulkhead's gateway

[Socket]
ListenStream=${paths.clientSocket}
SocketMode=0660
SocketUser=root
SocketGroup=${group}
FileDescriptorName=clients
Backlog=1024
RemoveOnStop=no

[Install]
WantedBy=sockets.target
`;

const gatewayService = ({ paths, bulkheadCommand, group }: UnitOptions): string => `[Unit]
Description=Bulkhead gateway in front of the Docker Engine
Documentation=man:bulkhead(1)
Requires=${ownUnits.gatewaySocket}
Wants=${engineUnits.socket}
After=${ownUnits.gatewaySocket} ${engineUnits.socket}
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart=${commandLine(
  bulkheadCommand,
  ...gatewayArguments(paths),
  '--group',
  group,
  '--engine-pid-file',
  '/run/docker.pid',
)}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=100ms
TimeoutStartSec=${seconds(fixedLimits.serviceStart)}
TimeoutStopSec=${seconds(fixedLimits.gatewayStop)}
WatchdogSec=${seconds(fixedLimits.serviceWatchdog)}
WatchdogSignal=SIGKILL
FileDescriptorStoreMax=4096
# Containers' own sockets also outlive a stop. systemd before 254 does not know this, and closes them then.
FileDescriptorStorePreserve=yes
OOMScoreAdjust=-500
LimitNOFILE=1048576
TasksMax=4096
RuntimeDirectory=bulkhead/system
RuntimeDirectoryMode=0711
RuntimeDirectoryPreserve=yes
UMask=0077
${hardening}CapabilityBoundingSet=~CAP_BPF CAP_PERFMON CAP_IPC_LOCK CAP_IPC_OWNER CAP_LEASE CAP_MKNOD
CapabilityBoundingSet=~CAP_NET_ADMIN CAP_NET_BIND_SERVICE CAP_SYS_TTY_CONFIG
DevicePolicy=closed
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

[Install]
WantedBy=multi-user.target
`;

/** It shares the engine's mount namespace: no option here may give it another one. */
const plannerService = ({ paths, bulkheadCommand }: UnitOptions): string => `[Unit]
Description=Bulkhead isolation planner for the Docker Engine
Documentation=man:bulkhead(1)
Before=${engineUnits.service}
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart=${commandLine(bulkheadCommand, 'planner', '--root', paths.root, '--data-root', paths.data)}
Restart=always
RestartSec=100ms
TimeoutStartSec=${seconds(fixedLimits.serviceStart)}
WatchdogSec=${seconds(fixedLimits.serviceWatchdog)}
WatchdogSignal=SIGKILL
FileDescriptorStoreMax=16
OOMScoreAdjust=-500
LimitNOFILE=1048576
TasksMax=4096
UMask=0077
${hardening}# ProtectClock= limits devices. It makes files of devices for containers, and opens none.
DeviceAllow=char-* m
DeviceAllow=block-* m
IPAddressDeny=any
RestrictAddressFamilies=AF_UNIX AF_NETLINK

[Install]
WantedBy=multi-user.target
`;

const lxcfsScriptFile = (paths: RootPaths): string => path.join(paths.programs, 'serve-lxcfs');

const lxcfsService = ({ paths }: UnitOptions): string => {
  const directory = lxcfsDirectory(paths);
  const served = procFilesDirectory(paths);
  return `[Unit]
Description=Bulkhead's lxcfs for containers of the Docker Engine
Before=${engineUnits.service}
StartLimitIntervalSec=0

[Service]
ExecStart=${commandLine(lxcfsScriptFile(paths), directory)}
# It has no readiness message; containers that start before it is mounted would go without these files.
ExecStartPost=/bin/sh -c 'until [ -e ${served} ]; do sleep 0.1; done'
TimeoutStartSec=${seconds(fixedLimits.lxcfsServiceReady)}
Restart=always
RestartSec=100ms
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
`;
};

/** Undoes an interrupted installation, before the engine starts. */
const recoverService = ({ paths, bulkheadCommand }: UnitOptions): string => `[Unit]
Description=Finish or undo an interrupted installation of Bulkhead
DefaultDependencies=no
After=local-fs.target
Before=${ownUnits.gatewaySocket} ${engineUnits.socket} ${engineUnits.service} sockets.target
ConditionPathExists=${path.join(paths.root, 'install-journal.json')}

[Service]
Type=oneshot
ExecStart=${commandLine(bulkheadCommand, 'install', '--recover')}

[Install]
WantedBy=sysinit.target
`;

const engineSocketDropIn = ({ paths }: UnitOptions): string => `[Socket]
ListenStream=
ListenStream=${paths.engineSocket}
SocketMode=0600
SocketUser=root
SocketGroup=root
DirectoryMode=0711
`;

/**
 * Never Requires= for the planner: killing it would restart the engine. The runtime fails closed by itself.
 */
const engineServiceDropIn = ({ paths, lxcfs }: UnitOptions): string => {
  const beside = [ownUnits.planner, ownUnits.gateway, ...(lxcfs ? [ownUnits.lxcfs] : [])].join(' ');
  const variables = engineEnvironment(paths, { DOCKER_BUILDKIT_RUNC_COMMAND: paths.runtimeBinary }, {});
  const signal = (name: string): string =>
    `-/usr/bin/systemctl kill --kill-whom=main --signal=${name} ${ownUnits.gateway}`;
  return `[Unit]
Wants=${beside}
After=${beside}

[Service]
${Object.entries(variables)
  .map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`)
  .join('\n')}
UnsetEnvironment=SSH_AUTH_SOCK SSH_ASKPASS GIT_ASKPASS GIT_SSH GIT_SSH_COMMAND GIT_CONFIG_COUNT
UnsetEnvironment=GIT_CONFIG_SYSTEM
UnsetEnvironment=DOCKER_CONFIG KRB5CCNAME KRB5_CLIENT_KTNAME
# The gateway closes the engine's event stream, which would delay its stop by 5 s, and does not reopen it.
ExecStop=${signal('SIGWINCH')}
ExecStartPost=${signal('SIGURG')}
# dockerd opens what images hold, as root: pseudo devices alone (A5). Containers have cgroups elsewhere.
DevicePolicy=closed
DeviceAllow=char-* m
DeviceAllow=block-* m
DeviceAllow=/dev/null rwm
DeviceAllow=/dev/zero rwm
DeviceAllow=/dev/full rwm
DeviceAllow=/dev/random rwm
DeviceAllow=/dev/urandom rwm
DeviceAllow=/dev/tty rwm
DeviceAllow=/dev/ptmx rwm
DeviceAllow=char-pts rwm
DeviceAllow=/dev/fuse rwm
`;
};

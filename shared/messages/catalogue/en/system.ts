import { concat } from '../concat.ts';

/** The machine's own Docker Engine, and `bulkhead install`. */
export const system = {
  'system.no-progress': 'The engine used no processor time for {{seconds}} s.',
  'system.not-within': 'It did not finish within {{seconds}} s.',
  'system.systemctl-failed': 'systemctl {{command}} failed.',
  'system.see-journal': 'See: journalctl -u docker -u bulkhead-gateway -u bulkhead-planner',
  'system.no-systemd': 'This machine has no Docker Engine that systemd runs.',
  'system.use-embedded-engine': 'Use an embedded engine: sudo bulkhead engine start --root {{root}}',
  'system.no-docker-service':
    'There is no Docker Engine with docker.service and docker.socket on this machine.',
  'system.install-docker': 'Install docker.io (Debian) or docker-ce, then try again.',
  'system.rootless-docker-found': concat(
    'A rootless Docker runs at {{socket}}; it is confined to its user already, ',
    'and cannot be put behind the gateway.',
  ),
  'system.snap-docker-found':
    'Docker is installed as a snap, whose engine and files the system does not let others change.',
  'system.no-docker-found': 'No docker.service is installed.',
  'system.listens-elsewhere': concat(
    'dockerd also listens on {{address}}, where clients would bypass the gateway. ',
    'Remove that -H or --host from docker.service, its drop-ins or /etc/default/docker.',
  ),
  'system.socket-listens-elsewhere': concat(
    'docker.socket also listens on {{address}}, where clients bypass the gateway. ',
    'Remove that ListenStream= from its drop-ins, and restart docker.',
  ),
  'system.socket-is-accessible': concat(
    'docker.socket gives {{path}} to others than root ({{mode}} {{owner}}), who bypass the gateway there. ',
    'A drop-in in docker.socket.d that is read after 50-bulkhead.conf does that: remove its SocketMode=, ',
    'SocketUser= and SocketGroup=, or rename it (10-override.conf). Then restart docker.socket and docker.',
  ),
  'system.other-socket-unit': concat(
    '{{unit}} also gives sockets to docker.service, where clients bypass the gateway. ',
    'Run: systemctl disable --now {{unit}}, and restart docker.',
  ),
  'system.not-socket-activated': concat(
    'docker.service does not take its socket from docker.socket (-H fd://), ',
    'so the gateway cannot be put in front of it. Use the ExecStart of its package.',
  ),
  'system.engine-left-socket-unit': concat(
    'docker.service does not take its socket from docker.socket (-H fd://): dockerd listens on a socket of ',
    'its own, where clients bypass the gateway. Give docker.service -H fd:// again, and run: ',
    'systemctl restart docker bulkhead-gateway.socket bulkhead-gateway',
  ),
  'system.option-not-supported': concat(
    'dockerd is started with {{option}}, which Bulkhead does not support. ',
    'Move it to /etc/docker/daemon.json, or remove it.',
  ),
  'system.gateway-socket-down': concat(
    'bulkhead-gateway.socket is not active: nobody can connect to /run/docker.sock. Run: ',
    'systemctl start bulkhead-gateway.socket',
  ),
  'system.gateway-down': concat(
    'bulkhead-gateway.service is not active: clients wait until it runs. Run: ',
    'systemctl start bulkhead-gateway',
  ),
  'system.planner-down': concat(
    'bulkhead-planner.service is not active: no isolated container can be started. Run: ',
    'systemctl start bulkhead-planner',
  ),
  'system.engine-failed': 'docker.service failed ({{result}}).',
  'system.install-needs-root': 'Bulkhead is installed in front of the Docker Engine by root.',
  'system.cannot-install': 'Bulkhead cannot be installed in front of this Docker Engine.',
  'system.cannot-uninstall': 'Bulkhead cannot be removed from in front of this Docker Engine.',
  'system.no-install-journal': 'The installation was removed by another process.',
  'system.settings-deleted': concat(
    '{{file}} was deleted, and its text is not stored: the running gateway keeps its settings, ',
    'but a new one would be locked down. Put the file back, or run bulkhead apply, first.',
  ),
  'system.settings-deleted-version': concat(
    '{{file}} was deleted, and its text is not stored: the running gateway keeps its settings, ',
    'but a new one would be locked down. ',
    'Restore it first: bulkhead settings rollback {{version}}, then bulkhead apply.',
  ),
  'system.settings-unusable': concat(
    '{{file}} cannot be used: the running gateway keeps its last settings, ',
    'but a new one would be locked down. Correct the file first.',
  ),
  'system.settings-unusable-version': concat(
    '{{file}} cannot be used: the running gateway keeps its last settings, ',
    'but a new one would be locked down. ',
    'Correct the file first, or: bulkhead settings rollback {{version}}, then bulkhead apply.',
  ),
  'system.install-rolled-back':
    'The Docker Engine did not start behind the gateway; everything was rolled back.',
  'system.upgrade-rolled-back':
    'The upgrade of gateway and planner failed. Their unit files were rolled back.',
  'system.gateway-not-replaced': 'The new gateway did not start; the previous one keeps serving.',
  'system.gateway-status': 'systemctl status shows "{{status}}"',
  'system.gateway-state-unknown': 'systemd did not report whether the gateway runs, so it was not replaced.',
  'system.plain-engine-runs': 'The plain engine runs again. Correct the cause, then try again.',
  'system.previous-version-runs': 'The previous version runs again. Correct the cause, then try again.',
  'system.engine-was-not-touched': concat(
    'The engine and its containers were not touched. ',
    'Correct the cause, then run bulkhead install.',
  ),
  'system.preparation-undone': 'The prepared installation could not come into force, and was undone.',
  'system.correct-then-install': 'Correct the cause, then run bulkhead install.',
  'system.not-installed': "Bulkhead is not installed in front of this machine's Docker Engine.",
  'system.files-change': 'Files:',
  'system.file-create': 'create  {{path}}',
  'system.file-replace': 'replace {{path}}',
  'system.file-merge': 'edit    {{path}} (keys are added, all else stays)',
  'system.file-remove': 'remove  {{path}}',
  'system.file-restore': 'roll back {{path}}',
  'system.engine-restarts-once': 'The Docker Engine restarts once.',
  'system.engine-restarts-later': concat(
    'Some changes apply to the Docker Engine from its next start on. Until then it runs as before, behind ',
    'the new gateway. To restart it now, which stops containers without live-restore: ',
    'systemctl restart docker',
  ),
  'system.containers-stop-for-good':
    'These containers stop, and have no restart policy that brings them back: {{names}}',
  'system.containers-come-back': 'These containers stop and come back: {{names}}',
  'system.stops-unknown':
    'It is not known which containers stop, since the engine did not list them: docker ps',
  'system.containers-go-on': 'These containers keep running (live-restore): {{names}}',
  'system.containers-unstartable': concat(
    'These containers were made under Enhanced Container Isolation, ',
    'and the plain engine cannot start them: {{names}}',
  ),
  'system.is-installed':
    'The gateway is in front of the Docker Engine already; its files are brought up to date.',
  'system.is-prepared': 'An installation is prepared: it comes into force now.',
  'system.blocked': 'It cannot be done:',
  'system.ask-install': 'Put the gateway in front of the Docker Engine? [y/N] ',
  'system.ask-uninstall': 'Roll back to the plain Docker Engine? [y/N] ',
  'system.confirm-with-yes': 'Nothing was changed: confirm with --yes.',
  'system.step-check': 'checking',
  'system.step-write': 'writing units and runtime',
  'system.step-stop-engine': 'stopping the engine',
  'system.step-wait-for-containers': 'the engine waits for its containers to stop',
  'system.step-start-services': 'starting gateway and planner',
  'system.step-start-engine': 'starting the engine',
  'system.step-health': 'checking the engine through the gateway',
  'system.step-roll-back': 'rolling back to the plain engine',
  'system.step-roll-back-upgrade': 'rolling back to the previous version',
  'system.step-remove': 'removing what was installed',
  'system.installed': concat(
    'The gateway is in front of the Docker Engine: clients use /run/docker.sock as before. ',
    'Turn isolation on with: sudo bulkhead settings set /enhancedContainerIsolation/value true && ',
    'sudo bulkhead apply',
  ),
  'system.prepared': concat(
    'Everything is prepared. It comes into force when the machine starts next, or with: ',
    'sudo bulkhead install',
  ),
  'system.uninstalled':
    'The plain Docker Engine runs again. Settings and history stay in {{settings}} and {{root}}.',
  'system.authentication-required': concat(
    'Authentication is required to run "bulkhead {{command}}" as administrator: ',
    '{{description}}',
  ),
} as const;

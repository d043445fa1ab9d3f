import type { Verification } from '../../shared/verify/claims.ts';
import { minutesAgo } from './settings-fixture.ts';

export const verification: Verification = {
  at: minutesAgo(3),
  durationMs: 1300,
  eci: true,
  claims: [
    { id: 'A2-user-namespace', verdict: 'pass', evidence: 'uid_map "0 1000000000 65536"' },
    {
      id: 'A3-exclusive-range',
      verdict: 'pass',
      evidence: '1000000000-1000065535 and 1000065536-1000131071',
    },
    {
      id: 'A4-privileged-works',
      verdict: 'pass',
      evidence: '58 of 59 allowed; 1 not in this kernel',
      items: [
        { title: 'mount an overlay', seen: 'allowed', good: true },
        { title: 'add a dummy interface', seen: 'not in this kernel (EOPNOTSUPP)', good: true },
      ],
    },
    {
      id: 'A5-privileged-confined',
      verdict: 'pass',
      evidence: '54 of 66 refused; 12 not in this kernel',
      items: [
        { title: 'set the clock', seen: 'refused (EPERM)', good: true },
        { title: 'write kernel.core_pattern', seen: 'refused (EACCES)', good: true },
        { title: 'load a kernel module', seen: 'not in this kernel (ENOSYS)', good: true },
      ],
    },
    {
      id: 'A5-listed-devices',
      verdict: 'pass',
      evidence: '/dev/null (c1:3): ok; making another: EPERM; --device /dev/kmsg: 403',
    },
    { id: 'A6-runtime-override', verdict: 'pass', evidence: 'requested "runc", got "bulkhead"' },
    {
      id: 'A7-userns-host-ignored',
      verdict: 'pass',
      evidence: 'requested userns=host, got "" with uid_map "0 1000131072 65536"',
    },
    {
      id: 'A7-host-namespaces-refused',
      verdict: 'pass',
      evidence:
        '5 of 5 denied by Enhanced Container Isolation (403): pid=host, network=host, ipc=host, ' +
        'uts=host, cgroupns=host',
    },
    {
      id: 'A7-namespace-sharing',
      verdict: 'pass',
      evidence:
        'joined a protected one: net:[4026532789] in user:[4026532784], as it; requested to join an ' +
        'unprotected one: 403 enhanced container isolation: --network=container:old is blocked: a ' +
        'namespace may be shared with a protected container only (old is not protected; A7); no setting ' +
        'allows it',
    },
    {
      id: 'A8-engine-directories-refused',
      verdict: 'pass',
      evidence:
        "5 of 5 denied by Enhanced Container Isolation (403): bind of the engine's directory, mount of " +
        "the engine's data, read-only bind of /, bind through /proc, bind of /etc",
    },
    {
      id: 'A8-shared-directory-usable',
      verdict: 'pass',
      evidence:
        "inside: root wrote (ok) as 0:0, could write the user's file (ok) of 0:0; outside: it belongs to " +
        '1000:1000, the user is 1000',
    },
    {
      id: 'A9-read-only-locked',
      verdict: 'pass',
      evidence: 'as it is: EROFS, remount: EPERM, bind elsewhere, remount: EPERM',
    },
    {
      id: 'A10-proc-hidden',
      verdict: 'pass',
      evidence: 'read /proc/kcore: EACCES, write /proc/sysrq-trigger: EROFS',
    },
    {
      id: 'A10-proc-emulated',
      verdict: 'limited',
      evidence:
        '/proc/uptime reports 12710 s, the host is up 12711 s; /proc/uptime, /proc/meminfo and others ' +
        "show the host's values, since lxcfs does not run (Debian package lxcfs). It is information, " +
        'not protection',
    },
    {
      id: 'A11-through-socket',
      verdict: 'limited',
      evidence:
        'a socket for the probe: 403 enhanced container isolation: mounting the Docker socket ' +
        '(/var/lib/bulkhead/docker.sock) into a container of image bulkhead/probe:067b72f10506 is ' +
        'blocked: the Docker socket may be mounted by allowed images only (no entry of the allowed images ' +
        'names it; B1); an administrator can allow it with an entry of ' +
        'enhancedContainerIsolation.dockerSocketMount.imageList that covers the image. Allowed images are ' +
        'not tried: their requests pass the same gateway',
    },
    {
      id: 'B1-socket-refused',
      verdict: 'pass',
      evidence:
        "3 of 3 denied by Enhanced Container Isolation (403): bind of the engine's own socket, bind of " +
        'the client socket, mount of the client socket',
    },
    { id: 'C-build-legacy', verdict: 'pass', evidence: 'in RUN: uid_map "0 1000196608 65536"' },
    { id: 'C-build-buildkit', verdict: 'pass', evidence: 'in RUN: uid_map "0 1000262144 65536"' },
  ],
};

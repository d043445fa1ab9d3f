import { replaceNode, type Report } from './report.ts';

/** The ECI toggle itself, and Docker Desktop settings that hang together with it. */
export function lintIsolation(report: Report): void {
  const on = report.value(['enhancedContainerIsolation', 'value']) === true;
  const locked = report.value(['enhancedContainerIsolation', 'locked']);
  if (on && locked !== true) lintUnlocked(report, locked);
  if (!on) {
    for (const path of [
      ['enhancedContainerIsolation', 'dockerSocketMount', 'imageList', 'images'],
      ['bulkhead', 'perImageCommandLists'],
    ]) {
      if (report.list(path).length > 0)
        report.add(
          'eci-off-with-allowlist',
          'warning',
          path,
          'Enhanced Container Isolation is off: this list has no effect, every container may mount the Docker socket.',
        );
    }
  }
  if (report.ownEngine && on) lintAuditMode(report);
  if (!report.ownEngine) {
    lintFileSharingDrivers(report);
    lintKubernetes(report, on);
  }
}

/** Meant for a roll-out: nobody shall take it for protection. */
function lintAuditMode(report: Report): void {
  if (report.value(['bulkhead', 'mode']) !== 'audit') return;
  const node = report.node(['bulkhead', 'mode']);
  report.add(
    'audit-mode',
    'warning',
    ['bulkhead', 'mode'],
    'Audit mode: nothing is refused. What would be is written to the decision log and let through; "enforce" refuses it.',
    node === undefined ? {} : { fix: { title: 'Enforce', edits: [replaceNode(node, '"enforce"')] } },
  );
}

function lintUnlocked(report: Report, locked: unknown): void {
  const node = report.node(['enhancedContainerIsolation', 'locked']);
  const toggle = report.node(['enhancedContainerIsolation', 'value'])?.parent;
  const edit =
    locked === false && node !== undefined
      ? replaceNode(node, 'true')
      : locked === undefined && toggle !== undefined
        ? { offset: toggle.offset, length: 0, text: '"locked": true, ' }
        : null;
  report.add(
    'eci-unlocked',
    'warning',
    node === undefined ? ['enhancedContainerIsolation', 'value'] : ['enhancedContainerIsolation', 'locked'],
    'Enhanced Container Isolation is on but not locked: it is a default that a user may turn off.',
    edit === null ? {} : { fix: { title: 'Lock it', edits: [edit] } },
  );
}

function lintFileSharingDrivers(report: Report): void {
  const virtioFs = ['useVirtualizationFrameworkVirtioFS', 'value'];
  const grpcFuse = ['useGrpcfuse', 'value'];
  if (
    report.context.platform === 'darwin' &&
    report.value(virtioFs) === false &&
    report.value(grpcFuse) === false
  ) {
    const node = report.node(virtioFs);
    report.add(
      'file-sharing-drivers-off',
      'error',
      virtioFs,
      'VirtioFS and gRPC FUSE are both off: Docker Desktop would not start on macOS. Turn one of them on.',
      node === undefined ? {} : { fix: { title: 'Turn VirtioFS on', edits: [replaceNode(node, 'true')] } },
    );
  }
}

function lintKubernetes(report: Report, eci: boolean): void {
  const repository = report.value(['kubernetes', 'imagesRepository']);
  if (
    !eci ||
    report.value(['kubernetes', 'enabled']) === false ||
    typeof repository !== 'string' ||
    repository === ''
  )
    return;
  const images = report
    .list(['enhancedContainerIsolation', 'dockerSocketMount', 'imageList', 'images'])
    .filter((image) => typeof image === 'string');
  const needed = ['desktop-cloud-provider-kind', 'desktop-containerd-registry-mirror'].map(
    (name) => `${repository.replace(/\/+$/, '')}/${name}:`,
  );
  const missing = needed.filter(
    (prefix) =>
      !images.some((image) => image === '*' || image.startsWith(prefix) || image === prefix.slice(0, -1)),
  );
  if (missing.length === 0) return;
  report.add(
    'kubernetes-images-not-allowed',
    'warning',
    ['kubernetes', 'imagesRepository'],
    `Kubernetes from this repository mounts the Docker socket: add ${missing.map((m) => `${m}*`).join(' and ')} to the images that may mount it.`,
    { params: { images: missing.map((m) => `${m}*`).join(' ') } },
  );
}

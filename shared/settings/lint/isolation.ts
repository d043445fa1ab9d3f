import { message } from '../../messages/message.ts';
import { replaceNode, type Report } from './report.ts';

/** The ECI toggle itself, and related Docker Desktop settings. */
export function lintIsolation(report: Report): void {
  const value = report.value(['enhancedContainerIsolation', 'value']);
  const on = value === true;
  const locked = report.value(['enhancedContainerIsolation', 'locked']);
  if (on && locked !== true) lintUnlocked(report, locked);
  // Another type is an error of its own, and turns nothing off.
  if (value === undefined || value === false) {
    for (const path of [
      ['enhancedContainerIsolation', 'dockerSocketMount', 'imageList', 'images'],
      ['bulkhead', 'perImageCommandLists'],
      ['bulkhead', 'devices'],
      ['bulkhead', 'networkVolumes'],
    ]) {
      if (report.list(path).length > 0)
        report.add('eci-off-with-allowlist', 'warning', path, message('settings.list-without-eci'));
    }
  }
  if (report.ownEngine && on) lintAuditMode(report);
  if (!report.ownEngine) {
    lintFileSharingDrivers(report);
    lintKubernetes(report, on);
  }
}

/** Meant for a roll-out: it must not be mistaken for protection. */
function lintAuditMode(report: Report): void {
  if (report.value(['bulkhead', 'mode']) !== 'audit') return;
  const node = report.node(['bulkhead', 'mode']);
  report.add(
    'audit-mode',
    'warning',
    ['bulkhead', 'mode'],
    message('settings.audit-mode'),
    node === undefined
      ? {}
      : { fix: { title: message('settings.enforce'), edits: [replaceNode(node, '"enforce"')] } },
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
    message('settings.eci-not-locked'),
    edit === null ? {} : { fix: { title: message('settings.lock-it'), edits: [edit] } },
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
      message('settings.file-sharing-all-off'),
      node === undefined
        ? {}
        : { fix: { title: message('settings.turn-virtiofs-on'), edits: [replaceNode(node, 'true')] } },
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
    message('settings.kubernetes-needs-socket', {
      list: missing.map((m) => `${m}*`).join(' and '),
    }),
    { params: { images: missing.map((m) => `${m}*`).join(' ') } },
  );
}

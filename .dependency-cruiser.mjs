/**
 * Which folder may import from which (ARCHITECTURE.md, "Folders"). Every form of import counts, types too.
 * Run by `npm run lint`.
 */

/**
 * What each folder may import from, itself aside: only folders above it here, so that no two need each other.
 * Tests may import anything.
 */
const allowed = {
  shared: [],
  engine: ['shared'],
  planner: ['shared', 'engine'],
  supervisor: ['shared', 'engine'],
  gateway: ['shared'],
  cli: ['shared', 'engine', 'planner', 'supervisor', 'gateway'],
  electron: ['shared', 'engine', 'gateway'],
  renderer: ['shared'],
};
const folders = Object.keys(allowed);
for (const [index, from] of folders.entries())
  for (const to of allowed[from])
    if (!folders.slice(0, index).includes(to))
      throw new Error(`.dependency-cruiser.mjs: ${to}/ has to be listed above ${from}/, which imports it`);
const test = '\\.test\\.tsx?$|-fixture\\.ts$';
/** Plain data; the window's invented states (renderer/dev) use what the engines really declare. */
const declaredCapabilities = '^engine/targets/[^/]+/capabilities\\.ts$';

const directions = folders.map((from) => ({
  name: `${from}-imports`,
  comment:
    `${from}/ imports from ${['itself', ...allowed[from]].join(', ')} only: ` +
    'move what both need to a folder below both, or pass it in.',
  severity: 'error',
  from: { path: `^${from}/`, pathNot: from === 'renderer' ? `${test}|^renderer/dev/` : test },
  to: { path: `^(?:${folders.filter((to) => to !== from && !allowed[from].includes(to)).join('|')})/` },
}));
directions.push({
  name: 'renderer-dev-imports',
  comment: 'renderer/dev imports what renderer may, and the declared capabilities of engines.',
  severity: 'error',
  from: { path: '^renderer/dev/', pathNot: test },
  to: {
    path: `^(?:${folders.filter((to) => to !== 'renderer' && !allowed.renderer.includes(to)).join('|')})/`,
    pathNot: declaredCapabilities,
  },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...directions,
    {
      name: 'no-circle',
      comment: 'Files that import each other are one file, or need a third one below both.',
      severity: 'error',
      from: { pathNot: test },
      to: { circular: true },
    },
    {
      name: 'no-folder-circle',
      comment: 'Folders that import each other are one folder, or need a third one below both.',
      scope: 'folder',
      severity: 'error',
      from: { path: `^(?:${folders.join('|')})/` },
      to: { circular: true },
    },
    {
      name: 'kinds-of-engines',
      comment:
        'The files directly in engine/targets choose a kind; everybody else has a Target with its ' +
        'capabilities. But the supervisor is the process of the embedded engine, and `bulkhead install` ' +
        'puts the gateway in front of docker.service: both exist for one kind alone.',
      severity: 'error',
      from: { pathNot: `^engine/targets/|^supervisor/|^cli/install\\.ts$|${test}` },
      to: { path: '^engine/targets/[^/]+/', pathNot: declaredCapabilities },
    },
    {
      name: 'declared-capabilities',
      comment:
        "What a kind declares comes with its Target; renderer/dev has none, and uses the engines' own.",
      severity: 'error',
      from: { pathNot: `^engine/targets/|^renderer/dev/|${test}` },
      to: { path: declaredCapabilities },
    },
    {
      name: 'planner-to-engine',
      comment: 'The planner knows files, processes and mounts of the machine, not how engines are driven.',
      severity: 'error',
      from: { path: '^planner/', pathNot: test },
      to: { path: '^engine/', pathNot: '^engine/base/' },
    },
    {
      name: 'no-node',
      comment: 'shared/ and renderer/ run without Node, Electron and I/O.',
      severity: 'error',
      from: { path: '^(?:shared|renderer)/', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-io-package',
      comment: 'shared/ and renderer/ run without Node, Electron and I/O.',
      severity: 'error',
      from: { path: '^(?:shared|renderer)/', pathNot: test },
      to: { path: 'node_modules/(?:dockerode|koffi|electron-store)/' },
    },
    {
      name: 'electron-alone',
      comment: 'Only electron/ imports electron: pass in what is needed.',
      severity: 'error',
      from: { path: `^(?:${folders.filter((name) => name !== 'electron').join('|')})/`, pathNot: test },
      to: { path: 'node_modules/electron/' },
    },
    {
      name: 'view-packages',
      comment: 'Only renderer/ imports packages of the view.',
      severity: 'error',
      from: { path: `^(?:${folders.filter((name) => name !== 'renderer').join('|')})/`, pathNot: test },
      to: { path: 'node_modules/(?:react|react-dom|react-i18next|@mui|@emotion|codemirror|@codemirror)/' },
    },
    {
      name: 'window-texts',
      comment: 'Texts of the window are for renderer/ only: bundles of the other processes do not have them.',
      severity: 'error',
      from: { pathNot: `^(?:renderer|shared/messages/window)/|${test}` },
      to: { path: '^shared/messages/window/' },
    },
    {
      name: 'no-page-to-page',
      comment:
        'Pages do not import each other: move what both need to renderer/components or renderer/state.',
      severity: 'error',
      from: { path: '^renderer/pages/([^/]+)/', pathNot: test },
      to: { path: '^renderer/pages/[^/]+/', pathNot: '^renderer/pages/$1/' },
    },
    {
      name: 'no-development-in-product',
      comment: 'electron/dev is the entry of `npm run dev`, with a weaker content security policy.',
      severity: 'error',
      from: { pathNot: `^electron/dev/|${test}` },
      to: { path: '^electron/dev/' },
    },
    {
      name: 'not-outside',
      comment: 'Nothing is imported from outside the repository.',
      severity: 'error',
      from: { path: `^(?:${folders.join('|')})/` },
      to: { path: '^\\.\\./', pathNot: 'node_modules' },
    },
  ],
  options: {
    exclude: { path: `^(?:tests|e2e|scripts|packaging|runtime)/|${test}` },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] },
  },
};

// ESLint rule: the import direction of the house (ARCHITECTURE.md). Looks at every form of import: static,
// re-export, dynamic, type.
import { builtinModules } from 'node:module';
import path from 'node:path';

/** What each room may import from, itself aside. */
export const rooms = {
  shared: [],
  engine: ['shared'],
  gateway: ['shared'],
  cli: ['shared', 'engine', 'gateway'],
  electron: ['shared', 'engine', 'gateway'],
  renderer: ['shared'],
};

/** Rooms that run without Node, Electron and I/O. */
const nodeFree = ['shared', 'renderer'];
const ioPackages = ['dockerode', 'koffi', 'electron-store'];
const rendererPackages =
  /^(react|react-dom|react-i18next|@mui\/.*|@emotion\/.*|codemirror|@codemirror\/.*)(\/|$)/;

export const importDirection = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      room: '{{from}}/ must not import from {{to}}/ (ARCHITECTURE.md, imports): move what both need to shared/, or pass it in.',
      node: '{{from}}/ runs without Node, Electron and I/O: {{name}} does not belong here.',
      electron: 'Only electron/ imports electron: pass in what is needed.',
      view: 'Only renderer/ imports {{name}}.',
      feature:
        "Features don't import each other: move what is shared to renderer/components or renderer/app.",
      outside: '{{from}}/ must not import from outside the repository.',
    },
  },
  create(context) {
    const here = path.relative(context.cwd, context.filename).split(path.sep);
    const from = here[0];
    if (!(from in rooms)) return {};
    const check = (source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const finding = source.value.startsWith('.')
        ? ofFile(context, here, source.value)
        : ofPackage(from, source.value);
      if (finding !== undefined)
        context.report({
          node: source,
          messageId: finding.messageId,
          data: { from, name: source.value, ...finding.data },
        });
    };
    return {
      ImportDeclaration: (node) => {
        check(node.source);
      },
      ExportNamedDeclaration: (node) => {
        check(node.source);
      },
      ExportAllDeclaration: (node) => {
        check(node.source);
      },
      ImportExpression: (node) => {
        check(node.source);
      },
      TSImportType: (node) => {
        check(node.source ?? node.argument?.literal);
      },
    };
  },
};

function ofFile(context, here, specifier) {
  const there = path
    .relative(context.cwd, path.resolve(path.dirname(context.filename), specifier))
    .split(path.sep);
  const [from, to] = [here[0], there[0]];
  if (to === '..') return { messageId: 'outside' };
  // Features are folders below renderer/pages.
  if (
    from === 'renderer' &&
    to === 'renderer' &&
    here[1] === 'features' &&
    there[1] === 'features' &&
    here.length > 3 &&
    here[2] !== there[2]
  )
    return { messageId: 'feature' };
  // A file of the repository itself (package.json) has no folder.
  if (to === from || there.length === 1 || rooms[from].includes(to)) return undefined;
  return { messageId: 'room', data: { to } };
}

function ofPackage(from, name) {
  const isNode = name.startsWith('node:') || builtinModules.includes(name);
  if (nodeFree.includes(from) && (isNode || name === 'electron' || ioPackages.includes(name)))
    return { messageId: 'node' };
  if (from !== 'electron' && (name === 'electron' || name.startsWith('electron/')))
    return { messageId: 'electron' };
  if (from !== 'renderer' && rendererPackages.test(name)) return { messageId: 'view' };
  return undefined;
}

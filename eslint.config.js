import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import reactHooks from 'eslint-plugin-react-hooks';

// The house's import direction: which rooms a room may not import from, and what a room may not use at all.
const rooms = ['shared', 'engine', 'gateway', 'cli', 'electron', 'renderer'];
const allowed = {
  shared: [],
  engine: ['shared'],
  gateway: ['shared'],
  cli: ['shared', 'engine', 'gateway'],
  electron: ['shared', 'engine', 'gateway'],
  renderer: ['shared'],
};
const nodeFree = ['shared', 'renderer'];

const direction = rooms.map((room) => {
  const forbidden = rooms.filter((other) => other !== room && !allowed[room].includes(other));
  const patterns = [{ regex: `^(\\.\\./)+(${forbidden.join('|')})/`, message: `${room}/ must not import from there (see ARCHITECTURE.md, Imports).` }];
  if (nodeFree.includes(room)) patterns.push({ regex: '^(node:|electron$|dockerode|koffi)', message: `${room}/ has no Node, Electron or I/O.` });
  return {
    files: [`${room}/**/*.{ts,tsx}`],
    ignores: [`${room}/**/*.test.{ts,tsx}`],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
});

// Features of the renderer don't import each other.
const features = {
  files: ['renderer/features/**/*.{ts,tsx}'],
  ignores: ['renderer/**/*.test.{ts,tsx}'],
  rules: {
    'no-restricted-imports': ['error', { patterns: [
      { regex: '^(\\.\\./)+(engine|gateway|cli|electron)/', message: 'renderer/ imports shared/ only.' },
      { regex: '^(node:|electron$|dockerode|koffi)', message: 'renderer/ has no Node, Electron or I/O.' },
      { regex: '^\\.\\./(?!\\.\\./)[^/]+/', message: "Features don't import each other; move what is shared to renderer/components or renderer/app." },
    ] }],
  },
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'runtime/build/**', 'artifacts/**', '.cache/**', 'test-results/**'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    rules: { '@typescript-eslint/no-floating-promises': 'error', '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }] },
  },
  // Plain scripts, which must run before anything is installed: no types to look at. Globals are imported from node: where they can be.
  {
    files: ['**/*.{js,mjs,cjs}'], ...tseslint.configs.disableTypeChecked,
    languageOptions: { parserOptions: { projectService: false }, globals: { process: 'readonly', console: 'readonly', performance: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly' } },
  },
  {
    files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', module: 'readonly', __dirname: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  { files: ['renderer/**/*.{ts,tsx}'], plugins: { 'react-hooks': reactHooks }, rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' } },
  // IPC goes through the contract: nothing but electron/main/ipc touches ipcMain.
  {
    files: ['electron/**/*.ts'], ignores: ['electron/main/ipc/**'],
    rules: { 'no-restricted-syntax': ['error', { selector: "ImportSpecifier[imported.name='ipcMain']", message: 'Only electron/main/ipc registers handlers; add the request to shared/ipc/contract.ts.' }] },
  },
  ...direction,
  features,
);

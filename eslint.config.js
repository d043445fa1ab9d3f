import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import reactHooks from 'eslint-plugin-react-hooks';
import { targetKinds } from './shared/engine-status/kinds.ts';

const tests = ['**/*.test.{ts,tsx}', '**/*-fixture.ts', 'renderer/dev/**'];

/** Names that had to be explained to a native reader; the field's own terms have taken their place. */
const retiredNames = [
  ...['Answering', 'Between', 'Bypass', 'Deciding', 'DraftRefuge', 'Inspected', 'LentReading'],
  ...['ListenerKeeper', 'Passage', 'ProcessWitness', 'Said', 'SocketMountPart', 'TakeOver', 'UnderWay'],
  ...['askGoverning', 'asked', 'askingUser', 'asks', 'came', 'come', 'countRead', 'foresee', 'goFirst'],
  ...[
    'goOn',
    'goesOn',
    'hopeless',
    'inVain',
    'isToldOnly',
    'lastWordsMs',
    'lookedAt',
    'madeUpEngine',
    'nonsense',
  ],
  ...['openBehind', 'quitGently', 'reached', 'roads', 'said', 'see', 'speak', 'steadyFacts', 'teller'],
  ...['told', 'tryOut', 'went'],
];

/** Functions of Vitest's `vi` with effects on test files that run in the same process afterwards. */
const lastingMocks = [
  'mock',
  'doMock',
  'spyOn',
  'stubEnv',
  'stubGlobal',
  'useFakeTimers',
  'setSystemTime',
].map((property) => ({
  object: 'vi',
  property,
  message: 'shared/ is pure, and so are its tests: pass a parameter.',
}));

/** Where kinds of engines and names of backends may stand: their folders, the registries, and texts. */
const namesKinds = [
  'engine/targets/**',
  'engine/backends/*/**',
  'engine/backends/create-backends.ts',
  'shared/engine-status/kinds.ts',
  'shared/targets/target-{id,ref}.ts',
  'shared/isolation/backends.ts',
  'shared/messages/**',
];
/** Kinds whose names are also words of other lists: only in question where something is called `kind`. */
const commonWords = ['system'];
const commonWord = `Literal[value=/^(?:${commonWords.join('|')})$/]`;
const noKind = {
  selector: [
    `Literal[value=/^(?:${targetKinds.filter((kind) => !commonWords.includes(kind)).join('|')})$/]`,
    `BinaryExpression:has(MemberExpression[property.name="kind"], Identifier[name="kind"]) > ${commonWord}`,
    `:matches(Property, TSPropertySignature)[key.name="kind"] ${commonWord}`,
    `SwitchStatement:has(> [property.name="kind"]) > SwitchCase > ${commonWord}`,
  ].join(),
  message: 'Do not ask for the kind of an engine: declare a capability (shared/targets/capabilities.ts).',
};
const noBackend = {
  selector: 'Literal[value=/^(?:exclusive|sysbox|sysbox-runc)$/]',
  message: 'Do not ask for a backend by name: declare a capability (shared/isolation/backends.ts).',
};

/** As CONTRIBUTING.md has it: two conditions in one expression, not three. */
const nestedTernaries = {
  selector: 'ConditionalExpression > ConditionalExpression > ConditionalExpression',
  message: 'Use if, switch or a table instead of a third nested condition.',
};

/** Properties whose text is shown or read out. */
const shownProperties = [
  'title',
  'label',
  'aria-(?:label|description|roledescription)',
  'placeholder',
  'alt',
  'titleAccess',
  'primary',
  'secondary',
  'helperText',
].join('|');
/** Names and units of code: the same in every language. */
const sameEverywhere =
  'Bulkhead|Ctrl|Shift|Cmd|K|JSON|Docker Engine|Linux|ECI|admin-settings\\.json|daemon\\.json';
const english = `[value=/[A-Za-z]/]:not([value=/^\\s*(?:${sameEverywhere})\\s*$/])`;
const shown = `:matches(JSXAttribute[name.name=/^(?:${shownProperties})$/], JSXElement, JSXFragment)`;

/** The window's texts are in the catalogue, and are joined as the language does. */
const windowTexts = [
  {
    selector: [
      `JSXText${english}`,
      `JSXAttribute[name.name=/^(?:${shownProperties})$/] > Literal${english}`,
      `${shown} > JSXExpressionContainer > Literal${english}`,
      `${shown} > JSXExpressionContainer > TemplateLiteral[expressions.length=0] > ` +
        'TemplateElement[value.cooked=/[A-Za-z]/]',
    ].join(),
    message: 'Put texts that users see into shared/messages/window, in both languages.',
  },
  {
    selector: [
      'CallExpression[callee.property.name="join"][arguments.0.value=/^[,;.:] ?$/]',
      'TemplateLiteral:has(CallExpression[callee.name=/^(?:t|translateText|sentence|names)$/])' +
        ':has(> TemplateElement[value.cooked=/^[,;.:](?: |$)|[,;.:] $/])',
    ].join(),
    message: 'Join texts as their language does: renderer/i18n/lists.ts.',
  },
];

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      'runtime/build/**',
      'artifacts/**',
      '.cache/**',
      'test-results/**',
    ],
  },
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
      'id-denylist': ['error', ...retiredNames],
      // Types and values of a module in one statement.
      'no-duplicate-imports': 'error',
      // Set again wherever a later entry sets this rule, since entries replace each other.
      'no-restricted-syntax': ['error', nestedTernaries],
      // As Prettier's width, for what it cannot break: strings, comments, regular expressions.
      'max-len': ['error', { code: 110, ignorePattern: '^\\s*(?://|/?\\*).*https?://' }],
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  // Plain scripts, which must run before anything is installed: no types to look at. Globals are imported
  // from node: where they can be.
  {
    files: ['**/*.{js,mjs,cjs}'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      parserOptions: { projectService: false },
      globals: {
        process: 'readonly',
        console: 'readonly',
        performance: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
      },
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', module: 'readonly', __dirname: 'readonly' },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  // What an engine or a backend allows is declared as a capability: nothing else depends on which one it is.
  {
    files: ['{shared,engine,gateway,planner,supervisor,cli,electron,renderer}/**/*.{ts,tsx}'],
    ignores: [...tests, ...namesKinds],
    rules: { 'no-restricted-syntax': ['error', nestedTernaries, noKind, noBackend] },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    ignores: tests,
    rules: { 'no-restricted-syntax': ['error', nestedTernaries, noKind, noBackend, ...windowTexts] },
  },
  {
    files: ['{shared,engine,planner,supervisor,gateway,cli,electron,renderer}/**/*.{ts,tsx}'],
    ignores: ['**/*.test.{ts,tsx}'],
    rules: { 'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }] },
  },
  // IPC goes through the contract: nothing but electron/main/ipc touches ipcMain.
  {
    files: ['electron/**/*.ts'],
    ignores: ['electron/main/ipc/**', ...tests],
    rules: {
      'no-restricted-syntax': [
        'error',
        nestedTernaries,
        noKind,
        noBackend,
        {
          selector: "ImportSpecifier[imported.name='ipcMain']",
          message: 'Only electron/main/ipc registers handlers; add the request to shared/ipc/contract.ts.',
        },
      ],
    },
  },
  // shared/ is pure: neither Node's globals nor the browser's.
  {
    files: ['shared/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'Buffer',
          'global',
          'require',
          '__dirname',
          'window',
          'document',
          'navigator',
          'localStorage',
          'sessionStorage',
          'fetch',
          'WebSocket',
          'console',
        ],
      ],
    },
  },
  {
    files: ['shared/**/*.test.ts', 'shared/**/*-fixture.ts'],
    rules: { 'no-restricted-properties': ['error', ...lastingMocks] },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    ignores: ['**/*.test.{ts,tsx}'],
    rules: { 'no-restricted-globals': ['error', 'process', 'Buffer', 'global', 'require', '__dirname'] },
  },
);

import { afterEach, expect, test, vi } from 'vitest';
import { setLocale } from './language.ts';
import { parseListFormat, type ListOptions } from './list-format.ts';
import { renderList, type ListDefinition } from './list.ts';
import { errorText } from './text.ts';

interface Row {
  readonly id: string;
  readonly isUp: boolean;
}

const list: ListDefinition<Row> = {
  fields: {
    ID: { head: () => 'ID', value: ({ id }) => id },
    Up: {
      head: () => '运行',
      value: ({ isUp }) => String(isUp),
      display: ({ isUp }) => (isUp ? '是' : 'no'),
      tone: ({ isUp }) => (isUp ? 'good' : null),
    },
  },
  columns: ['Up', 'ID'],
  key: 'ID',
};
const rows = [
  { id: 'a', isUp: true },
  { id: 'long', isUp: false },
];

function rendered(options: ListOptions): string {
  const format = parseListFormat(options, ['ID', 'Up']);
  if (!format.ok) throw new Error(format.error.message, { cause: format.error });
  return renderList(rows, list, format.value);
}

afterEach(async () => {
  vi.unstubAllEnvs();
  await setLocale('en');
});

test.each<[ListOptions, string]>([
  [{}, '运行  ID\n是    a\nno    long'],
  [{ format: '' }, '运行  ID\n是    a\nno    long'],
  [{ format: 'table' }, '运行  ID\n是    a\nno    long'],
  [{ quiet: true }, 'a\nlong'],
  [{ format: 'json' }, '{"ID":"a","Up":"true"}\n{"ID":"long","Up":"false"}'],
  [{ format: '{{json .}}' }, '{"ID":"a","Up":"true"}\n{"ID":"long","Up":"false"}'],
  [{ format: '{{.ID}}={{ .Up }}' }, 'a=true\nlong=false'],
  [{ format: '{{json .ID}}\\t{{.Up}}' }, '"a"\ttrue\n"long"\tfalse'],
  [{ format: '{{- .ID -}}' }, 'a\nlong'],
  [{ format: 'x \\t{{- .ID -}} \\n = {{ .Up -}}\\n{{- json .ID}}' }, 'xa= true"a"\nxlong= false"long"'],
  [{ format: 'table {{.ID}}\\t{{.Up}}' }, 'ID    运行\na     true\nlong  false'],
  // As docker does.
  [{ format: 'table{{.ID}}\\t{{.Up}}' }, 'ID    运行\na     true\nlong  false'],
  [{ format: 'table ' }, '运行  ID\n是    a\nno    long'],
])('%j', (options, expected) => {
  expect(rendered(options)).toBe(expected);
});

test.each([
  '{{.Name}}',
  'table {{.name}}',
  '{{.}}',
  '{{upper .ID}}',
  '{{.ID',
  '{{range .ID}}x{{end}}',
  '{{if .Up}}x{{end}}',
  '{{-.ID}}',
  'x {{',
])('%s is unusable, and the fields are listed', (format) => {
  expect(parseListFormat({ format }, ['ID', 'Up'])).toMatchObject({
    ok: false,
    error: {
      code: 'input.unusable',
      hint:
        'Give json, table, or a template of fields such as {{.ID}} or {{json .ID}}: ' +
        '`if`, `range` and functions other than json are not supported. Fields: ID, Up.',
    },
  });
});

test('an unknown field is named; Chinese separates the names of the others as its lists do', async () => {
  const format = parseListFormat({ format: '{{.Foo}}' }, ['ID', 'Up']);
  if (format.ok) throw new Error('it was accepted');
  expect(format.error.message).toBe('--format: there is no field Foo');
  await setLocale('zh-CN');
  expect(errorText(format.error)).toContain('字段：ID、Up。');
});

test('--quiet wins over --format, which is validated all the same', () => {
  expect(rendered({ quiet: true, format: '{{.Up}}' })).toBe('a\nlong');
  expect(parseListFormat({ quiet: true, format: '{{.Name}}' }, ['ID', 'Up'])).toMatchObject({ ok: false });
});

test('cells have colours if they are forced, and none with NO_COLOR', () => {
  vi.stubEnv('FORCE_COLOR', '1');
  expect(rendered({})).toBe(
    '\u001b[1m运行\u001b[22m  \u001b[1mID\u001b[22m\n\u001b[32m是\u001b[39m    a\nno    long',
  );
  vi.stubEnv('FORCE_COLOR', undefined);
  vi.stubEnv('NO_COLOR', '1');
  expect(rendered({})).not.toContain('\u001b');
});

test('names given by others cannot move the cursor', () => {
  expect(renderList([{ id: '\u001b[2J', isUp: true }], list, { kind: 'quiet' })).toBe('\\u001b[2J');
});

import { expect, test, vi } from 'vitest';
import { fail } from '../result.ts';
// Adds the planner's sentences.
import '../../planner/base/refuse.ts';
import '../apply/log-sentences.ts';
import { english } from './catalogue/index.ts';
import { chinese } from './catalogue/zh-CN/index.ts';
import { refusalPrefix } from '../policy/decision.ts';
import { joinMessages } from './join-messages.ts';
import { message, plainText, type Message } from './message.ts';
import { errorMessage, translateError, withoutExcerpt } from './error-message.ts';
import type { SentencesByArea } from './renderer.ts';
import { loadTranslator } from './translator.ts';

const allOf = (areas: SentencesByArea): Readonly<Record<string, string>> =>
  Object.assign({}, ...Object.values(areas).map((area) => area()));

const names = (text: string) =>
  [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name))].sort();

test('every sentence has a Chinese one with the same values, and no other exists', () => {
  const chineseById = allOf(chinese);
  // Chinese has one plural form.
  const translatable = Object.entries(allOf(english)).filter(([id]) => !id.endsWith('_one'));
  expect(Object.keys(chineseById).sort()).toEqual(translatable.map(([id]) => id).sort());
  expect(
    translatable
      .filter(([id, text]) => names(text).join() !== names(chineseById[id] ?? '').join())
      .map(([id]) => id),
  ).toEqual([]);
});

test('an id begins with the area of its sentence', () => {
  for (const [area, sentences] of Object.entries<() => object>({ ...english, ...chinese }))
    expect(Object.keys(sentences()).filter((id) => !id.startsWith(`${area}.`))).toEqual([]);
});

test('the form of a plural is that of the count in its language', async () => {
  const translate = await loadTranslator('zh-CN');
  const counted = [0, 1, 2].map((count) => message('cli-output.containers', { count }));
  expect(counted.map(plainText)).toEqual(['0 containers', '1 container', '2 containers']);
  expect(counted.map(translate)).toEqual(['0 个容器', '1 个容器', '2 个容器']);
});

test('an error contains its English texts, and the ids and values to translate them by', async () => {
  const { error } = fail(
    'settings.unwritable',
    message('engine.file-not-created', { file: '/x/$t(a){{b}}' }),
    {
      reason: 'ENOSPC',
      hint: message('containers.run-with-sudo'),
    },
  );
  expect(error.message).toBe('/x/$t(a){{b}} could not be created');
  expect(error.sentences).toEqual({
    message: { id: 'engine.file-not-created', params: { file: '/x/$t(a){{b}}' } },
    hint: { id: 'containers.run-with-sudo' },
  });
  const translated = translateError(error, await loadTranslator('zh-CN'));
  expect(translated).toEqual({
    message: '无法创建 /x/$t(a){{b}}',
    reason: 'ENOSPC',
    hint: '请使用 sudo 运行同一命令。',
  });
});

test('a sentence unknown to this version is shown in English', async () => {
  const translate = await loadTranslator('zh-CN');
  expect(translate({ id: 'engine.not-in-this-version', text: 'something new' })).toBe('something new');
  expect(translate('words of the engine')).toBe('words of the engine');
});

test('a stored sentence without a value that this version shows keeps its stored text', async () => {
  const translate = await loadTranslator('zh-CN');
  const text = 'docker exec on container web';
  // As decision logs of earlier versions have it.
  const stored = { id: 'gateway.use-of-container', params: { verb: 'exec', name: 'web' }, text };
  expect(translate(stored)).toBe(text);
  expect(translate({ id: 'gateway.use-of-container', text })).toBe(text);
  const counted = { id: 'cli-output.containers', params: {}, text: '2 containers' };
  expect(translate(counted)).toBe('2 containers');
  // The same sentence with all of its values is translated afterwards, too.
  expect(translate(message('gateway.use-of-container', { command: 'docker exec', name: 'web' }))).toBe(
    '对容器 web 执行 docker exec',
  );
});

test('a value of any length is cut before it is rendered', () => {
  const value = `$t(${"''".repeat(6_000_000)}`;
  const { text, params } = message('engine.file-not-created', { file: value });
  expect(text).toBe(`${value.slice(0, 5000)}… could not be created`);
  expect(params?.['file']).toHaveLength(5001);
});

test('JSON, spreads and structured clones of a sentence have its text', () => {
  const sentence = message('engine.file-not-created', { file: '/x' });
  const plain = {
    id: 'engine.file-not-created',
    params: { file: '/x' },
    text: '/x could not be created',
  };
  expect(JSON.stringify(sentence)).toBe(JSON.stringify(plain));
  expect(JSON.stringify({ ...sentence })).toBe(JSON.stringify(plain));
  expect(structuredClone(sentence)).toEqual(plain);
  expect(JSON.stringify(message('apply.no-check-ran'))).toBe(
    JSON.stringify({ id: 'apply.no-check-ran', text: 'no check ran' }),
  );
});

test('a text is rendered once, when it is first read', () => {
  const render = vi.fn(() => 'no check ran');
  const inner: Message = {
    id: 'apply.no-check-ran',
    get text() {
      return render();
    },
  };
  const outer = message('common.what-and-why', { what: 'verify', why: inner });
  expect(render).not.toHaveBeenCalled();
  expect([outer.text, outer.text]).toEqual(['verify: no check ran', 'verify: no check ran']);
  expect(render).toHaveBeenCalledTimes(1);
});

test('texts are joined with the separator of their kind in every language', async () => {
  const translate = await loadTranslator('zh-CN');
  const [first, second] = [message('containers.cancelled'), message('apply.no-check-ran')];
  const joined = joinMessages('statements', [first, second, 'EIO']);
  expect(plainText(joined)).toBe('it was cancelled; no check ran; EIO');
  expect(translate(joined)).toBe('已取消；没有运行任何检查；EIO');
  expect(joinMessages('sentences', [first])).toBe(first);
  expect(joinMessages('sentences', [])).toBe('');
});

test('a sentence inside another has no full stop where a mark follows it', async () => {
  const translate = await loadTranslator('zh-CN');
  const what = message('settings.file-not-a-policy');
  const why = message('settings.value-type-mismatch', {
    pointer: '/a',
    expected: message('settings.type-boolean'),
    found: message('settings.type-string'),
  });
  const both = message('engine.settings-unusable', { why: message('common.what-and-why', { what, why }) });
  expect(both.text).toContain(
    "can't be used (The settings file can't be used as a policy: /a: expected true or false, got a string). ",
  );
  expect(translate(both)).toContain('（设置文件不能用作策略：/a 应为：true 或 false；实际为：字符串）。');
  expect(plainText(joinMessages('sentences', [what, what]))).toBe(`${what.text} ${what.text}`);
});

test('a reason without its excerpt is one line in every language', async () => {
  const { error } = fail('settings.syntax', message('settings.file-not-json'), {
    reason: message('common.problem-and-excerpt', {
      problem: message('settings.json-comma-missing'),
      excerpt: '1 | {{',
    }),
  });
  const brief = withoutExcerpt(error);
  expect(brief.reason).toBe(message('settings.json-comma-missing').text);
  expect((await loadTranslator('zh-CN'))(errorMessage(brief))).toBe(
    '设置文件不是有效的 JSON：两个条目之间缺少逗号。',
  );
});

test('every refusal has the same beginning in every language', () => {
  for (const { rules, 'planner-refusals': planner } of [english, chinese]) {
    expect(rules()['rules.refusal'].startsWith(refusalPrefix)).toBe(true);
    expect(planner?.()['planner-refusals.refusal'].startsWith(refusalPrefix)).toBe(true);
  }
});

test('nothing is left in English except names, options and literal input', () => {
  const words = (text: string) =>
    text.replace(refusalPrefix, '').replaceAll(/\{\{\w+\}\}|--\S+|`[^`]*`/g, '');
  expect(
    Object.entries(allOf(chinese))
      .filter(([, text]) => !/[\u4e00-\u9fff]/.test(text) && /[a-z]{2} [a-z]{2}/.test(words(text)))
      .map(([id, text]) => `${id} ${text}`),
  ).toEqual([]);
});

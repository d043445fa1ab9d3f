import { expect, it } from 'vitest';
import { createFuzzySearch } from './fuzzy-search.ts';
import { searchHits } from './hit-search.ts';

const hits = [
  { label: 'History', keywords: 'rollback versions' },
  { label: 'Theme', detail: 'Preferences', keywords: 'dark light colours' },
  { label: 'Containers', keywords: 'unprotected' },
  { label: 'Docker socket', keywords: 'images' },
  { label: 'images-cache', detail: 'redis' },
];
const find = (text: string) =>
  searchHits(hits, text.split(' '), () => 'Page', createFuzzySearch(hits)).map(({ label }) => label);

it('finds by name, then by other terms', () => {
  expect(find('images')).toEqual(['images-cache', 'Docker socket']);
  expect(find('dark')[0]).toBe('Theme');
  expect(find('rollback')[0]).toBe('History');
});
it('lists a setting before its page if both match by other terms', () => {
  const both = [
    { label: 'JSON', kind: 'page', keywords: '代理 proxy' },
    { label: '代理', kind: 'setting', keywords: 'http proxy' },
  ];
  const labels = (term: string) => searchHits(both, [term], () => '', null).map(({ label }) => label);
  expect(labels('proxy')).toEqual(['代理', 'JSON']);
  // By its name the page is first.
  expect(labels('json')).toEqual(['JSON']);
});
it('ranks terms that start a word before terms within one', () => {
  const both = [
    { label: 'Support bundle', keywords: 'logs' },
    { label: 'API', keywords: 'ports daemon' },
    { label: 'containersProxy' },
    { label: 'Databases' },
    { label: '隐藏环境变量' },
  ];
  const labels = (term: string) => searchHits(both, [term], () => '', null).map(({ label }) => label);
  expect(labels('port')).toEqual(['API', 'Support bundle']);
  expect(labels('proxy')).toEqual(['containersProxy']);
  expect(labels('base')).toEqual(['Databases']);
  expect(labels('变量')).toEqual(['隐藏环境变量']);
});
it('lists fuzzy matches if there is no exact one', () => {
  expect(find('contianers')[0]).toBe('Containers');
  expect(find('rolback')[0]).toBe('History');
});
it('finds nothing if no name is similar', () => {
  expect(find('qqqq')).toEqual([]);
});

import { expect, it } from 'vitest';
import { suggestedReferences, type LocalImage } from './local-images.ts';

const image = (name: string, tagged = true): LocalImage => ({
  id: name,
  name,
  references: tagged ? [{ kind: 'any' }] : [],
  contents: new Set(),
});
const local = {
  images: [
    image('docker:cli'),
    image('redis:7'),
    image('registry.example/tool:1'),
    image('sha256:12', false),
  ],
};

it('suggests local images that match the input, without listed and unnamed ones', () => {
  expect(suggestedReferences('', [], local)).toEqual(['docker:cli', 'redis:7', 'registry.example/tool:1']);
  expect(suggestedReferences('RE', ['redis:7'], local)).toEqual(['registry.example/tool:1']);
  expect(suggestedReferences('docker:cli', [], local)).toEqual([]);
  expect(suggestedReferences('', [], { images: null })).toEqual([]);
});

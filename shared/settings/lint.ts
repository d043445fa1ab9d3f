export * from './lint/lint.ts';
export * from './image-reference.ts';
export * from './known-keys.ts';

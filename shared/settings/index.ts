/** The admin-settings document: one text, parsed, edited, linted, compared and evaluated. Pure; no I/O. */
export * from './findings.ts';
export * from './changes.ts';
export * from './parse.ts';
export {
  syntaxAppError,
  syntaxErrorCodes,
  type SettingsSyntaxError,
  type SyntaxErrorCode,
} from './syntax-errors.ts';
export { jsonType, orList, type SettingsTypeError } from './type-errors.ts';
export { nodeAt, propertyOf, type DuplicateKey } from './document-tree.ts';
export * from './edit.ts';
export * from './effective.ts';
export * from './diff.ts';
export * from './image-reference.ts';
export * from './known-keys.ts';
export * from './commands.ts';
export * from './position.ts';
export * from './schema/index.ts';
export * from './shares.ts';
export * from './history.ts';
export * from './merge.ts';
export * from './assist.ts';
export * from './format.ts';

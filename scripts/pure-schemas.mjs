import path from 'node:path';
import { repository } from './paths.mjs';

/**
 * Plugin: leaves out schemas that nothing uses. Without it a chunk creates all schemas of each module that it
 * has anything of: a bundler can't know that calls such as `z.string().optional()` have no effects.
 *
 * @param {RegExp} files paths in the repository of modules whose variables made by zod have no effects
 */
export function pureSchemas(files) {
  return {
    name: 'pure-schemas',
    transform(code, id) {
      if (!files.test(path.relative(repository, id))) return null;
      return this.parse(code, { lang: 'ts' })
        .body.map((statement) => statement.declaration ?? statement)
        .flatMap((statement) => (statement.type === 'VariableDeclaration' ? statement.declarations : []))
        .filter(({ init }) => init !== null && /^(?:z|\w+Schema)\s*\./.test(code.slice(init.start, init.end)))
        .reduceRight(
          (text, { init: { start, end } }) =>
            `${text.slice(0, start)}/* @__PURE__ */ (() => ${text.slice(start, end)})()${text.slice(end)}`,
          code,
        );
    },
  };
}

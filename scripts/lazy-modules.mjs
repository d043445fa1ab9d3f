// Plugins of rolldown and Vite that load or evaluate modules at their first use instead of at the start.
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { escapeNonAscii } from './escape-non-ascii.mjs';
import { repository } from './paths.mjs';

/**
 * Plugin: loads builtin modules of Node at the first use of an export instead of at start. What imports one
 * gets a module whose exports are getters, by the names that they have in the Node that builds. In an older
 * Node some of them are undefined: test for a function by its value, not with `in`.
 *
 * @param {string[]} names such as `node:tls`
 */
export function lazyBuiltins(names) {
  const prefix = '\0at-first-use:';
  return {
    name: 'builtins-at-first-use',
    resolveId: (source, importer) =>
      names.includes(source) && importer?.startsWith(prefix) === false ? `${prefix}${source}.cjs` : null,
    load: (id) => {
      if (!id.startsWith(prefix)) return null;
      const name = id.slice(prefix.length, -'.cjs'.length);
      return `for (const name of ${JSON.stringify(Object.keys(process.getBuiltinModule(name)))})
        Object.defineProperty(exports, name, { enumerable: true, get: () => require('${name}')[name] });`;
    },
  };
}

/**
 * Plugin: bundles modules that export only data as JSON texts, each parsed at the first use of an export. V8
 * compiles the object literals of a chunk before it runs, used or not; a string literal it only has to skip.
 *
 * @param {RegExp} files their paths in the repository
 */
export function lazyData(files) {
  const prefix = '\0data-at-first-use:';
  return {
    name: 'data-at-first-use',
    resolveId: (source, importer) => {
      if (!source.startsWith('.') || importer === undefined) return null;
      const file = path.resolve(path.dirname(importer), source);
      return files.test(path.relative(repository, file)) ? `${prefix}${file}.cjs` : null;
    },
    load: async (id) => {
      if (!id.startsWith(prefix)) return null;
      const file = id.slice(prefix.length, -'.cjs'.length);
      const data = { ...(await import(pathToFileURL(file).href)) };
      return `let data;
        const text = ${JSON.stringify(mostlyAscii(JSON.stringify(data)))};
        for (const name of ${JSON.stringify(Object.keys(data))})
          Object.defineProperty(exports, name, {
            enumerable: true,
            get: () => (data ??= JSON.parse(text))[name],
          });`;
    },
  };
}

/** A JSON text in ASCII, if that makes it little longer: V8 reads a file of ASCII in half the time. */
function mostlyAscii(text) {
  const escaped = escapeNonAscii(text);
  return escaped.length < text.length * 1.1 ? escaped : text;
}

/**
 * Plugin: loads dockerode when the first client is created, from an entry point of its own with that name. It
 * takes 20 ms to load, and is not needed for the state that a window shows first.
 */
export const lazyDockerode = lazyPackage(
  'dockerode',
  'module.exports = new Proxy(class {}, { construct: (_, given) => Reflect.construct(load(), given) });',
);

/**
 * Plugin: loads i18next with the first instance of it, from an entry point of its own with that name. Most
 * commands print only sentences without values.
 */
export const lazyI18next = lazyPackage(
  'i18next',
  'exports.createInstance = (options) => load().createInstance(options);',
);

/** `code` takes the place of the package, which `load()` in it returns. */
function lazyPackage(name, code) {
  const id = `\0${name}-at-first-use.cjs`;
  return {
    name: `${name}-at-first-use`,
    resolveId: (source, importer) => (source === name && importer !== undefined ? id : null),
    load: (loaded) =>
      loaded === id ? `const load = () => require(__dirname + '/${name}.cjs');\n${code}` : null,
  };
}

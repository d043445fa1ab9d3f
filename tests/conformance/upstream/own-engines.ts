/**
 * Names of Go tests that start engines of their own, themselves or by functions of their package. `sources`:
 * the files of the package.
 */
export function testsWithOwnEngines(sources: readonly string[]): readonly string[] {
  const bodies = new Map<string, string>();
  for (const source of sources)
    for (const [, name = '', body = ''] of source.matchAll(/^func (\w+)\(([\s\S]*?)^\}/gm))
      bodies.set(name, body);
  const starting = new Set<string>();
  const starts = (body: string) =>
    /\b(?:daemon\.New|swarm\.NewSwarm)\(/.test(body) ||
    [...starting].some((name) => new RegExp(`\\b${name}\\(`).test(body));
  for (let known = -1; known !== starting.size;) {
    known = starting.size;
    for (const [name, body] of bodies) if (starts(body)) starting.add(name);
  }
  return [...starting].filter((name) => name.startsWith('Test'));
}

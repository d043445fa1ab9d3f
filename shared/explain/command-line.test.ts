import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommandLine, withoutOptions } from './command-line.ts';

const read = (text: string) => {
  const parsed = parseCommandLine(text, { home: '/home/sam' });
  if (!parsed.ok) throw new Error(`${parsed.problem} at ${parsed.start}`);
  return parsed.line;
};
const problem = (text: string) => {
  const parsed = parseCommandLine(text, { home: '/home/sam' });
  return parsed.ok ? null : `${parsed.problem}: ${parsed.what}`;
};

describe('a command line of the simulator', () => {
  it('is parsed like in a shell', () => {
    expect(read('docker run --pid=host alpine').args).toEqual(['run', '--pid=host', 'alpine']);
    expect(read('$ sudo -E docker container run \\\n  -v "/a b":/x \'al\'pine # why').args).toEqual([
      'run',
      '-v',
      '/a b:/x',
      'alpine',
    ]);
    expect(read('docker run -e A="b c" -e X=$\'\\x41\' alpine').args).toEqual([
      'run',
      '-e',
      'A=b c',
      '-e',
      'X=A',
      'alpine',
    ]);
    expect(read('docker run -v $HOME/x:/x -v ~/y:/y -v "${HOME}/z:/z" alpine').args).toEqual([
      'run',
      '-v',
      '/home/sam/x:/x',
      '-v',
      '/home/sam/y:/y',
      '-v',
      '/home/sam/z:/z',
      'alpine',
    ]);
    expect(read("docker run --label '~/x' a*").args).toEqual(['run', '--label', '~/x', 'a*']);
    expect(read('TOKEN=t /usr/bin/docker run -e TOKEN alpine')).toMatchObject({
      environment: { TOKEN: 't' },
      args: ['run', '-e', 'TOKEN', 'alpine'],
      sudo: false,
    });
    expect(
      read('docker buildx build --allow security.insecure . -t x').options.map(({ name, value }) => [
        name,
        value,
      ]),
    ).toEqual([
      ['allow', 'security.insecure'],
      ['tag', 'x'],
    ]);
    expect(read('docker run alpine sh -c "echo $HI > /x"').args.at(-1)).toBe('echo $HI > /x');
  });
  it('has each option with its value and position', () => {
    const text = 'docker run -itv /etc:/x --privileged -p80:80 --name=a docker:cli sh -c "-v x"';
    const { options, subject } = read(text);
    expect(
      options.map((option) => [option.name, option.value, text.slice(option.start, option.end)]),
    ).toEqual([
      ['interactive', null, '-itv'],
      ['tty', null, '-itv'],
      ['volume', '/etc:/x', '-itv /etc:/x'],
      ['privileged', null, '--privileged'],
      ['publish', '80:80', '-p80:80'],
      ['name', 'a', '--name=a'],
    ]);
    expect(subject?.value).toBe('docker:cli');
  });
  it('may be any other command that sends requests to the engine, with its options unchanged', () => {
    for (const text of [
      'docker exec -it web sh',
      'docker commit web saved',
      'docker container inspect web',
      'docker volume create --driver local x',
      'docker ps',
    ])
      expect(read(text)).toMatchObject({ kind: 'other', args: text.split(' ').slice(1), options: [] });
  });
  it('is refused with the position if a shell would do more than Docker', () => {
    expect(problem('')).toBe('empty: ');
    expect(problem('# nothing')).toBe('not-docker: nothing');
    expect(problem('docker run a | cat')).toMatch(/^pipe/);
    expect(problem('docker run a > out')).toBe('redirection: > out');
    expect(problem('docker run a && docker run b')).toMatch(/^several-commands/);
    expect(problem('docker run a\ndocker run b')).toBe('several-commands: docker run b');
    expect(problem('docker run -v $(pwd):/x a')).toBe('no-directory: $(pwd)');
    expect(problem('docker run -v "$PWD":/x a')).toBe('no-directory: $PWD');
    expect(problem('docker run -v `cat x`:/x a')).toBe('substitution: `cat x`');
    expect(problem('docker run $IMAGE')).toBe('substitution: $IMAGE');
    expect(problem('docker run {a,b}')).toBe('braces: {a,b}');
    expect(problem('docker run "a')).toBe('syntax: "a');
    expect(problem('podman run a')).toBe('not-docker: podman');
    expect(problem('docker -H tcp://x run a')).toBe('general-option: -H');
    expect(problem('docker compose up')).toBe('compose: compose');
    expect(problem('docker login')).toBe('other-command: login');
    expect(problem('docker container attach web')).toBe('other-command: container attach');
    expect(problem('docker cp web:/etc/passwd .')).toBe('moves-files: cp');
    expect(problem('docker image save a')).toBe('moves-files: image save');
    expect(problem('docker exec web echo $X')).toBe('substitution: $X');
    expect(problem('docker run --privilegd alpine')).toBe('unknown-option: --privilegd');
    expect(problem('docker run -it -X alpine')).toBe('unknown-option: -X');
    expect(problem('docker run --rm')).toBe('no-image: ');
    expect(problem('docker run --cidfile x a')).toBe('writes-file: --cidfile x');
    expect(problem(`docker run ${'x'.repeat(40_000)}`)).toMatch(/^too-long/);
  });
  it('names a command that Docker does not have, with the one that was probably meant', () => {
    const unknown = (text: string) => {
      const parsed = parseCommandLine(text, { home: '/home/sam' });
      return parsed.ok ? null : [parsed.problem, parsed.what, parsed.closest];
    };
    expect(unknown('docker runn --foo busybox')).toEqual(['no-such-command', 'runn', 'run']);
    expect(unknown('docker contianer ls')).toEqual(['no-such-command', 'contianer', 'container']);
    expect(unknown('docker container exce web')).toEqual([
      'no-such-command',
      'container exce',
      'container exec',
    ]);
    expect(unknown('docker frobnicate')).toEqual(['no-such-command', 'frobnicate', undefined]);
    expect(unknown('docker stats')).toEqual(['other-command', 'stats', undefined]);
    expect(unknown('docker scout cves x')).toEqual(['other-command', 'scout', undefined]);
  });
  it('loses an option together with the blank before it', () => {
    const text = 'docker run --rm -v /etc:/x \\\n  --pid=host alpine';
    const { options } = read(text);
    expect(withoutOptions(text, options.slice(1))).toBe('docker run --rm alpine');
  });
  it('never throws, and each position is inside the text', () => {
    const piece = fc.constantFrom(
      'docker',
      ' ',
      'run',
      'build',
      '-v',
      '--pid=host',
      '-itp',
      '"',
      "'",
      '\\',
      '\n',
      '$',
      '(',
      ')',
      '{',
      '}',
      ',',
      '`',
      '|',
      '&',
      ';',
      '<',
      '>',
      '#',
      '~',
      '=',
      '*',
      'sudo',
      '$(',
      '<<E',
      '数',
      '\u0000',
      '--',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }).map((pieces) => `docker run ${pieces.join('')} alpine`),
        (text) => {
          const parsed = parseCommandLine(text, { home: '/home/sam' });
          const places = parsed.ok
            ? [...parsed.line.options, ...(parsed.line.subject === null ? [] : [parsed.line.subject])]
            : [parsed];
          for (const { start, end } of places) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(text.length);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

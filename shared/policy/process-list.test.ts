import { describe, expect, it } from 'vitest';
import { refusalText } from './decision.ts';
import { processListDenial } from './process-list.ts';

describe('A5: options of docker top', () => {
  it.each([
    '',
    '-ef',
    '-eF',
    'aux',
    '-aux',
    'ax',
    'auxww',
    'axf',
    '-e',
    '-eLf',
    '-o comm',
    '-o pid,comm',
    '-eo pid,comm',
    '-eo uid,comm',
    'axo pid,args',
    '-eo user:20,pid,ppid,pcpu,args',
    '-opid,args',
    '-eo pid -o args',
    '-e -o pid,lstart,args --sort=-pcpu',
    'e',
    'auxe',
    '-o args',
  ])('pass where the column PID holds process ids: %s', (options) => {
    expect(processListDenial(options)).toBeNull();
  });

  it.each([
    '-oargs=PID',
    'e -ww -p 1 -oargs=x\fPID',
    '-ouid=PID',
    '-o ppid=\fPID,args',
    '-eo args,pid',
    'e -o comm,comm,args,pid',
    '-eo comm -o pid',
    '-eo lstart,pid',
    'axo args,pid',
    '-O args',
    '-p 1',
    '-q 1',
    '-C sshd',
    '-eo %a%p',
    '-Z',
    '--format pid',
    '--no-headers',
    'h',
    '-N',
    '-o pid\t=x',
    '-ef\n',
    '-eo',
    'k',
    '--pid=1',
    '-Aoargs,pid',
  ])('are refused otherwise: %j', (options) => {
    const denial = processListDenial(options);
    expect(denial === null ? '' : refusalText(denial)).toMatch(
      /^enhanced container isolation: docker top with the option .*\bA5\); no setting allows it/s,
    );
  });
});

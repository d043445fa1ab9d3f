import { expect, it } from 'vitest';
import { testsWithOwnEngines } from './own-engines.ts';

it('finds the tests that start engines of their own, by other functions, too', () => {
  const one = `package container

func TestUsual(t *testing.T) {
	setupTest(t)
}

func TestOwn(t *testing.T) {
	d := daemon.New(t)
	if d == nil {
		return
	}
}

func startsOne(t *testing.T) {
	withEngine(t)
}
`;
  const two = `package container

func TestByHelper(t *testing.T) {
	startsOne(t)
}

func withEngine(t *testing.T) *daemon.Daemon {
	return daemon.New(t)
}

func TestAfter(t *testing.T) {}
`;
  expect(testsWithOwnEngines([one, two])).toEqual(['TestOwn', 'TestByHelper']);
});

import { expect, it } from 'vitest';
import { nodeId, readJunit } from './pytest.ts';

it('results of pytest are read with what failed, was skipped, or failed at its end', () => {
  const report = `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">
<testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="1.2">
<testcase classname="tests.integration.a_test.RunTest" name="test_run" time="0.1" />
<testcase classname="tests.integration.a_test.RunTest" name="test_pid" time="0.1"><failure
  message="APIError: 403 (&quot;blocked&quot;)">a_test.py:3: in test_pid&#10;E   &lt;403&gt; &amp;c</failure>
</testcase>
<testcase classname="tests.integration.a_test.RunTest" name="test_old" time="0"><skipped type="pytest.skip"
  message="too old">a_test.py:9: too old</skipped></testcase>
<testcase classname="tests.integration.b_test" name="test_end[1]" time="0"/>
<testcase classname="tests.integration.b_test" name="test_end[1]" time="0"><error message="failed on
  teardown">gone</error></testcase>
</testsuite></testsuites>`;
  expect([...readJunit(report)].map(([name, { outcome }]) => [name, outcome])).toEqual([
    ['tests/integration/a_test/RunTest/test_run', 'passed'],
    ['tests/integration/a_test/RunTest/test_pid', 'failed'],
    ['tests/integration/a_test/RunTest/test_old', 'skipped'],
    ['tests/integration/b_test/test_end[1]', 'failed'],
  ]);
  expect(readJunit(report).get('tests/integration/a_test/RunTest/test_pid')?.output).toContain(
    '403 ("blocked")">a_test.py:3: in test_pid\nE   <403> &c',
  );
  expect(nodeId('tests/integration/a_test/RunTest/test_run')).toBe(
    'tests/integration/a_test.py::RunTest::test_run',
  );
});

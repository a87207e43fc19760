import { figuresOf, figuresText, Tally } from './figures';
import { CASE, goodEvidence } from './sample-evidence';

test('a run is added up: verdicts, attempts, faults, durations, failures', () => {
  const tally = new Tally();
  const evidence = goodEvidence();
  for (let count = 1; count <= 20; count += 1)
    tally.add({
      ...figuresOf({ evidence, millis: count * 1000, repeatedCalls: 1 }, []),
      verdict: count === 20 ? 'rolled-back' : 'succeeded',
    });
  tally.add(figuresOf({ evidence, millis: 500, repeatedCalls: 0 }, [{ invariant: 1, text: 'two' }]));
  const faults = { requests: 100, reads: { delay: 2 }, actions: { delay: 1 }, refusalWindows: 1, cutStreams: 2 };
  tally.addFaults(faults);
  tally.addFaults(faults);
  const figures = tally.figures();
  expect(figures).toMatchObject({
    deployments: 21,
    byVerdict: { succeeded: 20, 'rolled-back': 1 },
    byKind: { [CASE.kind]: { succeeded: 20, 'rolled-back': 1 } },
    activities: 63,
    attempts: 63,
    retries: 0,
    repeatedCalls: 20,
    faults: { requests: 200, reads: { delay: 4 }, actions: { delay: 2 }, refusalWindows: 2, cutStreams: 4 },
    duration: { median: 10_000, p95: 19_000, max: 20_000 },
    failed: 1,
    violations: { '1': 1 },
  });
  expect(figuresText(figures)).toContain('6 (3.00 % of the requests)');
});

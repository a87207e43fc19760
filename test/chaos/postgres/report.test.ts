import { reportLines, tally } from './report';
import type { DeploymentReport, SuiteReport } from './suite';

const deployment = (service: string, ...wrong: string[]): DeploymentReport => ({
  ...{ service, kind: 'good', deploymentId: `d-${service}`, runId: `r-${service}`, verdict: 'succeeded' },
  ...{ exitCodes: [0], upgrades: 1, millis: 1_000, wrong },
});

const FAULTS = {
  ...{ requests: 20, refusalWindows: 1, cutStreams: 2 },
  ...{ reads: { hang: 2, reset: 1 }, actions: { hang: 1 } },
};

const report = (more: Partial<SuiteReport>): SuiteReport => ({
  ...{ kills: [], missedKills: 0, deployments: [deployment('a'), deployment('b')], kept: [], lost: [], wrong: [] },
  ...{ eventsHeld: 10, recoveryLines: [], faults: FAULTS, millis: 5_000 },
  ...more,
});

describe('the tally', () => {
  test.each<[string, Partial<SuiteReport>, { passed: number; failed: number }]>([
    ['all is well', {}, { passed: 2, failed: 0 }],
    ['a deployment is wrong', { deployments: [deployment('a'), deployment('b', 'x', 'y')] }, { passed: 1, failed: 1 }],
    ['something is lost', { lost: ['d-a'] }, { passed: 2, failed: 1 }],
    ['a worker ended', { wrong: ['3 workers ended'] }, { passed: 2, failed: 1 }],
    ['a kill met nothing', { missedKills: 1 }, { passed: 2, failed: 1 }],
  ])('%s', (_, more, expected) => expect(tally(report(more))).toEqual(expected));
});

test('everything that is wrong has a line of its own', () => {
  const lines = reportLines(
    report({
      deployments: [deployment('a', 'bad')],
      lost: ['d-x is lost'],
      wrong: ['3 workers ended'],
      missedKills: 2,
    }),
  );
  expect(lines.filter((line) => line.startsWith('WRONG'))).toEqual([
    'WRONG: 3 workers ended',
    'WRONG: d-x is lost',
    'WRONG: 2 kills met no deployment',
    'WRONG: a (good): bad',
  ]);
});

test('what went wrong with the requests is counted by kind, reads and actions together', () => {
  expect(reportLines(report({})).find((line) => line.startsWith('requests:'))).toBe(
    'requests:     20 to Rancher, 4 met a fault (3 hang, 1 reset); connections refused 1 times, 2 event streams cut',
  );
});

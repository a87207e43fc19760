import { recoveryLinesOf } from './postgres-cluster';

const LOG = `2026-11-25 15:15:35.000 UTC [1] LOG:  starting PostgreSQL 15.18
2026-11-25 15:15:41.383 UTC [2] LOG:  database system was interrupted; last known up at 2026-11-25 15:15:35 UTC
2026-11-25 15:15:41.519 UTC [2] LOG:  database system was not properly shut down; automatic recovery in progress
2026-11-25 15:15:41.521 UTC [2] LOG:  redo starts at 0/1501120
2026-11-25 15:15:41.540 UTC [2] LOG:  invalid record length at 0/1F39188: wanted 24, got 0
2026-11-25 15:15:41.559 UTC [2] LOG:  redo done at 0/1F39160 system usage: CPU: user: 0.01 s
2026-11-25 15:15:41.600 UTC [1] LOG:  database system is ready to accept connections
`;

test('what the log tells of a recovery, and nothing else', () => {
  expect(recoveryLinesOf(LOG).map((line) => line.replace(/^.*LOG: +/, ''))).toEqual([
    'database system was interrupted; last known up at 2026-11-25 15:15:35 UTC',
    'database system was not properly shut down; automatic recovery in progress',
    'redo starts at 0/1501120',
    'redo done at 0/1F39160 system usage: CPU: user: 0.01 s',
  ]);
});

test('an orderly start has none', () => {
  expect(recoveryLinesOf('LOG:  database system was shut down at 2026-11-25 15:15:35 UTC\n')).toEqual([]);
});

import { findingsJson, findingsText } from '../../../client/cli/show-findings';
import { noPaint, paint } from '../../../client/render/style';
import type { Finding } from '../../../decision/checks';

const FINDINGS: readonly Finding[] = [
  { check: 'node', environment: null, status: 'ok', text: 'Node.js v22.20.0', mend: '' },
  {
    check: 'retention',
    environment: null,
    status: 'warning',
    text: 'deployments that are over are kept for 1 day',
    mend: 'temporal operator namespace update --namespace default --retention 720h',
  },
  {
    check: 'rancher-project',
    environment: 'prod',
    status: 'failed',
    text: 'there is no \u001b[31menvironment\u202e "Prodction"\nhere',
    mend: 'environments.prod.project in drover.yaml',
  },
  {
    check: 'rancher-role',
    environment: 'prod',
    status: 'skipped',
    text: 'it could not be looked at: see above',
    mend: '',
  },
];

test('each line begins with the word for how it came out; nothing depends on colour', () => {
  expect(findingsText(FINDINGS, undefined, noPaint).split('\n')).toEqual([
    'This machine and Temporal',
    '  ok        node: Node.js v22.20.0',
    '  warning   retention: deployments that are over are kept for 1 day',
    '  mend      temporal operator namespace update --namespace default --retention 720h',
    '',
    'Environment prod',
    '  failed    rancher-project: there is no [31menvironment "Prodction" here',
    '  mend      environments.prod.project in drover.yaml',
    '  skipped   rancher-role: it could not be looked at: see above',
    '',
    '1 ok, 1 warning, 1 failed, 1 skipped. What failed stops deployments, or lets them go wrong: mend it, and run this again.',
    '',
  ]);
  const coloured = findingsText(FINDINGS, undefined, paint);
  expect(coloured).toContain('\u001b[31mfailed\u001b[39m');
  expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(findingsText(FINDINGS, undefined, noPaint));
});

test.each([30, 60])('no line is wider than a terminal of %i columns, but for words that are', (columns) => {
  const lines = findingsText(FINDINGS, columns, noPaint).split('\n');
  const wide = lines.filter((line) => line.length >= columns && line.trim().includes(' '));
  expect(wide).toEqual([]);
});

test('as JSON there is a line for each, and one that counts', () => {
  const lines = findingsJson(FINDINGS).trimEnd().split('\n');
  const values = lines.map((line) => JSON.parse(line) as object);
  expect(values[0]).toEqual({ type: 'check', ...FINDINGS[0], mend: null });
  expect(values.at(-1)).toEqual({
    type: 'doctor',
    ...{ ok: 1, warning: 1, failed: 1, skipped: 1 },
    verdict: 'needs-attention',
    exitCode: 4,
  });
  expect(findingsJson(FINDINGS)).not.toMatch(/[\u001b\u202e]/);
  expect(findingsJson(FINDINGS.slice(0, 2))).toContain('"failed":0,"skipped":0,"verdict":"succeeded","exitCode":0');
});

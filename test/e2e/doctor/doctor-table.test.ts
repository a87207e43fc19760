import { BROKEN_SET_UPS } from './broken-set-ups';
import { doctor, expectNamed } from './examined';
import { Places } from './places';

let places: Places;
beforeAll(async () => {
  places = await Places.start();
}, 180_000);
afterAll(() => places.close());

test('there are at least twenty of them', () => {
  expect(new Set(BROKEN_SET_UPS.map(({ what }) => what)).size).toBeGreaterThanOrEqual(20);
});

test.each(BROKEN_SET_UPS)('$what: $check', (row) => expectNamed(places, row));

test('a worker that is frozen holds nothing up, and is told', async () => {
  const worker = places.stack.workers[0];
  worker?.signal('SIGSTOP');
  try {
    const config = places.write('drover.yaml', places.yaml());
    const { ended, findings } = await doctor(places, ['--config', config], places.keys);
    expect(findings.find(({ check }) => check === 'worker-version')).toMatchObject({
      status: 'failed',
      text: expect.stringContaining('the worker did not answer: No answer from the worker of prod within 15 seconds'),
      mend: expect.stringContaining('drover worker --environments prod'),
    });
    // It is asked for nothing that is not there: all else is told.
    expect(findings.find(({ check }) => check === 'rancher-role')).toMatchObject({ status: 'ok' });
    expect(ended.code).toBe(4);
  } finally {
    worker?.signal('SIGCONT');
  }
}, 90_000);

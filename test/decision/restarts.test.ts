import { tooManyRestarts } from '../../decision/proof';
import { PRIMARY } from '../../decision/service-snapshot';
import { good, NEW, OTHER, service, tally, versions } from './samples';

const NEW_ONES = versions({ [PRIMARY]: NEW });

test('as many as are borne are no failure, one more is', () => {
  const restarted = (restarts: number): string | null =>
    tooManyRestarts(service({ instances: [good(2, { restarts })] }), NEW_ONES, 3, []);
  expect([restarted(0), restarted(3)]).toEqual([null, null]);
  expect(restarted(4)).toBe('the new containers were started again 4 times, 3 are borne');
});

test('where none is borne, one is too many', () => {
  expect(tooManyRestarts(service({ instances: [good(2, { restarts: 1 })] }), NEW_ONES, 0, [])).toBe(
    'the new containers were started again once, 0 are borne',
  );
});

test('all configurations count together; what ran before, and what was left alone, does not count', () => {
  const logger = { config: 'logger', version: 'v9' };
  const all = [...NEW_ONES, logger];
  const instances = [
    good(2, { restarts: 2 }),
    good(1, { ...logger, restarts: 2 }),
    tally({ version: OTHER, config: PRIMARY, stopped: 2, restarts: 9 }),
  ];
  expect(tooManyRestarts(service({ instances }), all, 3, [])).toContain('4 times');
  expect(tooManyRestarts(service({ instances }), all, 3, ['logger'])).toBeNull();
});

test('containers that were not read are judged by another read', () => {
  expect(tooManyRestarts(service({ instances: null }), NEW_ONES, 0, [])).toBeNull();
});

import { parseInstant } from '../../../client/input/instant';

const NOW = Date.parse('2026-11-24T12:00:00.500Z');
const iso = (text: string): string | undefined => {
  const millis = parseInstant(text, NOW);
  return millis === undefined ? undefined : new Date(millis).toISOString();
};

describe('a moment that somebody writes', () => {
  it.each([
    ['24h', '2026-11-23T12:00:00.500Z'],
    ['1h30m', '2026-11-24T10:30:00.500Z'],
    ['7d', '2026-11-17T12:00:00.500Z'],
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-11-23T14:05', '2026-11-23T14:05:00.000Z'],
    ['2026-11-23 14:05', '2026-11-23T14:05:00.000Z'],
    ['2026-11-23t14:05:06.25z', '2026-11-23T14:05:06.250Z'],
    ['2026-11-23T14:05:06+02:00', '2026-11-23T12:05:06.000Z'],
    [' 2026-11-23 ', '2026-11-23T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => expect(iso(text)).toBe(expected));

  it.each(['', 'yesterday', '24', '2026-02-30', '2026-13-01', '2026-11-23T25:00', '23.11.2026', '-1h', '999999999d'])(
    '%j is none',
    (text) => expect(iso(text)).toBeUndefined(),
  );
});

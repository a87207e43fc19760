import { instantOf, isTimeZone, localOf } from '../../decision/zone-time';
import { randomFrom } from './seeded-random';

const utc = (text: string): number => Date.parse(`${text}Z`);
const shown = (millis: number): string => new Date(millis).toISOString().slice(0, 16);

describe('what the clocks show', () => {
  test.each([
    ['UTC', '2026-06-01T12:00', '2026-06-01T12:00'],
    ['Europe/Berlin', '2026-01-01T00:00', '2026-01-01T01:00'],
    ['Europe/Berlin', '2026-03-29T00:59', '2026-03-29T01:59'],
    ['Europe/Berlin', '2026-03-29T01:00', '2026-03-29T03:00'],
    ['Europe/Berlin', '2026-10-25T00:59', '2026-10-25T02:59'],
    ['Europe/Berlin', '2026-10-25T01:00', '2026-10-25T02:00'],
    ['America/New_York', '2026-03-08T07:00', '2026-03-08T03:00'],
    ['America/New_York', '2026-11-01T06:00', '2026-11-01T01:00'],
    ['Asia/Kolkata', '2025-12-31T18:30', '2026-01-01T00:00'],
    ['Asia/Kathmandu', '2026-01-01T00:00', '2026-01-01T05:45'],
    ['Australia/Lord_Howe', '2026-04-04T15:00', '2026-04-05T01:30'],
    ['Pacific/Kiritimati', '2026-01-01T10:00', '2026-01-02T00:00'],
    ['Pacific/Pago_Pago', '2026-01-01T10:59', '2025-12-31T23:59'],
  ])('in %s at %s UTC: %s', (zone, instant, local) => {
    expect(shown(localOf(zone, utc(instant)))).toBe(local);
  });

  test('milliseconds stay, before 1970 too', () => {
    expect(localOf('Asia/Kolkata', 1234)).toBe(5.5 * 3_600_000 + 1234);
    expect(localOf('Asia/Kolkata', -1)).toBe(5.5 * 3_600_000 - 1);
  });
});

describe('the moment of a local time', () => {
  test.each([
    ['Europe/Berlin', '2026-07-01T12:00', '2026-07-01T10:00', '2026-07-01T10:00'],
    // Left out: the moment of the jump.
    ['Europe/Berlin', '2026-03-29T02:00', '2026-03-29T01:00', '2026-03-29T01:00'],
    ['Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:00', '2026-03-29T01:00'],
    ['Europe/Berlin', '2026-03-29T03:00', '2026-03-29T01:00', '2026-03-29T01:00'],
    ['America/New_York', '2026-03-08T02:30', '2026-03-08T07:00', '2026-03-08T07:00'],
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:30', '2026-10-03T15:30'],
    // Twice: the first and the last.
    ['Europe/Berlin', '2026-10-25T01:59', '2026-10-24T23:59', '2026-10-24T23:59'],
    ['Europe/Berlin', '2026-10-25T02:00', '2026-10-25T00:00', '2026-10-25T01:00'],
    ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30', '2026-10-25T01:30'],
    ['Europe/Berlin', '2026-10-25T03:00', '2026-10-25T02:00', '2026-10-25T02:00'],
    ['America/New_York', '2026-11-01T01:30', '2026-11-01T05:30', '2026-11-01T06:30'],
    ['Australia/Lord_Howe', '2026-04-05T01:45', '2026-04-04T14:45', '2026-04-04T15:15'],
    ['Australia/Lord_Howe', '2026-04-05T01:29', '2026-04-04T14:29', '2026-04-04T14:29'],
    ['Asia/Kolkata', '2026-01-01T00:00', '2025-12-31T18:30', '2025-12-31T18:30'],
    // A day that Samoa never had.
    ['Pacific/Apia', '2011-12-30T12:00', '2011-12-30T10:00', '2011-12-30T10:00'],
  ])('in %s, %s is %s, at last %s UTC', (zone, local, first, last) => {
    expect(shown(instantOf(zone, utc(local), 'first'))).toBe(first);
    expect(shown(instantOf(zone, utc(local), 'last'))).toBe(last);
  });

  test('in every zone that is known here, clocks and moments are each other’s inverse', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    expect(zones.length).toBeGreaterThan(300);
    const random = randomFrom(1);
    const [from, days] = [utc('2020-01-01T00:00'), 3650];
    for (const zone of zones)
      for (let run = 0; run < 10; run += 1) {
        const instant = from + random.below(days * 24 * 60) * 60_000;
        const local = localOf(zone, instant);
        const found = [instantOf(zone, local, 'first'), instantOf(zone, local, 'last')];
        expect({ zone, instant, local, found: found.includes(instant) }).toMatchObject({ found: true });
      }
  });
});

describe('a time zone', () => {
  test.each(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'America/Port-au-Prince'])(
    '%s is known',
    (name) => expect(isTimeZone(name)).toBe(true),
  );

  test.each(['', 'Berlin', 'Europe/Berlyn', '+01:00', 'GMT+1', 'Europe/Berlin ', '__proto__', 'local'])(
    '%j is none',
    (name) => expect(isTimeZone(name)).toBe(false),
  );
});

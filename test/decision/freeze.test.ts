import { FREEZE_HORIZON_MILLIS, frozenUntil, opensAt } from '../../decision/freeze';
import type { FreezeWindow } from '../../decision/freeze-window';
import { clockMinutes, localMillisOf, readWindow } from '../../decision/freeze-window';
import { FreezeOracle } from './freeze-oracle';

const utc = (text: string): number => Date.parse(`${text}Z`);
const shown = (millis: number): string => new Date(millis).toISOString().slice(0, 16);
const at = (windows: readonly FreezeWindow[], instant: string): string | null => {
  const frozen = frozenUntil(windows, utc(instant));
  return frozen === null ? null : `${frozen.window} until ${shown(frozen.untilMillis)}`;
};

const daily = (name: string, timeZone: string, from: string, to: string): FreezeWindow => ({
  name,
  timeZone,
  from,
  to,
});
const WEEKEND: FreezeWindow = {
  name: 'weekend',
  timeZone: 'Europe/Berlin',
  days: ['sat', 'sun'],
  from: '00:00',
  to: '00:00',
};

/** Windows, and moments with what holds in them: just before and at each beginning and end. */
const CASES: readonly (readonly [
  what: string,
  windows: readonly FreezeWindow[],
  moments: Record<string, string | null>,
])[] = [
  [
    'every day, in a zone without changes',
    [daily('lunch', 'Asia/Kolkata', '12:00', '13:30')],
    {
      '2026-05-01T06:29': null,
      '2026-05-01T06:30': 'lunch until 2026-05-01T08:00',
      '2026-05-01T07:59': 'lunch until 2026-05-01T08:00',
      '2026-05-01T08:00': null,
    },
  ],
  [
    'over midnight',
    [daily('night', 'Europe/Berlin', '22:00', '06:00')],
    {
      '2026-01-10T20:59': null,
      '2026-01-10T21:00': 'night until 2026-01-11T05:00',
      '2026-01-11T00:00': 'night until 2026-01-11T05:00',
      '2026-01-11T05:00': null,
    },
  ],
  [
    'the day is that on which it begins',
    [{ name: 'friday night', timeZone: 'UTC', days: ['fri'], from: '20:00', to: '08:00' }],
    {
      '2026-11-27T19:59': null,
      '2026-11-27T20:00': 'friday night until 2026-11-28T08:00',
      '2026-11-28T07:59': 'friday night until 2026-11-28T08:00',
      '2026-11-28T08:00': null,
      '2026-11-28T20:00': null,
      '2026-11-27T07:59': null,
    },
  ],
  [
    'two days joined',
    [WEEKEND],
    {
      '2026-11-27T22:59': null,
      '2026-11-27T23:00': 'weekend until 2026-11-29T23:00',
      '2026-11-28T23:00': 'weekend until 2026-11-29T23:00',
      '2026-11-29T23:00': null,
    },
  ],
  [
    'clocks go forward within it: an hour less',
    [daily('night', 'Europe/Berlin', '22:00', '06:00')],
    { '2026-03-28T21:00': 'night until 2026-03-29T04:00', '2026-03-29T04:00': null },
  ],
  [
    'clocks go back within it: an hour more',
    [daily('night', 'America/New_York', '22:00', '06:00')],
    { '2026-11-01T02:00': 'night until 2026-11-01T11:00', '2026-11-01T11:00': null },
  ],
  [
    'it begins at a time that is left out: with the jump',
    [daily('early', 'Europe/Berlin', '02:30', '04:00')],
    {
      '2026-03-28T01:29': null,
      '2026-03-28T01:30': 'early until 2026-03-28T03:00',
      '2026-03-29T00:59': null,
      '2026-03-29T01:00': 'early until 2026-03-29T02:00',
      '2026-03-29T02:00': null,
    },
  ],
  [
    'it ends at a time that is left out: with the jump',
    [daily('early', 'America/New_York', '01:00', '02:30')],
    {
      '2026-03-08T05:59': null,
      '2026-03-08T06:00': 'early until 2026-03-08T07:00',
      '2026-03-08T07:00': null,
    },
  ],
  [
    'all of it is left out: there is none that day',
    [daily('early', 'Europe/Berlin', '02:15', '02:45')],
    {
      '2026-03-28T01:15': 'early until 2026-03-28T01:45',
      '2026-03-29T00:59': null,
      '2026-03-29T01:00': null,
      '2026-03-29T01:15': null,
      '2026-03-30T00:15': 'early until 2026-03-30T00:45',
    },
  ],
  [
    'its times come twice: from the first to the last',
    [daily('early', 'Europe/Berlin', '02:15', '02:45')],
    {
      '2026-10-25T00:14': null,
      '2026-10-25T00:15': 'early until 2026-10-25T01:45',
      '2026-10-25T01:00': 'early until 2026-10-25T01:45',
      '2026-10-25T01:45': null,
    },
  ],
  [
    'half an hour comes twice',
    [daily('early', 'Australia/Lord_Howe', '01:00', '01:45')],
    { '2026-04-04T14:00': 'early until 2026-04-04T15:15', '2026-04-04T15:15': null },
  ],
  [
    'half an hour is left out',
    [daily('early', 'Australia/Lord_Howe', '01:00', '02:15')],
    { '2026-10-03T14:30': 'early until 2026-10-03T15:30', '2026-10-03T15:30': null },
  ],
  [
    'windows that touch are one stretch, named by the one that holds',
    [daily('evening', 'UTC', '18:00', '22:00'), daily('night', 'UTC', '22:00', '02:00')],
    {
      '2026-06-01T17:59': null,
      '2026-06-01T18:00': 'evening until 2026-06-02T02:00',
      '2026-06-01T22:00': 'night until 2026-06-02T02:00',
      '2026-06-02T02:00': null,
    },
  ],
  [
    'windows of two zones that touch',
    [daily('berlin', 'Europe/Berlin', '09:00', '15:00'), daily('new york', 'America/New_York', '09:00', '10:00')],
    // The two change their clocks three weeks apart.
    {
      '2026-02-02T08:00': 'berlin until 2026-02-02T15:00',
      '2026-03-20T08:00': 'berlin until 2026-03-20T14:00',
      '2026-07-01T07:00': 'berlin until 2026-07-01T14:00',
    },
  ],
  [
    'windows that overlap: the longer one gives its name, the first of two that are alike',
    [
      daily('short', 'UTC', '10:00', '11:00'),
      daily('long', 'UTC', '10:30', '12:00'),
      daily('as long', 'UTC', '10:30', '12:00'),
    ],
    {
      '2026-06-01T10:00': 'short until 2026-06-01T12:00',
      '2026-06-01T10:30': 'long until 2026-06-01T12:00',
    },
  ],
  [
    'once, in summer time and out of it',
    [{ name: 'holidays', timeZone: 'Europe/Berlin', from: '2026-10-20T18:00', to: '2026-11-02T06:00' }],
    {
      '2026-10-20T15:59': null,
      '2026-10-20T16:00': 'holidays until 2026-11-02T05:00',
      '2026-11-02T04:59': 'holidays until 2026-11-02T05:00',
      '2026-11-02T05:00': null,
      '2027-10-25T00:00': null,
    },
  ],
  [
    'once, from the first of two to the last of two',
    [{ name: 'change', timeZone: 'Europe/Berlin', from: '2026-10-25T02:30', to: '2026-10-25T02:31' }],
    { '2026-10-25T00:29': null, '2026-10-25T00:30': 'change until 2026-10-25T01:31', '2026-10-25T01:31': null },
  ],
  [
    'a weekend that a holiday prolongs',
    [WEEKEND, { name: 'monday', timeZone: 'Europe/Berlin', from: '2026-11-30T00:00', to: '2026-12-01T08:00' }],
    { '2026-11-28T12:00': 'weekend until 2026-12-01T07:00', '2026-11-30T12:00': 'monday until 2026-12-01T07:00' },
  ],
  ['no window', [], { '2026-11-28T12:00': null }],
];

describe.each(CASES)('%s', (_what, windows, moments) => {
  test.each(Object.entries(moments))('at %s: %s', (instant, expected) => {
    expect(at(windows, instant)).toBe(expected);
  });
});

test('to the millisecond', () => {
  const windows = [daily('noon', 'UTC', '12:00', '13:00')];
  const noon = utc('2026-01-01T12:00');
  expect(frozenUntil(windows, noon - 1)).toBeNull();
  expect(frozenUntil(windows, noon + 3_600_000 - 1)).toEqual({ window: 'noon', untilMillis: noon + 3_600_000 });
  expect(frozenUntil(windows, noon + 3_600_000)).toBeNull();
});

test('opensAt is now, or the end of the stretch', () => {
  expect(shown(opensAt([WEEKEND], utc('2026-11-28T12:00')))).toBe('2026-11-29T23:00');
  expect(shown(opensAt([WEEKEND], utc('2026-11-25T12:00')))).toBe('2026-11-25T12:00');
});

test('a freeze without an end is looked at again after a year', () => {
  const always = [daily('always', 'Europe/Berlin', '08:00', '08:00')];
  const now = utc('2026-11-28T12:00');
  expect(frozenUntil(always, now)).toEqual({ window: 'always', untilMillis: now + FREEZE_HORIZON_MILLIS });
});

/** From and to, exclusive. */
type Period = readonly [string, string];
const YEAR: readonly Period[] = [['2026-01-01T00:00', '2027-01-01T00:00']];
/** The weeks in which New York and Lord Howe change their clocks. */
const CHANGES: readonly Period[] = [
  ['2026-03-01T00:00', '2026-04-12T00:00'],
  ['2026-09-27T00:00', '2026-11-08T00:00'],
];

describe('minute by minute it agrees with clocks that are read off one by one:', () => {
  test.each<[string, readonly Period[], readonly FreezeWindow[]]>([
    [
      'Berlin: nights on workdays, weekends, and half an hour that is left out and comes twice; the whole year',
      YEAR,
      [
        { name: 'nights', timeZone: 'Europe/Berlin', days: ['mon', 'tue', 'wed', 'thu'], from: '20:30', to: '07:45' },
        WEEKEND,
        daily('early', 'Europe/Berlin', '02:10', '02:40'),
      ],
    ],
    [
      'New York: over the change, from an hour that is left out or comes twice, to one',
      CHANGES,
      [
        { name: 'early', timeZone: 'America/New_York', days: ['sun', 'wed'], from: '01:30', to: '02:30' },
        { name: 'sunday', timeZone: 'America/New_York', days: ['sat'], from: '02:30', to: '01:30' },
      ],
    ],
    [
      'Lord Howe and Kolkata: half hours',
      CHANGES,
      [daily('island', 'Australia/Lord_Howe', '23:50', '01:40'), daily('india', 'Asia/Kolkata', '20:10', '21:20')],
    ],
  ])('%s', (_what, periods, windows) => {
    const oracle = new FreezeOracle(windows);
    const wrong: string[] = [];
    const count = { frozen: 0, open: 0 };
    for (const [from, to] of periods)
      for (let now = utc(from), end = utc(to); now < end; now += 60_000) {
        const [expected, found] = [oracle.opensAt(now), opensAt(windows, now)];
        count[expected > now ? 'frozen' : 'open'] += 1;
        if (expected !== found && wrong.length < 10)
          wrong.push(`${shown(now)}: ${shown(found)}, not ${shown(expected)}`);
      }
    expect(wrong).toEqual([]);
    expect(Math.min(count.frozen, count.open)).toBeGreaterThan(3_000);
  });
});

describe('the times of a window', () => {
  test.each([
    ['00:00', 0],
    ['09:05', 545],
    ['23:59', 1439],
  ])('%s is a time of a day', (text, minutes) => expect(clockMinutes(text)).toBe(minutes));

  test.each(['24:00', '9:00', '09:60', '09:00:00', ' 09:00', '0900', ''])('%j is none', (text) =>
    expect(clockMinutes(text)).toBeNull(),
  );

  test.each(['2026-12-24T18:00', '2028-02-29T00:00'])('%s is a day with its time', (text) =>
    expect(shown(localMillisOf(text) ?? 0)).toBe(text),
  );

  test.each(['2026-02-29T00:00', '2026-13-01T00:00', '2026-12-24', '2026-12-24T24:00', '2026-12-24T18:00Z', '18:00'])(
    '%j is none',
    (text) => expect(localMillisOf(text)).toBeNull(),
  );

  test.each<[string, Partial<FreezeWindow>, string]>([
    ['an unknown zone', { timeZone: 'Europe/Berlyn' }, 'timeZone: it is no time zone that is known here'],
    ['no days', { days: [] }, 'days: it is no list of mon, tue, wed, thu, fri, sat, sun'],
    ['a day that is none', { days: ['monday' as 'mon'] }, 'days: it is no list of'],
    ['a beginning that is none', { from: '25:00' }, 'from: it is neither HH:MM nor YYYY-MM-DDTHH:MM'],
    ['an end that is none', { to: '7' }, 'to: it is not HH:MM, as "from" is'],
    ['an end of another kind', { to: '2026-12-24T18:00' }, 'to: it is not HH:MM'],
    ['a beginning of another kind', { from: '2026-12-24T18:00' }, 'to: it is not YYYY-MM-DDTHH:MM, as "from" is'],
    ['an end before the beginning', { from: '2026-12-24T18:00', to: '2026-12-24T18:00' }, 'to: it is not later than'],
    [
      'days of what comes once',
      { from: '2026-12-24T18:00', to: '2026-12-25T18:00', days: ['fri'] },
      'days: a window that comes once has no days',
    ],
  ])('%s cannot be read', (_what, change, expected) => {
    const window: FreezeWindow = { ...daily('night', 'UTC', '20:00', '08:00'), ...change };
    const read = readWindow(window);
    expect(read.kind === 'bad' ? `${read.at}: ${read.why}` : read).toEqual(expect.stringContaining(expected));
    expect(() => frozenUntil([window], 0)).toThrow(`The freeze "night" cannot be read: ${expected}`);
  });
});

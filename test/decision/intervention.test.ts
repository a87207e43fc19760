import type { InterventionKind, InterventionMeaning } from '../../decision/intervention';
import { INTERVENTION_NAMES, INTERVENTION_TABLE, meaningOf } from '../../decision/intervention';
import type { Phase } from '../../decision/phase';
import { PHASES } from '../../decision/phase';

/** What each message does in each phase, in a word; refused where it does nothing. */
const EXPECTED: Readonly<Record<Phase, Readonly<Record<InterventionKind, string>>>> = {
  resolving: { cancel: 'ends', retry: 'now', confirm: 'refused', rollback: 'refused' },
  settling: { cancel: 'ends', retry: 'now', confirm: 'refused', rollback: 'refused' },
  upgrading: { cancel: 'restores', retry: 'soon', confirm: 'refused', rollback: 'restores' },
  waiting: { cancel: 'restores', retry: 'again', confirm: 'refused', rollback: 'restores' },
  verifying: { cancel: 'restores', retry: 'now', confirm: 'refused', rollback: 'restores' },
  confirming: { cancel: 'restores', retry: 'refused', confirm: 'finishes', rollback: 'restores' },
  finishing: { cancel: 'refused', retry: 'now', confirm: 'refused', rollback: 'refused' },
  'rolling-back': { cancel: 'already', retry: 'now', confirm: 'refused', rollback: 'already' },
  parked: { cancel: 'tries', retry: 'goes on', confirm: 'refused', rollback: 'tries' },
  done: { cancel: 'refused', retry: 'refused', confirm: 'refused', rollback: 'refused' },
};

/** The word that the meaning has to contain. */
const WORDS: Readonly<Record<string, RegExp>> = {
  ends: /^ends the deployment; nothing of it was posted$/,
  now: /\bnow\b/,
  soon: /as soon as no earlier request can be under way/,
  again: /upgrades again/,
  restores: /^restores the former configuration, proves it/,
  finishes: /finishes the upgrade/,
  already: /^already restoring/,
  tries: /^tries once more to restore/,
  'goes on': /^goes on where it stopped/,
};

const CELLS = PHASES.flatMap((phase) =>
  INTERVENTION_NAMES.map((kind) => ({ phase, kind, expected: EXPECTED[phase][kind] })),
);

test('the table has every phase and every message, and no others', () => {
  expect(Object.keys(INTERVENTION_TABLE).sort()).toEqual([...PHASES].sort());
  for (const phase of PHASES)
    expect(Object.keys(INTERVENTION_TABLE[phase]).sort()).toEqual([...INTERVENTION_NAMES].sort());
});

test.each(CELLS)('$kind while $phase: $expected', ({ phase, kind, expected }) => {
  const { accepted, meaning } = meaningOf(kind, phase, false);
  expect(accepted).toBe(expected !== 'refused');
  const word = WORDS[expected];
  if (word === undefined) expect(meaning.length).toBeGreaterThan(10);
  else expect(meaning).toMatch(word);
});

describe('why something is refused', () => {
  const refusals: readonly (readonly [InterventionKind, Phase, string])[] = [
    ['cancel', 'finishing', 'there is no way back'],
    ['rollback', 'finishing', 'there is no way back'],
    ['rollback', 'resolving', '`cancel` ends it'],
    ['confirm', 'waiting', 'not verified yet'],
    ['confirm', 'finishing', 'confirmed already'],
    ['confirm', 'rolling-back', 'being rolled back'],
    ['confirm', 'parked', '`retry`'],
    ['retry', 'confirming', '`confirm` or `rollback`'],
    ['cancel', 'done', 'is over'],
  ];
  test.each(refusals)('%s while %s says: %s', (kind, phase, words) => {
    expect(meaningOf(kind, phase, false).meaning).toContain(words);
  });
});

describe('once the finish was sent there is no way back', () => {
  const noWayBack: InterventionMeaning = meaningOf('cancel', 'finishing', true);

  test.each(['finishing', 'parked'] as const)('while %s, cancel and rollback are refused with that reason', (phase) => {
    for (const kind of ['cancel', 'rollback'] as const) {
      expect(meaningOf(kind, phase, true)).toEqual(noWayBack);
      expect(meaningOf(kind, phase, true).accepted).toBe(false);
    }
    expect(noWayBack.meaning).toContain('the finish was sent');
  });

  test('a parked deployment still goes on by `retry`', () => {
    expect(meaningOf('retry', 'parked', true)).toEqual(meaningOf('retry', 'parked', false));
    expect(meaningOf('retry', 'parked', true).accepted).toBe(true);
  });

  test('and one that is over says that it is over', () => {
    for (const kind of INTERVENTION_NAMES) expect(meaningOf(kind, 'done', true).meaning).toBe('the deployment is over');
  });
});

describe('once the last upgrade was posted', () => {
  const rounds = { posted: 2, limit: 2 };

  test('a `retry` that would give it up is refused, and says what can be done instead', () => {
    const { accepted, meaning } = meaningOf('retry', 'waiting', false, { rounds });
    expect(accepted).toBe(false);
    expect(meaning).toMatch(/^no upgrade is left: 2 of 2 .*`rollback`/);
    expect(meaningOf('retry', 'waiting', false, { rounds: { posted: 1, limit: 2 } }).accepted).toBe(true);
  });

  test('all else is as before: other messages, other phases, and a `retry` that only asks Rancher again', () => {
    for (const phase of PHASES)
      for (const kind of INTERVENTION_NAMES)
        if (phase !== 'waiting' || kind !== 'retry')
          expect(meaningOf(kind, phase, false, { rounds })).toEqual(meaningOf(kind, phase, false));
    expect(meaningOf('retry', 'waiting', false, { isAway: true, rounds }).accepted).toBe(true);
  });
});

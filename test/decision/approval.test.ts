import { approvalsEndAt, standing, whyBadRule, whyNeverApproved } from '../../decision/approval';
import type { Approval, ApprovalRule, Standing } from '../../decision/approval';

const HOUR = 3_600_000;
const RULE: ApprovalRule = { count: 1, expiresMillis: HOUR };
const REQUESTER = 'gitlab storefront#123';

/** `jane`: approves; `!jane`: rejects; `jane+`: approves and signs. */
const said = (...words: readonly string[]): Approval[] =>
  words.map((word, index) => ({
    decision: word.startsWith('!') ? 'reject' : 'approve',
    by: word.replace(/^!/, '').replace(/\+$/, ''),
    at: index,
    signed: word.endsWith('+'),
  }));

const NOTHING: Standing = { approved: false, by: [], missing: 1, rejected: null, refused: [] };

describe('the approvals of a stage', () => {
  test.each<[what: string, rule: Partial<ApprovalRule>, words: string[], expected: Partial<Standing>]>([
    ['nobody yet', {}, [], {}],
    ['one of one', {}, ['jane'], { approved: true, by: ['jane'], missing: 0 }],
    ['one of two', { count: 2 }, ['jane'], { by: ['jane'], missing: 1 }],
    ['two of two', { count: 2 }, ['jane', 'joe'], { approved: true, by: ['jane', 'joe'], missing: 0 }],
    ['more than it takes', {}, ['jane', 'joe'], { approved: true, by: ['jane', 'joe'], missing: 0 }],
    [
      'the same person counts once, wherever it comes from',
      { count: 2 },
      ['jane@desk', ' JANE ', 'jane@laptop'],
      {
        by: ['jane@desk'],
        missing: 1,
        refused: [
          { by: ' JANE ', why: 'jane@desk approved already, and each person counts once' },
          { by: 'jane@laptop', why: 'jane@desk approved already, and each person counts once' },
        ],
      },
    ],
    [
      'the requester does not count',
      {},
      ['GitLab storefront#123 (runner@host)'],
      {
        refused: [
          {
            by: 'GitLab storefront#123 (runner@host)',
            why: 'gitlab storefront#123 asked for it, and somebody else has to approve',
          },
        ],
      },
    ],
    [
      'the requester counts where the rule says so',
      { distinctFromRequester: false },
      [REQUESTER],
      { approved: true, by: [REQUESTER], missing: 0 },
    ],
    [
      'only those who may',
      { people: ['jane', 'joe'] },
      ['jim', 'Jane@desk'],
      {
        approved: true,
        by: ['Jane@desk'],
        missing: 0,
        refused: [{ by: 'jim', why: 'only these may approve: jane, joe' }],
      },
    ],
    [
      'only what is signed: the same person may do it again',
      { signed: true },
      ['jane', 'jane+'],
      {
        approved: true,
        by: ['jane'],
        missing: 0,
        refused: [{ by: 'jane', why: 'it is not signed, and only signed approvals count' }],
      },
    ],
    ['nobody', {}, ['  '], { refused: [{ by: '  ', why: 'it does not say who approves' }] }],
    [
      'a no ends it',
      {},
      ['!jane', 'joe'],
      { by: ['joe'], missing: 0, rejected: expect.objectContaining({ by: 'jane', why: null }) },
    ],
    [
      'a no after a yes ends it',
      {},
      ['jane', '!joe'],
      { by: ['jane'], missing: 0, rejected: expect.objectContaining({ by: 'joe', why: null }) },
    ],
    [
      'of several the first is told',
      {},
      ['!jane', '!joe'],
      { rejected: expect.objectContaining({ by: 'jane', why: null }) },
    ],
    [
      'anybody may say no: the requester, without a signature, and whoever may not approve',
      { people: ['jane'], signed: true },
      [`!${REQUESTER}`, 'jane+'],
      { by: ['jane'], missing: 0, rejected: expect.objectContaining({ by: REQUESTER, why: null }) },
    ],
  ])('%s', (_what, rule, words, expected) => {
    expect(standing({ ...RULE, ...rule }, REQUESTER, said(...words))).toEqual({ ...NOTHING, ...expected });
  });

  test('a requester on a desk is known from another one', () => {
    const { refused } = standing(RULE, 'jane@desk', said('Jane@laptop'));
    expect(refused).toEqual([{ by: 'Jane@laptop', why: 'jane@desk asked for it, and somebody else has to approve' }]);
  });

  test('why somebody said no is kept', () => {
    const no: Approval = { decision: 'reject', by: 'jane', why: 'Black Friday', at: 0, signed: false };
    expect(standing(RULE, REQUESTER, [no]).rejected).toEqual({ by: 'jane', why: 'Black Friday', at: 0 });
  });

  test('what comes after the time does not count', () => {
    const approvals = said('jane', 'joe').map((one, index) => ({ ...one, at: 5000 + HOUR - 1 + index }));
    expect(approvalsEndAt(RULE, 5000)).toBe(5000 + HOUR);
    expect(standing(RULE, REQUESTER, approvals, 5000)).toMatchObject({
      by: ['jane'],
      refused: [{ by: 'joe', why: 'it came too late: the time to approve was over' }],
    });
  });
});

describe('whoever approves in whatever order', () => {
  const PEOPLE = ['jane', 'Jane@desk', 'joe', 'joe@a', 'jim', REQUESTER];
  /** Every selection of four of them, in every order, with repetitions. */
  const selections = PEOPLE.flatMap((a) =>
    PEOPLE.flatMap((b) => PEOPLE.flatMap((c) => PEOPLE.map((d) => [a, b, c, d]))),
  );

  test.each([1, 2, 3, 4])('%i are enough just when so many different people are among them', (count) => {
    for (const words of selections) {
      const people = new Set(words.map((word) => (word.toLowerCase().split('@')[0] ?? '').trim()));
      people.delete(REQUESTER);
      const { approved, by, missing, refused } = standing({ ...RULE, count }, REQUESTER, said(...words));
      expect({ words, approved, by: by.length, missing }).toEqual({
        words,
        approved: people.size >= count,
        by: people.size,
        missing: Math.max(0, count - people.size),
      });
      expect(by.length + refused.length).toBe(words.length);
    }
  });
});

describe('a rule', () => {
  test.each<[string, Partial<ApprovalRule>, string | null]>([
    ['as it should be', {}, null],
    ['with just enough people', { count: 2, people: ['jane', 'joe'] }, null],
    ['for nobody', { count: 0 }, 'count: it is no whole number from 1 on'],
    ['for half a person', { count: 1.5 }, 'count: it is no whole number from 1 on'],
    ['without time', { expiresMillis: 0 }, 'expiresMillis: it is no time'],
    ['with nobody in it', { people: [] }, 'people: 1 must approve, and only 0 may'],
    ['with too few', { count: 3, people: ['jane', 'joe'] }, 'people: 3 must approve, and only 2 may'],
    ['with one twice', { count: 2, people: ['jane', 'Jane@x'] }, 'people: Jane@x is the same person as another one'],
    ['with an empty name', { people: ['jane', ' '] }, 'people: a name is empty'],
  ])('%s', (_what, change, expected) => {
    const wrong = whyBadRule({ ...RULE, ...change });
    expect(wrong === null ? null : `${wrong.at}: ${wrong.why}`).toBe(expected);
  });

  test.each<[string, Partial<ApprovalRule>, string | null]>([
    ['anybody', {}, null],
    ['another one may', { people: ['jane', 'joe'] }, null],
    ['the requester may too', { people: ['jane'], distinctFromRequester: false }, null],
    [
      'nobody but the requester may',
      { people: ['jane'] },
      'somebody other than jane@desk, who asks, must approve, and nobody else may',
    ],
    [
      'too few but the requester may',
      { count: 2, people: ['jane', 'joe'] },
      '2 people other than jane@desk, who asks, must approve, and besides only joe may',
    ],
  ])('that cannot be met is told before anybody waits: %s', (_what, change, expected) => {
    expect(whyNeverApproved({ ...RULE, ...change }, 'jane@desk')).toBe(expected);
  });
});

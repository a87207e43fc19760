import { isAmong, isNobody, isSamePerson } from '../../decision/person';

describe('one person', () => {
  test.each([
    ['jane', 'jane'],
    ['jane', ' Jane '],
    ['Jane  Doe', 'jane doe'],
    ['jane', 'jane@host'],
    ['jane@desk', 'JANE@laptop.example.com'],
    ['jane@example.com', 'jane@example.org'],
    ['gitlab storefront#123', 'GitLab storefront#123'],
    ['gitlab storefront#123', 'gitlab storefront#123 (runner@host)'],
    ['gitlab storefront#123 (runner@a)', 'gitlab storefront#123 (runner@b)'],
    ['jane (on call)', 'jane'],
    ['@bot', '@bot'],
    ['Jose\u0301', 'jos\u00e9'],
  ])('%j and %j', (one, other) => {
    expect([isSamePerson(one, other), isSamePerson(other, one)]).toEqual([true, true]);
  });

  test.each([
    ['jane', 'joe'],
    ['jane', 'janet'],
    ['jane@host', 'joe@host'],
    ['gitlab storefront#123', 'gitlab storefront#124'],
    ['gitlab storefront#123 (runner@host)', 'gitlab storefront#124 (runner@host)'],
    ['jane', 'gitlab storefront#123 (jane@desk)'],
    ['@bot', '@other'],
    ['@bot', ''],
  ])('%j and %j are two', (one, other) => {
    expect([isSamePerson(one, other), isSamePerson(other, one)]).toEqual([false, false]);
  });
});

describe('a list of people', () => {
  test.each<[string[], string, boolean]>([
    [['jane', 'joe'], 'Joe@laptop', true],
    [['jane', 'joe'], 'jim', false],
    [['jane@example.com'], 'Jane@Example.com', true],
    [['jane@example.com'], 'jane@laptop', false],
    [['jane@example.com'], 'jane', false],
    [['gitlab storefront#123'], 'gitlab storefront#123 (runner@host)', true],
    [[], 'jane', false],
  ])('%j with %j: %s', (people, person, expected) => {
    expect(isAmong(people, person)).toBe(expected);
  });
});

test.each([
  ['', true],
  [' \t', true],
  ['jane', false],
  ['@', false],
])('%j names nobody: %s', (name, expected) => {
  expect(isNobody(name)).toBe(expected);
});

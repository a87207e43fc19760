import { asWord, targetText } from '../../decision/target-text';
import { triedAgain, triedText } from '../../decision/tried';

const AT = Date.parse('2026-11-25T15:00:00Z');

describe('what was tried', () => {
  const once = triedAgain(undefined, { what: 'rollback', said: '502 Bad Gateway', times: 1, firstAt: AT, lastAt: AT });

  it('is told with when, and the answer', () => {
    expect(triedText(once)).toBe('rollback: once, at 2026-11-25T15:00:00Z; the answer: 502 Bad Gateway');
  });

  it('adds up, and keeps the last answer', () => {
    const again = triedAgain(once, {
      what: 'rollback',
      said: '403',
      times: 4,
      firstAt: AT + 60_000,
      lastAt: AT + 90_000,
    });
    expect(again).toEqual({ what: 'rollback', said: '403', times: 5, firstAt: AT, lastAt: AT + 90_000 });
    expect(triedText(again)).toBe(
      'rollback: 5 times, from 2026-11-25T15:00:00Z to 2026-11-25T15:01:30Z; the last answer: 403',
    );
  });
});

describe('words of a command line', () => {
  it.each([
    ['prod', 'prod'],
    ['registry:5000/team/web:2@sha256:ab', 'registry:5000/team/web:2@sha256:ab'],
    ['my prod', "'my prod'"],
    ['$(reboot)', "'$(reboot)'"],
    ["o'clock", "'o'\\''clock'"],
    ['', "''"],
  ])('%j is written %s', (text, word) => expect(asWord(text)).toBe(word));

  it('name a service', () =>
    expect(targetText({ environment: 'my prod', stack: 'storefront', service: 'web' })).toBe(
      "'my prod' storefront/web",
    ));
});

import { detailsOf } from '../../workflows/details';
import { progress, result } from '../client/support/samples';

const MARKUP = '![x](http://elsewhere/x.png) <img src=http://elsewhere/y.png> **succeeded** [click](http://elsewhere)';

test('what people, Rancher and gates say stays words: nothing that the reader’s browser would fetch or follow', () => {
  const texts = [
    detailsOf(progress({ requestedBy: MARKUP, requestedWhy: MARKUP, message: MARKUP, attention: MARKUP })),
    detailsOf(progress({ events: [{ at: 0, level: 'info', phase: 'waiting', text: MARKUP }] })),
    detailsOf(progress({ phase: 'done', result: result({ reason: MARKUP, nextStep: MARKUP }) })),
  ];
  for (const text of texts) {
    expect(text).toContain('elsewhere/x.png');
    expect(text).not.toMatch(/<img|!\[x\]|\*\*succeeded\*\* \[|[^\\]\[click\]/);
  }
});

test('Drover’s own words keep their form', () => {
  expect(detailsOf(progress({ phase: 'confirming', attention: 'waiting for `confirm` or `rollback`' }))).toContain(
    '**confirming** since 19:00:01 UTC: waiting for `confirm` or `rollback`',
  );
});

import { decideStart } from '../../client/decide-start';
import { summary } from './support/samples';

const MINE = { requestId: 'r1' };
const running = summary();
const closed = summary({ run: 'completed', verdict: 'succeeded' });
const terminated = summary({ run: 'terminated' });
const other = summary({ requestId: 'r0', requestDigest: 'digest-0', runId: 'run-0' });
const otherClosed = { ...other, run: 'completed' } as const;

describe('what to do about a request', () => {
  test.each([
    ['nothing there', null, null, 'enter'],
    ['another one, over', otherClosed, null, 'enter'],
    ['another one, running', other, null, 'refuse'],
    ['the same, running', running, null, 'attach'],
    ['the same, over', closed, null, 'report'],
    ['the same, ended by hand', terminated, null, 'report'],
    ['the same, over, with another one since', otherClosed, closed, 'report'],
    ['the same, over, while another one runs', other, closed, 'report'],
  ] as const)('%s: %s', (_case, latest, same, what) => {
    expect(decideStart(MINE, 'digest-1', latest, same, 'reject').do).toBe(what);
  });

  test.each([
    ['reject', 'refuse'],
    ['attach', 'attach'],
    ['queue', 'enter'],
    ['supersede', 'enter'],
  ] as const)('while another one runs, asked to %s: %s', (whenBusy, what) => {
    expect(decideStart(MINE, 'digest-1', other, null, whenBusy).do).toBe(what);
    // The same request never is in its own way.
    expect(decideStart(MINE, 'digest-1', running, null, whenBusy).do).toBe('attach');
    expect(decideStart(MINE, 'digest-1', closed, null, whenBusy).do).toBe('report');
  });

  test.each([
    ['running', running, null],
    ['over', closed, null],
    ['over, with another one since', otherClosed, closed],
  ])('the same id with another content is invalid: %s', (_case, latest, same) => {
    expect(decideStart(MINE, 'digest-2', latest, same, 'queue').do).toBe('invalid');
  });
});

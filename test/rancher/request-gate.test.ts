import fc from 'fast-check';
import { Circuit, FIRST_PROBE_MILLIS, SILENCES_TO_OPEN } from '../../rancher/circuit';
import type { Passage } from '../../rancher/circuit';
import { NotSentError } from '../../rancher/errors/not-sent-error';
import { RequestGate } from '../../rancher/request-gate';
import type { RequestGateOptions, Urgency } from '../../rancher/request-gate';
import { HandClock } from './hand-clock';

const gone = new NotSentError('GET /x on rancher:8080 was not sent: nothing listens on that port (ECONNREFUSED).');
const aboutOne = (request: string): { request: string; host: string; service: null } => ({
  ...{ request, host: 'rancher:8080', service: null },
});

/** What was asked of a gate, and what became of it. */
interface Asked {
  readonly name: string;
  readonly kind: 'read' | 'action';
  wentAt: number | null;
  error: unknown;
  passage: Passage | null;
}

/** A gate on a clock that the test moves. */
class Bench {
  readonly clock = new HandClock();
  readonly circuit = new Circuit({ now: this.clock.now, random: () => 0 });
  readonly gate: RequestGate;
  /** Those that went, in the order in which they did. */
  readonly went: Asked[] = [];
  readonly underWay = { read: 0, action: 0 };
  /** Reads that went though there was no room for them. */
  readonly tooMany: Asked[] = [];
  readonly #concurrent: number;

  constructor(options: Pick<Required<RequestGateOptions>, 'perSecond' | 'concurrent'>) {
    this.#concurrent = options.concurrent;
    const { now, later } = this.clock;
    this.gate = new RequestGate({ ...options, circuit: this.circuit, now, later });
  }

  /** @param millis how long it takes once it went; undefined: until {@link end} */
  read(name: string, urgency: Urgency = 'decides', millis?: number, signal?: AbortSignal): Asked {
    const asked: Asked = { name, kind: 'read', wentAt: null, error: null, passage: null };
    void this.gate.read(aboutOne(name), urgency, signal).then(
      (passage) => this.#goes(asked, passage, millis),
      (error: unknown) => (asked.error = error),
    );
    return asked;
  }

  action(name: string, millis?: number): Asked {
    const asked: Asked = { name, kind: 'action', wentAt: null, error: null, passage: null };
    this.#goes(asked, this.gate.action(aboutOne(name)), millis);
    return asked;
  }

  end(asked: Asked): void {
    this.underWay[asked.kind] -= 1;
    asked.passage?.answered();
  }

  fail(asked: Asked): void {
    this.underWay[asked.kind] -= 1;
    asked.passage?.failed(gone, false);
  }

  get names(): string[] {
    return this.went.map(({ name }) => name);
  }

  #goes(asked: Asked, passage: Passage, millis: number | undefined): void {
    asked.passage = passage;
    asked.wentAt = this.clock.now();
    this.went.push(asked);
    this.underWay[asked.kind] += 1;
    const { read, action } = this.underWay;
    if (asked.kind === 'read' && read > Math.max(1, this.#concurrent - action)) this.tooMany.push(asked);
    if (millis !== undefined) this.clock.later(() => this.end(asked), millis);
  }
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe('reads', () => {
  test('wait until fewer are under way, and go in the order in which they came', async () => {
    const bench = new Bench({ perSecond: 100, concurrent: 2 });
    const reads = ['a', 'b', 'c', 'd'].map((name) => bench.read(name));
    await bench.clock.pass(60_000);
    expect(bench.names).toEqual(['a', 'b']);
    bench.end(reads[1] as Asked);
    await bench.clock.pass(0);
    expect(bench.names).toEqual(['a', 'b', 'c']);
  });

  test('wait for a token, and go as it comes', async () => {
    const bench = new Bench({ perSecond: 10, concurrent: 100 });
    // The burst: what was not asked for in two seconds.
    const reads = range(23).map((index) => bench.read(String(index), 'decides', 0));
    await bench.clock.pass(0);
    expect(bench.went).toHaveLength(20);
    await bench.clock.pass(99);
    expect(bench.went).toHaveLength(20);
    await bench.clock.pass(1);
    expect(bench.went).toHaveLength(21);
    await bench.clock.pass(1_000);
    expect(reads.map(({ wentAt }) => wentAt).slice(20)).toEqual([1_100, 1_200, 1_300]);
    expect(bench.clock.timers).toBe(0);
  });

  test('that decide go before those that explain, and yet each of these has its turn', async () => {
    const bench = new Bench({ perSecond: 1000, concurrent: 1 });
    bench.read('first', 'decides', 1);
    for (const index of range(3)) bench.read(`explains ${index}`, 'explains', 1);
    for (const index of range(10)) bench.read(`decides ${index}`, 'decides', 1);
    await bench.clock.pass(100);
    const decides = range(10).map((index) => `decides ${index}`);
    expect(bench.names).toEqual([
      ...['first', ...decides.slice(0, 4), 'explains 0', ...decides.slice(4, 8), 'explains 1'],
      ...[...decides.slice(8), 'explains 2'],
    ]);
  });

  test('that are called off leave the queue at once, and cost nothing', async () => {
    const bench = new Bench({ perSecond: 100, concurrent: 1 });
    const [first, controller] = [bench.read('first'), new AbortController()];
    const left = bench.read('left', 'decides', 0, controller.signal);
    bench.read('next', 'decides', 0);
    await bench.clock.pass(0);
    controller.abort();
    await bench.clock.pass(0);
    expect(left.error).toMatchObject({ name: 'NotSentError', retryAfterMillis: undefined });
    expect(String(left.error)).toBe(
      'NotSentError: left on rancher:8080 was not sent: called off before its turn. It can be sent again.',
    );
    bench.end(first);
    await bench.clock.pass(0);
    expect(bench.names).toEqual(['first', 'next']);
    const late = bench.read('late', 'decides', 0, controller.signal);
    await bench.clock.pass(0);
    expect(late.error).toBeInstanceOf(NotSentError);
  });

  test('leave no listener on a signal that lives on', async () => {
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    const bench = new Bench({ perSecond: 100, concurrent: 8 });
    bench.read('one', 'decides', 0, signal);
    await bench.clock.pass(1);
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });
});

describe('actions', () => {
  test('never wait, whatever does; what comes after them pays', async () => {
    const bench = new Bench({ perSecond: 10, concurrent: 2 });
    range(40).forEach((index) => bench.read(String(index), 'decides', 0));
    await bench.clock.pass(0);
    expect(bench.went).toHaveLength(20);
    // Nothing is awaited: it has gone when the call returns.
    const actions = range(5).map((index) => bench.action(`action ${index}`, 0));
    expect(actions.map(({ wentAt }) => wentAt)).toEqual(Array(5).fill(1_000));
    await bench.clock.pass(599);
    expect(bench.went).toHaveLength(25);
    await bench.clock.pass(1);
    expect(bench.went).toHaveLength(26);
  });

  test('take their share of what is under way, but always leave room for one read', async () => {
    const bench = new Bench({ perSecond: 1000, concurrent: 3 });
    range(5).forEach((index) => bench.action(`action ${index}`));
    const [first] = [bench.read('first'), bench.read('second')];
    await bench.clock.pass(1_000);
    expect(bench.names.slice(5)).toEqual(['first']);
    bench.end(first);
    await bench.clock.pass(0);
    expect(bench.names.slice(5)).toEqual(['first', 'second']);
  });
});

describe('while Rancher does not answer', () => {
  /** Nine hang and one waits, when eight fail. */
  async function opened(): Promise<{ bench: Bench; waiting: Asked[] }> {
    const bench = new Bench({ perSecond: 1000, concurrent: SILENCES_TO_OPEN + 1 });
    const hanging = range(SILENCES_TO_OPEN + 1).map((index) => bench.read(`hanging ${index}`));
    const waiting = range(50).map((index) => bench.read(`waiting ${index}`, index % 2 === 0 ? 'decides' : 'explains'));
    await bench.clock.pass(0);
    expect(bench.went).toHaveLength(SILENCES_TO_OPEN + 1);
    // All at once: what the first ones that end let in hangs as well.
    for (const asked of hanging.slice(0, SILENCES_TO_OPEN)) bench.fail(asked);
    expect(bench.circuit.isOpen).toBe(true);
    await bench.clock.pass(0);
    return { bench, waiting };
  }

  test('those that wait are held back at once, with the time to come back', async () => {
    const { bench, waiting } = await opened();
    const heldBack = waiting.filter(({ wentAt }) => wentAt === null);
    expect(heldBack.length).toBeGreaterThanOrEqual(waiting.length - SILENCES_TO_OPEN);
    for (const { error } of heldBack) expect(error).toMatchObject({ retryAfterMillis: expect.any(Number) as number });
    expect(bench.clock.timers).toBe(0);
  });

  test('whether it is there is asked when the turn comes: what waited goes as soon as it is back', async () => {
    const bench = new Bench({ perSecond: 1, concurrent: 8 });
    const asked = jest.spyOn(bench.circuit, 'pass');
    range(3).forEach((index) => bench.read(String(index), 'decides', 0));
    await bench.clock.pass(0);
    expect(asked).toHaveBeenCalledTimes(2);
    await bench.clock.pass(1_000);
    expect(asked).toHaveBeenCalledTimes(3);
  });

  test('what comes then does not wait either, and a probe goes, though all places are taken', async () => {
    const { bench } = await opened();
    const before = bench.went.length;
    const late = bench.read('late');
    await bench.clock.pass(0);
    expect(late.error).toBeInstanceOf(NotSentError);
    await bench.clock.pass(FIRST_PROBE_MILLIS);
    bench.read('probe');
    await bench.clock.pass(0);
    expect(bench.names.slice(before)).toEqual(['probe']);
    // Now all places are taken.
    expect(bench.underWay.read).toBe(SILENCES_TO_OPEN + 1);
    const again = bench.read('again');
    await bench.clock.pass(0);
    expect(again.error).toBeInstanceOf(NotSentError);
    await bench.clock.pass(2 * FIRST_PROBE_MILLIS);
    bench.read('second probe');
    await bench.clock.pass(0);
    expect(bench.names.slice(before)).toEqual(['probe', 'second probe']);
    expect(() => bench.action('action')).toThrow(NotSentError);
  });

  test('what is held back takes no token', async () => {
    const bench = new Bench({ perSecond: 5, concurrent: 20 });
    for (const asked of range(SILENCES_TO_OPEN).map((index) => bench.action(String(index)))) bench.fail(asked);
    range(100).forEach((index) => bench.read(`held back ${index}`));
    await bench.clock.pass(FIRST_PROBE_MILLIS);
    // One probe, and then the answers that close it: two for each.
    for (const name of ['probe', 'a', 'b', 'c']) bench.read(name, 'decides', 0);
    for (const name of ['probe', 'a', 'b', 'c']) {
      await bench.clock.pass(1);
      bench.read(`again ${name}`, 'decides', 0);
    }
    await bench.clock.pass(1);
    expect(bench.circuit.isOpen).toBe(false);
    const before = bench.went.length;
    bench.read('after', 'decides', 0);
    await bench.clock.pass(2_000);
    expect(bench.went).toHaveLength(before + 1);
  });
});

describe('whatever comes when', () => {
  const asking = fc.record({
    after: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 400 })),
    what: fc.constantFrom('decides', 'decides', 'explains', 'action'),
    takes: fc.integer({ min: 0, max: 500 }),
    calledOffAfter: fc.option(fc.integer({ min: 0, max: 300 }), { freq: 5 }),
  });

  test('no more are under way and sent than the limits say, all have their turn, and actions never wait', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(asking, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        async (askings, perSecond, concurrent) => {
          const bench = new Bench({ perSecond, concurrent });
          const startedAt = bench.clock.now();
          const reads: [Asked, AbortController][] = [];
          for (const [index, { after, what, takes, calledOffAfter }] of askings.entries()) {
            await bench.clock.pass(after);
            if (what === 'action') bench.action(String(index), takes);
            else {
              const controller = new AbortController();
              reads.push([bench.read(String(index), what, takes, controller.signal), controller]);
              if (calledOffAfter !== null) bench.clock.later(() => controller.abort(), calledOffAfter);
            }
          }
          await bench.clock.pass((askings.length * 1_000) / perSecond + askings.length * 500);

          for (const [{ wentAt, error }, { signal }] of reads) {
            expect([wentAt === null, error === null]).toEqual(wentAt === null ? [true, false] : [false, true]);
            if (wentAt === null) expect(signal.aborted).toBe(true);
          }
          expect(bench.tooMany).toEqual([]);
          const times = bench.went.map(({ wentAt }) => wentAt ?? 0);
          const burst = 2 * perSecond;
          for (const [to, { kind }] of bench.went.entries()) {
            if (kind === 'action') continue;
            for (let from = 0; from <= to; from += 1) {
              const millis = (times[to] ?? 0) - (times[from] ?? startedAt);
              expect(to - from + 1).toBeLessThanOrEqual(burst + (millis * perSecond) / 1000 + 1e-6);
            }
          }
          expect(bench.clock.timers).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });
});

import net from 'node:net';
import type { CircuitChange, Passage } from '../../rancher/circuit';
import {
  ANSWERS_TO_CLOSE,
  Circuit,
  FIRST_PROBE_MILLIS,
  SERVICES_TO_OPEN,
  SILENCES_TO_OPEN,
  WIDEST_PROBE_MILLIS,
} from '../../rancher/circuit';
import { ForbiddenError } from '../../rancher/errors/forbidden-error';
import { NotRancherError } from '../../rancher/errors/not-rancher-error';
import { NotSentError } from '../../rancher/errors/not-sent-error';
import { RefusedByStateError } from '../../rancher/errors/refused-by-state-error';
import { ServerTroubleError } from '../../rancher/errors/server-trouble-error';
import { ThrottledError } from '../../rancher/errors/throttled-error';
import { UnknownOutcomeError } from '../../rancher/errors/unknown-outcome-error';
import { RequestGate } from '../../rancher/request-gate';
import { RancherClient } from '../../rancher/rancher-client';
import { aService, sendJson, startServer } from './local-server';

const HOUR = 3_600_000;
const gone = new NotSentError('GET /x on rancher:8080 was not sent: nothing listens on that port (ECONNREFUSED).');

/** Random numbers that come again in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A circuit on a clock that the test moves. */
class Bench {
  now = 1_000;
  readonly told: CircuitChange[] = [];
  readonly circuit: Circuit;

  constructor(random: () => number = () => 0.5) {
    this.circuit = new Circuit({ now: () => this.now, random, onChange: (change) => this.told.push(change) });
  }

  ask(service: string | null = null): Passage {
    return this.circuit.pass('GET /y', 'rancher:8080', service);
  }

  /** Null when it is let through. */
  heldBack(): NotSentError | null {
    try {
      this.ask();
      return null;
    } catch (error) {
      if (error instanceof NotSentError) return error;
      throw error;
    }
  }

  silence(times = 1): void {
    for (let i = 0; i < times; i += 1) this.ask().failed(gone, false);
  }

  opened(): this {
    this.silence(SILENCES_TO_OPEN);
    expect(this.circuit.isOpen).toBe(true);
    return this;
  }
}

describe('what opens it', () => {
  test('so many requests in a row without an answer, and not one fewer', () => {
    const bench = new Bench();
    bench.silence(SILENCES_TO_OPEN - 1);
    expect(bench.heldBack()).toBeNull();
    bench.silence();
    expect(bench.heldBack()).toMatchObject({ outcome: 'not-sent', request: 'GET /y' });
  });

  test('a service or two that Rancher cannot show, asked for again and again, do not hold the others back', () => {
    const bench = new Bench();
    for (let i = 0; i < 100; i += 1) bench.ask(`1s${i % (SERVICES_TO_OPEN - 1)}`).failed(gone, false);
    expect(bench.circuit.isOpen).toBe(false);
    bench.ask('1s9').failed(gone, false);
    expect(bench.circuit.isOpen).toBe(true);
  });

  test('who waits less for Rancher has it asked more often', () => {
    let now = 0;
    const circuit = new Circuit({ now: () => now, random: () => 0, widestProbeMillis: 300 });
    const ask = (): void => circuit.pass('GET /y', 'rancher:8080', null).failed(gone, false);
    for (let i = 0; i < SILENCES_TO_OPEN; i += 1) ask();
    for (let probe = 0; probe < 20; probe += 1) {
      expect(ask).toThrow(NotSentError);
      now += 300;
      expect(ask).not.toThrow();
    }
  });

  test.each([
    ['a 5xx', new ServerTroubleError('502')],
    ['a lost reply', new UnknownOutcomeError('reset')],
    ['a login page', new NotRancherError('HTML')],
  ])('%s is no answer', (_, error) => {
    const bench = new Bench();
    for (let i = 0; i < SILENCES_TO_OPEN; i += 1) bench.ask().failed(error, false);
    expect(bench.circuit.isOpen).toBe(true);
  });

  test.each([
    ['a refused key', new ForbiddenError('403')],
    ['a refusal by the state', new RefusedByStateError('422')],
    ['"too many requests"', new ThrottledError('429')],
  ])('%s is an answer', (_, error) => {
    const bench = new Bench();
    bench.silence(SILENCES_TO_OPEN - 1);
    bench.ask().failed(error, false);
    bench.silence(SILENCES_TO_OPEN - 1);
    expect(bench.circuit.isOpen).toBe(false);
  });

  test('what was called off, or failed by a bug of our own, tells nothing', () => {
    const bench = new Bench();
    bench.silence(SILENCES_TO_OPEN - 1);
    for (let i = 0; i < 20; i += 1) {
      bench.ask().failed(new UnknownOutcomeError('called off'), true);
      bench.ask().failed(new TypeError('a bug'), false);
    }
    expect(bench.circuit.isOpen).toBe(false);
    bench.silence();
    expect(bench.circuit.isOpen).toBe(true);
  });

  test('requests that hung while others were answered do not count when their time is up', () => {
    const bench = new Bench();
    const hanging = Array.from({ length: 3 * SILENCES_TO_OPEN }, () => bench.ask());
    bench.ask().answered();
    for (const passage of hanging) passage.failed(new UnknownOutcomeError('time-out'), false);
    expect(bench.circuit.isOpen).toBe(false);
  });

  test('one failure in 25 never does, in half a million requests, 50 of them at a time', () => {
    const random = seeded(4);
    const bench = new Bench();
    const underWay: Passage[] = [];
    for (let i = 0; i < 500_000; i += 1) {
      underWay.push(bench.ask());
      if (underWay.length < 50) continue;
      const [passage] = underWay.splice(Math.floor(random() * underWay.length), 1);
      if (random() < 0.04) passage?.failed(gone, false);
      else passage?.answered();
    }
    expect(bench.told).toEqual([]);
  });
});

describe('while it is open', () => {
  test('probes go after one second, then ever more rarely, whether or not the one before has ended', () => {
    const bench = new Bench().opened();
    const opened = bench.now;
    const probes: number[] = [];
    for (; bench.now < opened + HOUR; bench.now += 100) if (bench.heldBack() === null) probes.push(bench.now - opened);
    const gaps = probes.map((at, index) => at - (probes[index - 1] ?? 0));
    expect(gaps.slice(0, 5)).toEqual([900, 1_800, 3_600, 7_200, 13_500]);
    expect(new Set(gaps.slice(5))).toEqual(new Set([13_500]));
  });

  test('however many ask, and whatever becomes of the probes, no more than that reaches Rancher', () => {
    const random = seeded(7);
    const bench = new Bench(random).opened();
    let sent = 0;
    for (const until = bench.now + HOUR; bench.now < until; bench.now += 500)
      for (let asker = 0; asker < 10; asker += 1) {
        if (bench.heldBack() !== null) continue;
        sent += 1;
      }
    // Five while the interval widens, then one in 12 seconds at most.
    expect(sent).toBeLessThanOrEqual(5 + HOUR / (0.8 * WIDEST_PROBE_MILLIS));
    expect(sent).toBeGreaterThanOrEqual(HOUR / WIDEST_PROBE_MILLIS);
  });

  test('who is held back hears why, since when, and when to come back', () => {
    const bench = new Bench().opened();
    bench.now += 700;
    const error = bench.heldBack();
    expect(error?.message).toBe(
      'GET /y on rancher:8080 was not sent: nothing has answered there for 1 s, so it is asked only now and then. The last try: GET /x on rancher:8080 was not sent: nothing listens on that port (ECONNREFUSED).',
    );
    expect(error?.retryAfterMillis).toBeGreaterThanOrEqual(200);
  });

  test('one alone comes back right after the next probe is due', () => {
    const bench = new Bench(() => 0.99).opened();
    const { retryAfterMillis = 0 } = bench.heldBack() ?? {};
    bench.now += retryAfterMillis;
    expect(bench.heldBack()).toBeNull();
    expect(retryAfterMillis).toBeLessThan(FIRST_PROBE_MILLIS);
  });

  test('hundreds come back spread out, all of them within a third of the interval after the probe is due', () => {
    const random = seeded(11);
    const bench = new Bench(random).opened();
    // Into the widest interval.
    for (let i = 0; i < 5; i += 1) {
      bench.now += WIDEST_PROBE_MILLIS;
      expect(bench.heldBack()).toBeNull();
    }
    const waits = Array.from({ length: 500 }, () => bench.heldBack()?.retryAfterMillis ?? 0);
    expect(Math.max(...waits)).toBeLessThanOrEqual((4 / 3) * WIDEST_PROBE_MILLIS + 1);
    const inSlots = new Map<number, number>();
    for (const wait of waits) {
      const slot = Math.floor(wait / 250);
      inSlots.set(slot, (inSlots.get(slot) ?? 0) + 1);
    }
    expect(Math.max(...inSlots.values())).toBeLessThan(100);
    expect(inSlots.size).toBeGreaterThanOrEqual(18);
  });
});

describe('what closes it', () => {
  const answeredProbe = (): Bench => {
    const bench = new Bench().opened();
    bench.now += FIRST_PROBE_MILLIS;
    bench.ask().answered();
    return bench;
  };

  test('an answer lets two more through, each of theirs two more, and the fourth all', () => {
    const bench = answeredProbe();
    const first = [bench.ask(), bench.ask()];
    expect(bench.heldBack()?.retryAfterMillis).toBeLessThanOrEqual(1_000);
    first.forEach((passage) => passage.answered());
    const second = [bench.ask(), bench.ask(), bench.ask(), bench.ask()];
    expect(bench.heldBack()).not.toBeNull();
    second[0]?.answered();
    expect(bench.circuit.isOpen).toBe(false);
    expect(Array.from({ length: 100 }, () => bench.heldBack())).toEqual(Array.from({ length: 100 }, () => null));
  });

  test('a silence in between holds everybody back again, until the next probe', () => {
    const bench = answeredProbe();
    bench.silence();
    expect(bench.heldBack()).not.toBeNull();
    bench.now += 2 * FIRST_PROBE_MILLIS;
    for (let i = 0; i < ANSWERS_TO_CLOSE; i += 1) bench.ask().answered();
    expect(bench.circuit.isOpen).toBe(false);
  });

  test('an answer to what was sent before it opened is one, too', () => {
    const bench = new Bench();
    const slow = bench.ask();
    bench.opened();
    slow.answered();
    expect(bench.heldBack()).toBeNull();
  });

  test('what hung through the outage does not open it again', () => {
    const bench = new Bench();
    const hanging = Array.from({ length: 3 * SILENCES_TO_OPEN }, () => bench.ask());
    bench.opened();
    bench.now += FIRST_PROBE_MILLIS;
    for (let i = 0; i < ANSWERS_TO_CLOSE; i += 1) bench.ask().answered();
    hanging.forEach((passage) => passage.failed(new UnknownOutcomeError('time-out'), false));
    expect(bench.circuit.isOpen).toBe(false);
  });

  test('it is told once that Rancher went, with the cause, and once that it is back, and after how long', () => {
    const bench = new Bench().opened();
    const since = bench.now;
    for (; bench.now < since + HOUR; bench.now += 1_000)
      try {
        bench.ask().failed(gone, false);
      } catch {
        // Held back.
      }
    bench.now += WIDEST_PROBE_MILLIS;
    const backAfter = bench.now - since;
    for (let i = 0; i < ANSWERS_TO_CLOSE; i += 1) {
      bench.ask().answered();
      bench.now += 5_000;
    }
    expect(bench.told).toEqual([
      { to: 'open', cause: gone.message },
      { to: 'closed', awayMillis: backAfter, heldBack: expect.any(Number) as number },
    ]);
  });
});

describe('with a real client', () => {
  const KEYS = { accessKey: 'canary-access-key', secretKey: 'canary-secret-key' };

  test('what is held back opens no connection, an action neither; then the first answer lets actions through', async () => {
    let isUp = false;
    let connections = 0;
    const rancher = await startServer((_, response) => sendJson(response, 202, aService()));
    const front = net.createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined);
      if (!isUp) return socket.destroy();
      const behind = net.connect(rancher.port, '127.0.0.1').on('error', () => undefined);
      return void socket.pipe(behind).pipe(socket);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const address = front.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    let now = 0;
    const circuit = new Circuit({ now: () => now });
    const gate = new RequestGate({ circuit });
    const client = new RancherClient({ url: `http://127.0.0.1:${port}`, ...KEYS, gate });
    // Another key of the same environment: what one client has learned holds for the other.
    const other = new RancherClient({ url: `http://127.0.0.1:${port}`, accessKey: 'a', secretKey: 'b', gate });
    try {
      for (let i = 0; i < SILENCES_TO_OPEN; i += 1)
        await expect(client.getService('1a5', `1s${2 + i}`)).rejects.toMatchObject({ outcome: 'unknown-outcome' });
      const before = connections;
      for (const one of [client, other])
        for (let i = 0; i < 50; i += 1) {
          const error: unknown = await one.act('1a5', '1s2', 'upgrade', {}).catch((reason: unknown) => reason);
          expect(error).toBeInstanceOf(NotSentError);
          expect(error).toMatchObject({ retryAfterMillis: expect.any(Number) as number });
          expect(String(error)).not.toContain('canary');
        }
      expect(connections).toBe(before);

      isUp = true;
      now += FIRST_PROBE_MILLIS;
      await expect(client.act('1a5', '1s2', 'upgrade', {})).resolves.toMatchObject({ id: '1s2' });
      await expect(other.act('1a5', '1s2', 'upgrade', {})).resolves.toMatchObject({ id: '1s2' });
      expect(connections).toBe(before + 2);
      expect(rancher.requests).toHaveLength(2);
    } finally {
      client.close();
      other.close();
      await new Promise((resolve) => front.close(resolve));
      await rancher.close();
    }
  });
});

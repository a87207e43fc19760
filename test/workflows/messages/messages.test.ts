import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import type { InterventionKind } from '../../../decision/intervention';
import { INTERVENTION_NAMES, INTERVENTION_TABLE, meaningOf } from '../../../decision/intervention';
import { PHASES } from '../../../decision/phase';
import type { Acknowledgement, Intervention } from '../../../workflows/contract';
import { json, payload } from '../../hostile/payloads';
import { RawTemporal } from '../../hostile/raw-temporal';
import type { Deploying } from '../../support/rig';
import type { Case, Scene } from '../scene';
import { ONE_BATCH, runCases } from '../scene';
import type { Place } from './places';
import { PLACES } from './places';
import { begunAtOnce, historyOf, lastSaid, logbookHas } from './said';

const NOBODY = 'somebody in Temporal Web';

/** What Temporal Web's form may send, and who is then said to have sent it. */
const FORMS: readonly { readonly what: string; readonly payloads: readonly Payload[]; readonly who: string }[] = [
  { what: 'nothing', payloads: [], who: NOBODY },
  { what: 'who and why', payloads: [json({ by: 'jane', why: 'seen in Web' })], who: 'jane (seen in Web)' },
  { what: 'a text', payloads: [json('jane')], who: 'jane' },
  { what: 'null', payloads: [json(null)], who: NOBODY },
  { what: 'fields of other types', payloads: [json({ by: 7, why: ['x'] })], who: NOBODY },
  { what: 'no JSON', payloads: [payload('json/plain', 'jane')], who: NOBODY },
];

/** Temporal gives an update up when something else comes while the workflow is just ending: then it is sent once more. */
async function update(deploying: Deploying, kind: InterventionKind): Promise<Acknowledgement> {
  const send = (): Promise<Acknowledgement> =>
    deploying.executeUpdate<Acknowledgement, [Intervention]>(kind, { args: [{ by: 'jane@desk', why: 'a test' }] });
  return send().catch((error: unknown) => {
    const isGivenUp = error instanceof Error && isGrpcServiceError(error.cause) && error.cause.code === 9;
    if (!isGivenUp) throw error;
    return send();
  });
}

/** A taken message: acknowledged or written down in the table's words, acted on at once, and in the history with who and why. */
function taken(place: Place, kind: InterventionKind, form: (typeof FORMS)[number] | null): Case {
  const { phase, finishSent } = place;
  const expected = place.taken[kind];
  if (expected === undefined) throw new Error(`${kind} is not taken while ${place.name}`);
  const { meaning } = meaningOf(kind, phase, finishSent);
  const how = form === null ? 'an update' : `a signal with ${form.what}`;
  return {
    title: `${kind} while ${place.name}, as ${how}: ${meaning}; ${expected.verdict}`,
    ...(place.service === undefined ? {} : { service: place.service }),
    run: async (one) => {
      const deploying = await place.bring(one);
      const who = form?.who ?? 'jane@desk (a test)';
      if (form === null) expect(await update(deploying, kind)).toEqual({ phase, meaning });
      else await rawOf(one).signal(deploying, kind, form.payloads);
      await logbookHas(one, deploying, `${kind} by ${who}: ${meaning}`);
      if (kind === 'retry' && place.isKept) {
        if (expected.actions.includes('rollback')) await one.reaches('active');
        await place.letGo(one, deploying);
      }
      const result = await deploying.result();
      expect(result).toMatchObject({ verdict: expected.verdict });
      expect(result.reason).toMatch(expected.says);
      expect(one.actions).toEqual(expected.actions);
      const events = await historyOf(one, deploying);
      const { at, content } = lastSaid(events, kind);
      if (form === null) for (const words of ['"jane@desk"', '"a test"']) expect(content).toContain(words);
      else expect(content).toBe(form.payloads.map(({ data }) => Buffer.from(data ?? []).toString()).join('\n'));
      expect(begunAtOnce(events, at)).toContain(expected.atOnce);
    },
  };
}

/** Refused messages, both ways: the reason is told, and the deployment goes on as if nothing had been said. */
function refused(place: Place): Case {
  const { phase, finishSent } = place;
  const kinds = INTERVENTION_NAMES.filter((kind) => place.taken[kind] === undefined);
  return {
    title: `${kinds.join(', ')} while ${place.name}: refused with the reason, and it goes on as before`,
    ...(place.service === undefined ? {} : { service: place.service }),
    run: async (one) => {
      const deploying = await place.bring(one);
      for (const [index, kind] of kinds.entries()) {
        const { meaning } = meaningOf(kind, phase, finishSent);
        await expect(update(deploying, kind)).rejects.toMatchObject({
          cause: { message: `${kind} is refused in phase ${phase}: ${meaning}` },
        });
        const form = FORMS[index % FORMS.length];
        if (form === undefined) throw new Error('no form');
        await rawOf(one).signal(deploying, kind, form.payloads);
        await logbookHas(one, deploying, `${kind} by ${form.who} is refused: ${meaning}`);
      }
      expect((await one.rig.progress(deploying)).phase).toBe(phase);
      await place.letGo(one, deploying);
      expect(await deploying.result()).toMatchObject({ verdict: place.otherwise.verdict });
      expect(one.actions).toEqual(place.otherwise.actions);
    },
  };
}

const rawOf = (one: Scene): RawTemporal => new RawTemporal(one.rig.client, one.rig.workflowQueue);

const over: Case = {
  title: 'all of them when it is over: nobody is there to take them, and Temporal says so',
  run: async (one) => {
    const deploying = await one.start({ overrides: ONE_BATCH });
    await deploying.result();
    for (const kind of INTERVENTION_NAMES) {
      await expect(update(deploying, kind)).rejects.toThrow(WorkflowNotFoundError);
      await expect(deploying.signal(kind)).rejects.toThrow(WorkflowNotFoundError);
    }
    expect(one.actions).toEqual(['upgrade', 'finishupgrade']);
  },
};

/** Rancher answers 503 to everything about a service that is to stay as it is meanwhile. */
async function goesAway(one: Scene, deploying: Deploying): Promise<() => void> {
  const comesBack = one.fault({ method: 'GET', times: 0, effect: { kind: 'status', status: 503 } });
  await one.rig.until(deploying, ({ events }) => events.some(({ text }) => text.endsWith('Trying on.')));
  return comesBack;
}

const away: Case[] = (['waiting', 'confirming', 'finishing', 'rolling-back'] as const).map((phase) => ({
  title: `retry while ${phase} and Rancher answers 503: asks it again now, and nothing else`,
  run: async (one) => {
    if (phase === 'waiting') one.behave(2, { startFails: true });
    const deploying = await one.start({ overrides: ONE_BATCH, hold: phase !== 'waiting' });
    await one.until(deploying, phase === 'waiting' ? phase : 'confirming');
    // Both hang then, in Rancher.
    if (phase === 'finishing') await hangingFinish(one, deploying);
    if (phase === 'rolling-back') {
      one.behave(1, { startFails: true });
      await update(deploying, 'rollback');
      await one.reaches('rolling-back');
    }
    const comesBack = await goesAway(one, deploying);
    const { meaning } = meaningOf('retry', phase, phase === 'finishing', { isAway: true });
    expect(meaning).toMatch(/^asks Rancher again now/);
    expect(await update(deploying, 'retry')).toEqual({ phase, meaning });
    await logbookHas(one, deploying, `retry by jane@desk (a test): ${meaning}`);
    const events = await historyOf(one, deploying);
    expect(begunAtOnce(events, lastSaid(events, 'retry').at)).toEqual(['readService']);
    comesBack();
    one.behaveAgain(1);
    one.behaveAgain(2);
    if (phase === 'confirming') await update(deploying, 'confirm');
    const isBack = phase === 'rolling-back';
    expect(await deploying.result()).toMatchObject({ verdict: isBack ? 'rolled-back' : 'succeeded', rounds: 1 });
    expect(one.actions).toEqual(['upgrade', isBack ? 'rollback' : 'finishupgrade']);
  },
}));

/** A finish that has to start one more container, which fails. */
async function hangingFinish(one: Scene, deploying: Deploying): Promise<void> {
  one.fault({ action: 'finishupgrade', effect: { kind: 'delay', millis: 1_000 } });
  await update(deploying, 'confirm');
  await one.receives('POST', 'action=finishupgrade');
  one.behave(2, { startFails: true });
  await one.byHand('update', { scale: 3 });
  await one.reaches('finishing-upgrade');
}

const meanwhile: Case[] = [
  {
    title: 'retry while the service is being read: it is not kept waiting for the next pause',
    run: async (one) => {
      one.behave(2, { startFails: true });
      const deploying = await one.start({ overrides: ONE_BATCH });
      await one.until(deploying, 'waiting');
      const isQuick = one.fault({ method: 'GET', times: 0, effect: { kind: 'delay', millis: 1_500 } });
      const seen = one.rig.simulator.world.requests().length;
      await one.rig.eventually(() => one.rig.simulator.world.requests().length > seen);
      await update(deploying, 'retry');
      await one.reaches('active');
      isQuick();
      one.behaveAgain(2);
      expect(await deploying.result()).toMatchObject({ verdict: 'succeeded', rounds: 2 });
      const events = await historyOf(one, deploying);
      expect(begunAtOnce(events, lastSaid(events, 'retry').at)).toContain('rollBackUpgrade');
    },
  },
];

describe('the four messages in every phase', () => {
  test('each phase but the last is a place, and what is taken there is what the table takes', () => {
    expect(new Set([...PLACES.map(({ phase }) => phase), 'done'])).toEqual(new Set(PHASES));
    for (const { name, phase, finishSent, taken: kinds } of PLACES) {
      const accepted = INTERVENTION_NAMES.filter((kind) => meaningOf(kind, phase, finishSent).accepted);
      expect([name, Object.keys(kinds).sort()]).toEqual([name, [...accepted].sort()]);
    }
    expect(INTERVENTION_NAMES.filter((kind) => INTERVENTION_TABLE.done[kind].accepted)).toEqual([]);
  });

  const cells = PLACES.flatMap((place) =>
    Object.keys(place.taken).map((kind) => ({ place, kind: kind as InterventionKind })),
  );
  runCases(
    [
      ...cells.map(({ place, kind }) => taken(place, kind, null)),
      ...cells.map(({ place, kind }, index) => taken(place, kind, FORMS[index % FORMS.length] ?? null)),
      ...PLACES.map(refused),
      over,
      ...away,
      ...meanwhile,
    ],
    {
      atOnce: 24,
      policy: {
        requestTimeoutMillis: 5_000,
        stallLimitMillis: 100_000,
        settleLimitMillis: 100_000,
        rollbackLimitMillis: 100_000,
        finishLimitMillis: 100_000,
        reachLimitMillis: 100_000,
      },
    },
  );
});
